import ExactArithmetic
public import Networks
import Problems

/// The Petersen graph: an outer cycle 0…4, an inner star 5…9 and five spokes. Maximum cut 12 of 15 edges: it has
/// twelve cycles of length 5, each edge lies on four of them, and each leaves an edge uncut, so at least 12/4 = 3
/// are.
public struct PetersenGraph: InstanceFamily {
  public static let name = "petersen"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "the Petersen graph, unit weights; maximum cut 12"
  public static let reference = "closed form: twelve 5-cycles, each edge on four of them"
  public static let parameters: [FamilyParameter] = []
  public static let isRandom = false

  public init(_ values: ParameterValues) throws(InputError) {}

  public func instance(seed: UInt64) -> GeneratedInstance {
    let optimum = PlantedOptimum(
      value: 12, solution: [0, 1, 0, 1, 0, 1, 0, 0, 0, 1],
      proof:
        "each of the twelve 5-cycles leaves an edge uncut and each edge lies on four of them, so 3 of 15 "
        + "edges are uncut")
    let edges = (0..<5).flatMap {
      [WeightedEdge($0, ($0 + 1) % 5), WeightedEdge($0, $0 + 5), WeightedEdge($0 + 5, ($0 + 2) % 5 + 5)]
    }
    return maxCut(vertices: 10, edges: edges, planted: optimum)
  }
}
