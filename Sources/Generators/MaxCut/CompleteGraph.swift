import ExactArithmetic
public import Networks
import Problems

/// The complete graph K_n with unit weights. Maximum cut ⌊n²/4⌋: k vertices against n - k cut k(n - k) edges, most
/// for k = ⌊n/2⌋.
public struct CompleteGraph: InstanceFamily {
  public static let name = "complete"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "the complete graph, unit weights; maximum cut ⌊n²/4⌋"
  public static let reference = "closed form: k(n - k) is largest at k = ⌊n/2⌋"
  public static let parameters: [FamilyParameter] = [.count("vertices", 2...2000, default: 10)]
  public static let isRandom = false

  private let n: Int

  public init(_ values: ParameterValues) throws(InputError) { n = values.integer("n") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let optimum = PlantedOptimum(
      value: Rational(n * n / 4), solution: (0..<n).map { $0 < n / 2 ? 0 : 1 },
      proof: "a cut with k vertices on one side has k(n - k) edges, and k(n - k) ≤ ⌊n²/4⌋")
    return maxCut(vertices: n, edges: allPairs(n).map { WeightedEdge($0, $1) }, planted: optimum)
  }
}
