public import Networks
import Problems
import RandomNumbers

/// Random pairs with integer weights uniform in 0…10 (`pw_n` of the Biq Mac Library); a weight of 0 is no edge.
public struct NonnegativeWeights: InstanceFamily {
  public static let name = "pw"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "random graph, integer weights in [0, 10]"
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
      vertices: n, edges: randomEdges(n, density: density, using: &random) { $0.integer(in: 0...10) })
  }
}
