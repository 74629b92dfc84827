import ExactArithmetic
public import Networks
import Problems

/// The toroidal grid of n rows and m columns with unit weights. Maximum cut 2nm - m[n odd] - n[m odd]: the cut by
/// the parity of row + column misses only the wrap-around edges of odd rings; and each of the m column rings (n row
/// rings) of odd length leaves an edge uncut in every cut, these rings being edge-disjoint.
public struct UnitTorus: InstanceFamily {
  public static let name = "torus-2d"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "toroidal grid, unit weights; maximum cut 2nm - m[n odd] - n[m odd]"
  public static let reference = "closed form: edge-disjoint rings, each of odd length leaves an edge uncut"
  public static let parameters: [FamilyParameter] = [
    .torusSize("rows", default: 5, to: 300),
    .torusSize("columns", default: 6, to: 300),
  ]
  public static let isRandom = false

  private let n: Int
  private let m: Int

  public init(_ values: ParameterValues) throws(InputError) {
    n = values.integer("rows")
    m = values.integer("columns")
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let grid = ToroidalGrid(sizes: [n, m])
    let optimum = PlantedOptimum(
      value: Rational(2 * n * m - m * (n % 2) - n * (m % 2)),
      solution: (0..<n * m).map { ($0 / m + $0 % m) % 2 },
      proof: "the \(n) row rings and \(m) column rings share no edge, and each of odd length leaves one uncut"
    )
    return maxCut(vertices: grid.vertices, edges: grid.edges.map { WeightedEdge($0, $1) }, planted: optimum)
  }
}
