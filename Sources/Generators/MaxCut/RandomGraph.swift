public import Networks
import Problems
import RandomNumbers

/// The random graph G(n, p) with unit weights: every pair is an edge with probability p.
public struct RandomGraph: InstanceFamily {
  public static let name = "gnp"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "random graph G(n, p), unit weights"
  public static let reference = "Gilbert, Random graphs, 1959"
  public static let parameters: [FamilyParameter] = [.vertices(default: 30), .probability("p", default: 0.3)]

  private let n: Int
  private let density: Double

  public init(_ values: ParameterValues) throws(InputError) {
    n = values.integer("n")
    density = values.real("p")
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    return maxCut(vertices: n, edges: randomEdges(n, density: density, using: &random))
  }
}
