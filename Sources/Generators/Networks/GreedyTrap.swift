import LinearAlgebra
public import Networks

/// A network on which Greedy SeqLip, started at all ones, stops at a value below its maximum by a factor 2 - 2/n.
///
///     f(x) = (2n - 2) ρ(x) - Σ_{i=1…n} ρ(x - 1)         one input, n + 1 units, one output
///
/// The value of a pattern is |(2n - 2) σ_0 - (how many others are on)|. All ones give n - 2; the best single flip
/// turns unit 0 off and gives n (any other flip gives n - 1). There every flip loses: n - 1 or n - 2. The maximum
/// is 2n - 2, at σ = (1, 0, …, 0), the pattern of 0 < x < 1: L = FGL = 2n - 2.
public struct GreedyTrap: InstanceFamily {
  public static let name = "greedy-trap"
  public static let kind = InstanceKind.network
  public static let summary = "greedy ascent from all ones stops at n, while L = FGL = 2n - 2"
  public static let reference =
    "closed form; greedy as in Scaman and Virmaux, Lipschitz regularity of deep neural networks, 2018, section 6.1"
  public static let parameters: [FamilyParameter] = [.count("small units", 3...10_000, default: 20)]
  public static let isRandom = false

  private let n: Int

  public init(_ values: ParameterValues) throws(InputError) { n = values.integer("n") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let inner = AffineLayer(
      weights: Matrix(rows: n + 1, columns: 1) { _, _ in 1 }, bias: [0] + [Double](repeating: -1, count: n))
    let outer = AffineLayer(weights: Matrix(rows: 1, columns: n + 1) { $1 == 0 ? Double(2 * n - 2) : -1 })
    return network(
      [inner, outer], notes: ["L = FGL = \(2 * n - 2); one-flip ascent from all ones stops at \(n)"])
  }
}
