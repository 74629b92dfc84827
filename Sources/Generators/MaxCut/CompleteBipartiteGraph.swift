import ExactArithmetic
public import Networks
import Problems

/// The complete bipartite graph K_{a,b} with unit weights. Maximum cut ab: the cut between the two sides takes
/// every edge.
public struct CompleteBipartiteGraph: InstanceFamily {
  public static let name = "complete-bipartite"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "the complete bipartite graph, unit weights; maximum cut a·b"
  public static let reference = "closed form: every edge is cut"
  public static let parameters: [FamilyParameter] = [
    .count("vertices on one side", 1...1000, default: 5, name: "a"),
    .count("vertices on the other side", 1...1000, default: 7, name: "b"),
  ]
  public static let isRandom = false

  private let a: Int
  private let b: Int

  public init(_ values: ParameterValues) throws(InputError) {
    a = values.integer("a")
    b = values.integer("b")
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let optimum = PlantedOptimum(
      value: Rational(a * b), solution: (0..<a + b).map { $0 < a ? 0 : 1 }, proof: "every edge is cut")
    let edges = (0..<a).flatMap { i in (a..<a + b).map { WeightedEdge(i, $0) } }
    return maxCut(vertices: a + b, edges: edges, planted: optimum)
  }
}
