import Foundation

/// min(max(a x + b, low), high): clip, hard tanh, hard sigmoid.
public struct ClippedLine: ScalarFunction {
  public let name: String
  public let factor: Double
  public let shift: Double
  public let low: Double
  public let high: Double

  /// - Parameter factor: positive.
  public init(factor: Double = 1, shift: Double = 0, low: Double, high: Double, name: String = "Clip") {
    precondition(factor > 0 && low <= high)
    self.factor = factor
    self.shift = shift
    self.low = low
    self.high = high
    self.name = name
  }

  public static let hardTanh = ClippedLine(low: -1, high: 1, name: "HardTanh")
  public static func hardSigmoid(alpha: Double = 0.2, beta: Double = 0.5) -> ClippedLine {
    ClippedLine(factor: alpha, shift: beta, low: 0, high: 1, name: "HardSigmoid")
  }

  public func callAsFunction(_ x: Double) -> Double { min(max(factor * x + shift, low), high) }

  public func slope(at x: Double) -> Double {
    let value = factor * x + shift
    return value >= low && value < high ? factor : 0
  }

  /// Where the pieces meet, up to rounding.
  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    [low, high].filter(\.isFinite).map { .kink(($0 - shift) / factor, 0, factor) }
  }
  public var slopeLimits: (low: Double, high: Double) {
    (low.isFinite ? 0 : factor, high.isFinite ? 0 : factor)
  }
  public var limits: (low: Double, high: Double) { (low, high) }
  public var hasExactSlopes: Bool { true }
}
