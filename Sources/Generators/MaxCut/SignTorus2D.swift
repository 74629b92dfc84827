public import Networks
import Problems
import RandomNumbers

/// The toroidal grid with weights -1 and 1, equally likely.
public struct SignTorus2D: InstanceFamily {
  public static let name = "torus-2d-pm1"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "toroidal grid, weights ±1"
  public static let reference =
    "Pataki and Schmieta, the DIMACS library of mixed semidefinite-quadratic-linear programs (torus set), 1999"
  public static let parameters: [FamilyParameter] = [
    .torusSize("rows", default: 8, to: 300), .torusSize("columns", default: 8, to: 300),
  ]

  private let grid: ToroidalGrid

  public init(_ values: ParameterValues) throws(InputError) {
    grid = ToroidalGrid(sizes: Self.parameters.map { values.integer($0.name) })
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    return maxCut(
      vertices: grid.vertices, edges: grid.edges.map { WeightedEdge($0, $1, random.sign()) })
  }
}
