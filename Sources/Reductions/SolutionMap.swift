/// One step of carrying a solution from the source of a reduction to its target, and back.
///
/// The alphabet is small and closed: whatever a chain of reductions does to solutions is a list of these.
public enum SolutionMap: Sendable, Equatable {
  /// s in {-1,1} becomes x = (1 + s)/2.
  case spinsToBits
  /// x in {0,1} becomes s = 2x - 1.
  case bitsToSpins
  /// One more spin, +1, at the end; it carries the fields as couplings. Back: multiply by it and drop it.
  case ghostSpin
  /// Bit i becomes the bits 2i (itself) and 2i + 1 (its complement). Back: the even ones. Of the isolated bits the value does
  /// not depend, and their pairs may be equal.
  case complementaryPairs(isolated: [Int])
  /// The bits, then one product xᵢ xⱼ for each pair. Back: the bits.
  case products([ProductPair])

  /// Two indices, i < j.
  public struct ProductPair: Sendable, Equatable, Codable {
    public let i: Int
    public let j: Int

    public init(_ i: Int, _ j: Int) {
      self.i = i
      self.j = j
    }

    public init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      i = try container.decode(Int.self)
      j = try container.decode(Int.self)
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try container.encode(i)
      try container.encode(j)
    }
  }

  /// The target solution of a source solution.
  public func carry(_ solution: [Int]) -> [Int] {
    switch self {
    case .spinsToBits: solution.map { ($0 + 1) / 2 }
    case .bitsToSpins: solution.map { 2 * $0 - 1 }
    case .ghostSpin: solution + [1]
    case .complementaryPairs: solution.flatMap { [$0, 1 - $0] }
    case .products(let pairs): solution + pairs.map { solution[$0.i] * solution[$0.j] }
    }
  }

  /// The source solution of a target solution. For `complementaryPairs` the target must be an attainable pattern.
  public func invert(_ solution: [Int]) -> [Int] {
    switch self {
    case .spinsToBits: solution.map { 2 * $0 - 1 }
    case .bitsToSpins: solution.map { ($0 + 1) / 2 }
    case .ghostSpin: solution.dropLast().map { $0 * (solution.last ?? 1) }
    case .complementaryPairs: stride(from: 0, to: solution.count, by: 2).map { solution[$0] }
    case .products(let pairs): Array(solution.dropLast(pairs.count))
    }
  }

  /// How many variables the target of `count` source variables has.
  public func targetCount(_ count: Int) -> Int {
    switch self {
    case .spinsToBits, .bitsToSpins: count
    case .ghostSpin: count + 1
    case .complementaryPairs: 2 * count
    case .products(let pairs): count + pairs.count
    }
  }
}

extension SolutionMap: Codable {
  private enum Key: String, CodingKey { case step, pairs, isolated }

  private static let names: [String: SolutionMap] = [
    "spins-to-bits": .spinsToBits, "bits-to-spins": .bitsToSpins, "ghost-spin": .ghostSpin,
  ]

  /// As files and messages name the step.
  public var name: String {
    switch self {
    case .products: "products"
    case .complementaryPairs: "complementary-pairs"
    default: Self.names.first { $0.value == self }?.key ?? ""
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let name = try container.decode(String.self, forKey: .step)
    if name == "products" {
      self = .products(try container.decode([ProductPair].self, forKey: .pairs))
    } else if name == "complementary-pairs" {
      self = .complementaryPairs(isolated: try container.decode([Int].self, forKey: .isolated))
    } else if let map = Self.names[name] {
      self = map
    } else {
      throw DecodingError.dataCorruptedError(
        forKey: .step, in: container, debugDescription: "unknown step \(name)")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .step)
    switch self {
    case .products(let pairs): try container.encode(pairs, forKey: .pairs)
    case .complementaryPairs(let isolated): try container.encode(isolated, forKey: .isolated)
    default: break
    }
  }
}
