import LinearAlgebra
public import Networks

/// A network whose AutoLip bound exceeds L by any factor.
///
///     f(x, y) = (ρ(r x), r ρ(y))
///
/// W_1 = diag(r, 1) and W_2 = diag(1, r) both have norm r, so AutoLip = r². Every Jacobian is r times a 0/1
/// diagonal: L = FGL = r. The leading directions are misaligned; rescaling the units or SeqLip removes the gap.
public struct AutoLipGap: InstanceFamily {
  public static let name = "autolip-gap"
  public static let kind = InstanceKind.network
  public static let summary = "AutoLip = r², L = FGL = r"
  public static let reference =
    "closed form: misaligned leading directions, Scaman and Virmaux 2018, section 6"
  public static let parameters: [FamilyParameter] = [
    FamilyParameter("ratio", "r = AutoLip / L", .integer(1...1_000_000), default: "10")
  ]
  public static let isRandom = false

  private let ratio: Double

  public init(_ values: ParameterValues) throws(InputError) { ratio = Double(values.integer("ratio")) }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let layers = [[ratio, 1], [1, ratio]].map { AffineLayer(weights: .diagonal($0)) }
    return network(layers, notes: ["AutoLip = \(ratio * ratio), L = FGL = \(ratio)"])
  }
}
