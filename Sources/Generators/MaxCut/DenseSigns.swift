public import Networks
import Problems
import RandomNumbers

/// Nearly all pairs (density 0.99), weights -1 and 1 equally likely (after `pm1d_n` of the Biq Mac Library).
public struct DenseSigns: InstanceFamily {
  public static let name = "pm1d"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "random graph of density 0.99, weights ±1"
  public static let reference = "Rinaldi, rudy, 1996; Wiegele, Biq Mac Library (rudy set), 2007"
  public static let parameters: [FamilyParameter] = [.vertices(default: 40)]

  private let n: Int

  public init(_ values: ParameterValues) throws(InputError) { n = values.integer("n") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    return maxCut(vertices: n, edges: randomEdges(n, density: 0.99, using: &random) { $0.sign() })
  }
}
