public import Networks
import Problems
import RandomNumbers

/// Spins on the complete graph with couplings -1 and 1, equally likely: the Sherrington-Kirkpatrick model with
/// bimodal couplings. Minimise Σ J_ij s_i s_j.
public struct SherringtonKirkpatrick: InstanceFamily {
  public static let name = "sk"
  public static let kind = InstanceKind.problem(.ising)
  public static let summary = "Sherrington-Kirkpatrick spin glass: complete graph, couplings ±1"
  public static let reference = "Sherrington and Kirkpatrick, Solvable model of a spin-glass, 1975"
  public static let parameters: [FamilyParameter] = [.count("spins", 2...2000, default: 30)]

  private let n: Int

  public init(_ values: ParameterValues) throws(InputError) { n = values.integer("n") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    return ising(spins: n, couplings: allPairs(n).map { WeightedEdge($0, $1, random.sign()) })
  }
}
