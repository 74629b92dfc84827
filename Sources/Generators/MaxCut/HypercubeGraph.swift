import ExactArithmetic
public import Networks
import Problems

/// The hypercube Q_d with unit weights: 2^d vertices, edges between words that differ in one bit. Maximum cut
/// d·2^(d-1), all edges: they join words of even and of odd parity.
public struct HypercubeGraph: InstanceFamily {
  public static let name = "hypercube"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary =
    "the graph of the d-dimensional cube, unit weights; maximum cut all d·2^(d-1) edges"
  public static let reference = "closed form: edges join words of even and of odd parity"
  public static let parameters: [FamilyParameter] = [.count("dimension", 1...14, default: 4, name: "d")]
  public static let isRandom = false

  private let d: Int

  public init(_ values: ParameterValues) throws(InputError) { d = values.integer("d") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let n = 1 << d
    let optimum = PlantedOptimum(
      value: Rational(d * n / 2), solution: (0..<n).map { $0.nonzeroBitCount % 2 },
      proof: "every edge joins a word of even and one of odd parity, so every edge is cut")
    let edges = (0..<n).flatMap { i in
      (0..<d).filter { i >> $0 & 1 == 0 }.map { WeightedEdge(i, i | 1 << $0) }
    }
    return maxCut(vertices: n, edges: edges, planted: optimum)
  }
}
