public import Networks
import Problems
import RandomNumbers

/// A tenth of all pairs, weights -1 and 1 equally likely (after `pm1s_n` of the Biq Mac Library).
public struct SparseSigns: InstanceFamily {
  public static let name = "pm1s"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "random graph of density 0.1, weights ±1"
  public static let reference = "Rinaldi, rudy, 1996; Wiegele, Biq Mac Library (rudy set), 2007"
  public static let parameters: [FamilyParameter] = [.vertices(default: 60)]

  private let n: Int

  public init(_ values: ParameterValues) throws(InputError) { n = values.integer("n") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    return maxCut(vertices: n, edges: randomEdges(n, density: 0.1, using: &random) { $0.sign() })
  }
}
