public import Networks
import Problems
import RandomNumbers

/// Random pairs with integer weights uniform in -10…10 (`w_n` of the Biq Mac Library); a weight of 0 is no edge.
public struct SignedWeights: InstanceFamily {
  public static let name = "w"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "random graph, integer weights in [-10, 10]"
  public static let reference = "Rinaldi, rudy, 1996; Wiegele, Biq Mac Library (rudy set), 2007"
  public static let parameters: [FamilyParameter] = [
    .vertices(default: 40), .probability("density", default: 0.5),
  ]

  private let n: Int
  private let density: Double

  public init(_ values: ParameterValues) throws(InputError) {
    n = values.integer("n")
    density = values.real("density")
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    return maxCut(
      vertices: n, edges: randomEdges(n, density: density, using: &random) { $0.integer(in: -10...10) })
  }
}
