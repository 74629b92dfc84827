public import ExactArithmetic

/// What a problem is called in files, in `--kind` and in the graph of reductions.
public enum ProblemKind: String, Sendable, CaseIterable, Codable {
  case maxCut = "max-cut"
  case ising
  case qubo
  case partition
  case qcmh
  case lipCST = "lip-cst"
  case milp
}

public enum Sense: String, Sendable, Codable {
  case minimize
  case maximize

  public var opposite: Sense { self == .minimize ? .maximize : .minimize }

  /// Whether the value `a` is better than `b`.
  public func prefers(_ a: Rational, to b: Rational) -> Bool { self == .minimize ? a < b : a > b }
}

/// The two values a variable takes.
public enum Alphabet: Sendable, Equatable {
  /// -1 and 1.
  case spins
  /// 0 and 1.
  case bits

  public var values: [Int] { self == .spins ? [-1, 1] : [0, 1] }
}

/// How large a problem is: what size laws speak of.
public struct ProblemSize: Sendable, Hashable, Codable {
  /// Spins, bits, vertices, hidden units, MILP columns.
  public var variables: Int
  /// Edges, couplings, nonzero products, inputs of a network, MILP rows.
  public var terms: Int

  public init(variables: Int, terms: Int) {
    self.variables = variables
    self.terms = terms
  }
}

/// An optimisation problem over two-valued variables, as an immutable value with exact data.
public protocol Problem: Sendable, Equatable {
  static var kind: ProblemKind { get }
  static var alphabet: Alphabet { get }
  var sense: Sense { get }
  var size: ProblemSize { get }
  /// The exact value of a solution, one entry of the alphabet a variable; nil where it is infeasible.
  func value(of solution: [Int]) -> Rational?
}

extension Problem {
  public var kind: ProblemKind { Self.kind }
  public var alphabet: Alphabet { Self.alphabet }
  public var variables: Int { size.variables }
}

/// A request that is well formed but cannot be met: the reason, and what would be right. Exit code 65.
public struct UnsupportedProblem: Error, Sendable, Equatable, CustomStringConvertible {
  public let problem: String
  public let remedy: String
  /// Whether it is the request, such as an engine asked for, that does not suit the problem.
  public let isRequest: Bool

  public init(_ problem: String, remedy: String, isRequest: Bool = false) {
    self.problem = problem
    self.remedy = remedy
    self.isRequest = isRequest
  }

  public var description: String { "\(problem); \(remedy)" }
}

/// A problem as a file holds it.
public struct ProblemInstance: Sendable {
  public var name: String
  public var problem: any Problem
  /// The threshold of a decision problem, in the problem's own value (for LIP-CST: ℓ²).
  public var threshold: Rational?
  public var planted: PlantedOptimum?
  /// What a reader of the results should know of how the file was read.
  public var notes: [String]

  public init(
    name: String, problem: any Problem, threshold: Rational? = nil, planted: PlantedOptimum? = nil,
    notes: [String] = []
  ) {
    self.name = name
    self.problem = problem
    self.threshold = threshold
    self.planted = planted
    self.notes = notes
  }
}

/// An optimum that is known because the instance was built around it.
public struct PlantedOptimum: Sendable, Equatable {
  public var value: Rational
  public var solution: [Int]
  /// Why no solution is better, in one sentence.
  public var proof: String

  public init(value: Rational, solution: [Int], proof: String) {
    self.value = value
    self.solution = solution
    self.proof = proof
  }
}

extension Problem {
  /// Every solution, in counting order; the last variable changes fastest. For brute force on small problems.
  public var allSolutions: some Sequence<[Int]> {
    let values = alphabet.values
    let n = variables
    return (0..<(1 << n)).lazy.map { code in (0..<n).map { values[code >> (n - 1 - $0) & 1] } }
  }

  /// The optimum by brute force, with every solution that attains it. O(2ⁿ) evaluations.
  public func bruteForceOptimum() -> (value: Rational, solutions: [[Int]])? {
    var best: (value: Rational, solutions: [[Int]])?
    for solution in allSolutions {
      guard let value = value(of: solution) else { continue }
      if let held = best {
        if value == held.value {
          best?.solutions.append(solution)
        } else if sense.prefers(value, to: held.value) {
          best = (value, [solution])
        }
      } else {
        best = (value, [solution])
      }
    }
    return best
  }
}
