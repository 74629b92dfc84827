import LinearAlgebra
public import Networks

/// A network whose formal global Lipschitz constant exceeds L by any factor, because the best pattern is not
/// attainable.
///
///     f(x) = ρ(x) + (r - 1) ρ(x) - (r - 1) ρ(x) = ρ(x)         one input, three units, one output
///
/// The three units switch together, so the slopes are 0 and 1 and L = 1. Chosen freely, the pattern (1, 1, 0) gives
/// 1 + (r - 1) = r, and none gives more: FGL = r.
public struct FormalGap: InstanceFamily {
  public static let name = "fgl-gap"
  public static let kind = InstanceKind.network
  public static let summary = "FGL = r by a pattern that no input attains, L = 1"
  public static let reference = "closed form: parallel units with weights of both signs"
  public static let parameters: [FamilyParameter] = [
    FamilyParameter("ratio", "r = FGL / L", .integer(1...1_000_000), default: "10")
  ]
  public static let isRandom = false

  private let ratio: Double

  public init(_ values: ParameterValues) throws(InputError) { ratio = Double(values.integer("ratio")) }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let inner = AffineLayer(weights: Matrix([[1], [1], [1]]))
    let outer = AffineLayer(weights: Matrix([[1, ratio - 1, 1 - ratio]]))
    return network([inner, outer], notes: ["FGL = \(ratio), L = 1"])
  }
}
