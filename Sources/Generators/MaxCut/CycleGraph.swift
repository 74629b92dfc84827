import ExactArithmetic
public import Networks
import Problems

/// The cycle C_n with unit weights. Maximum cut n for even n and n - 1 for odd n: a cut crosses a cycle an even
/// number of times.
public struct CycleGraph: InstanceFamily {
  public static let name = "cycle"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "the cycle, unit weights; maximum cut n, or n - 1 for odd n"
  public static let reference = "closed form: a cut crosses a cycle an even number of times"
  public static let parameters: [FamilyParameter] = [.count("vertices", 3...100_000, default: 11)]
  public static let isRandom = false

  private let n: Int

  public init(_ values: ParameterValues) throws(InputError) { n = values.integer("n") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let optimum = PlantedOptimum(
      value: Rational(n - n % 2), solution: (0..<n).map { $0 % 2 },
      proof: "a cut crosses a cycle an even number of times")
    return maxCut(vertices: n, edges: (0..<n).map { WeightedEdge($0, ($0 + 1) % n) }, planted: optimum)
  }
}
