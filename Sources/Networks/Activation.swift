/// A piecewise linear activation with one kink at zero: its slope is `negativeSlope` below and 1 above.
public enum Activation: Sendable, Hashable {
  /// max(0, z)
  case relu
  /// z for z ≥ 0, slope · z for z < 0
  case leakyReLU(slope: Double)
  /// |z|
  case abs

  /// The derivative where the unit is inactive (z < 0).
  public var negativeSlope: Double {
    switch self {
    case .relu: 0
    case .leakyReLU(let slope): slope
    case .abs: -1
    }
  }

  /// The derivative where the unit is active (z > 0).
  public var positiveSlope: Double { 1 }

  /// The largest |derivative|: the factor this activation contributes to a product bound.
  public var lipschitzConstant: Double { max(negativeSlope.magnitude, positiveSlope) }

  /// True where every slope lies in [0, 1], as Eqs. (7) and (8) of the paper assume.
  public var hasUnitSlopes: Bool { (0...1).contains(negativeSlope) }

  public func callAsFunction(_ z: Double) -> Double { z >= 0 ? z : negativeSlope * z }

  /// The name in `.json` files.
  public var name: String {
    switch self {
    case .relu: "relu"
    case .leakyReLU: "leaky-relu"
    case .abs: "abs"
    }
  }
}
