import ExactArithmetic
public import Networks
import Problems
import RandomNumbers

/// A random bipartite graph with positive weights, hidden by random labels and, if asked, by frustrated triangles.
///
/// Every pair across the planted cut is an edge with the given probability and an integer weight uniform in
/// 1…weight. A triangle adds 1 to three pairs of which the planted cut takes two; no cut takes three. So the
/// planted cut takes the most of the bipartite part (all) and of every triangle (two) at once: maximum cut =
/// bipartite weight + 2 · triangles. Without triangles the problem is easy (breadth-first search); they hide the
/// planted cut.
public struct BipartitePlanted: InstanceFamily {
  public static let name = "bipartite-planted"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary =
    "bipartite graph with positive weights, plus frustrated triangles; maximum cut planted"
  public static let reference = "closed form: every part attains its own maximum at the planted cut"
  public static let parameters: [FamilyParameter] = [
    .count("vertices", 3...3000, default: 30),
    .probability("density", default: 0.3),
    FamilyParameter("weight", "largest weight of a bipartite edge", .integer(1...1_000_000), default: "1"),
    FamilyParameter("triangles", "how many frustrated triangles", .integer(0...1_000_000), default: "0"),
  ]

  private let n: Int
  private let density: Double
  private let weight: Int
  private let triangles: Int

  public init(_ values: ParameterValues) throws(InputError) {
    n = values.integer("n")
    density = values.real("density")
    weight = values.integer("weight")
    triangles = values.integer("triangles")
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    let sides = random.shuffled((0..<n).map { $0 % 2 })
    var edges: [WeightedEdge] = []
    for (i, j) in allPairs(n) where sides[i] != sides[j] && random.chance(density) {
      edges.append(WeightedEdge(i, j, random.integer(in: 1...weight)))
    }
    let bipartiteWeight = edges.reduce(0) { $0 + $1.weight }
    for _ in 0..<triangles {
      var corners = [0, 0, 0]
      repeat {
        corners = (0..<3).map { _ in random.integer(below: n) }
      } while Set(corners).count < 3 || Set(corners.map { sides[$0] }).count < 2
      edges += [(0, 1), (0, 2), (1, 2)].map { WeightedEdge(corners[$0], corners[$1]) }
    }
    let optimum = PlantedOptimum(
      value: Rational(bipartiteWeight + 2 * triangles), solution: sides,
      proof: "the cut takes every bipartite edge and two edges of each of the \(triangles) triangles, "
        + "and no cut takes three edges of a triangle")
    return maxCut(vertices: n, edges: edges, planted: optimum)
  }
}
