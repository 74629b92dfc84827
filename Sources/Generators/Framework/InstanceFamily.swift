public import Networks
public import Problems

/// What a family's instances are: one of the problems, a network of dense layers, or a graph for an `.onnx` file.
public enum InstanceKind: Sendable, Hashable, CustomStringConvertible {
  case problem(ProblemKind)
  case network
  case graph

  public var description: String {
    switch self {
    case .problem(let kind): kind.rawValue
    case .network: "network"
    case .graph: "onnx graph"
    }
  }
}

/// A family of instances: what to ask for, and what a seed makes of it.
///
/// The same parameters and the same seed give the same instance on every machine: families draw from `SplitMix64`
/// only and compute with integers or with IEEE basic arithmetic. The one exception is the Gaussian draw, which
/// takes a logarithm and a cosine from the system; what is rounded to integers afterwards practically never
/// notices.
public protocol InstanceFamily: Sendable {
  /// In kebab-case; what `--family` takes.
  static var name: String { get }
  static var kind: InstanceKind { get }
  /// One line.
  static var summary: String { get }
  /// Where the family is defined or where its optimum is proved.
  static var reference: String { get }
  static var parameters: [FamilyParameter] { get }
  /// False where there is one instance for given parameters and the seed is ignored.
  static var isRandom: Bool { get }

  /// - Throws: `InputError` where values that are each in range do not go together.
  init(_ values: ParameterValues) throws(InputError)

  func instance(seed: UInt64) -> GeneratedInstance
}

extension InstanceFamily {
  public static var isRandom: Bool { true }

  /// The parameter that says how large an instance is: the first; nil where that is no count.
  public static var sizeParameter: FamilyParameter? {
    switch parameters.first?.domain {
    case .integer, .widths: parameters.first
    case .real, .choice, nil: nil
    }
  }
}
