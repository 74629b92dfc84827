public import Networks
import Problems
import RandomNumbers

/// The toroidal grid with Gaussian weights, 100000 times a standard normal number rounded (`t2g` of the Biq Mac
/// Library).
public struct GaussianTorus2D: InstanceFamily {
  public static let name = "torus-2d-gauss"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "toroidal grid, weights round(100000 · Gaussian)"
  public static let reference =
    "Liers, Jünger, Reinelt, Rinaldi, Computing exact ground states of hard Ising spin glass problems by "
    + "branch-and-cut, 2004; Wiegele, Biq Mac Library (ising set), 2007"
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
      vertices: grid.vertices,
      edges: grid.edges.map { WeightedEdge($0, $1, random.gaussianInteger(scale: 100_000)) })
  }
}
