public import Networks
import Problems
import RandomNumbers

/// Half of all pairs, unit weights (`g05_n` of the Biq Mac Library).
public struct UnitHalfDensity: InstanceFamily {
  public static let name = "g05"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "random graph of density 1/2, unit weights"
  public static let reference = "Rinaldi, rudy, 1996; Wiegele, Biq Mac Library (rudy set), 2007"
  public static let parameters: [FamilyParameter] = [.vertices(default: 40)]

  private let n: Int

  public init(_ values: ParameterValues) throws(InputError) { n = values.integer("n") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    return maxCut(vertices: n, edges: randomEdges(n, density: 0.5, using: &random))
  }
}
