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

  /// Where the pieces meet. Where that, or which piece a number belongs to, is rounded, a turn is moved into ranges that come close.
  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    [low, high].filter(\.isFinite).compactMap { end in
      let x = (end - shift) / factor
      if shift == 0, factor == 1 { return .kink(x, 0, factor) }
      let room = (abs(end) + abs(shift)) * 0x1p-50 / factor
      guard x - room <= range.upperBound, range.lowerBound <= x + room else { return nil }
      return Turn(
        min(max(x, range.lowerBound.nextUp), range.upperBound.nextDown), slopes: 0...factor,
        isExact: range.lowerBound < x - room && x + room < range.upperBound)
    }
  }
  public var slopeLimits: (low: Double, high: Double) {
    (low.isFinite ? 0 : factor, high.isFinite ? 0 : factor)
  }
  public var limits: (low: Double, high: Double) { (low, high) }
  public var hasExactSlopes: Bool { true }
}
