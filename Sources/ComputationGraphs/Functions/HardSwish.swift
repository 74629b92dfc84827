import Foundation

/// x min(max(x + 3, 0), 6) / 6: straight outside [-3, 3], its slope (2 x + 3) / 6 inside.
public struct HardSwish: ScalarFunction {
  public let name = "HardSwish"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6 }
  public func slope(at x: Double) -> Double { x < -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6 }

  public func turns(in range: ClosedRange<Double>) -> [Turn] { [.kink(-3, -0.5, 0), .kink(3, 1, 1.5)] }
  public var slopeLimits: (low: Double, high: Double) { (0, 1) }
  public var limits: (low: Double, high: Double) { (0, .infinity) }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    (range.contains(-1.5) ? [-0.375 ... -0.375] : []) + (range.contains(-3) ? [0...0] : [])
  }
}
