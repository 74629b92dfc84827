import Foundation

/// x for x ≥ 0 and α (eˣ - 1) below: ELU.
public struct ExponentialLinearUnit: ScalarFunction {
  public let name = "Elu"
  public let alpha: Double

  public init(alpha: Double = 1) { self.alpha = alpha }

  public func callAsFunction(_ x: Double) -> Double { x >= 0 ? x : alpha * expm1(x) }
  public func slope(at x: Double) -> Double { x >= 0 ? 1 : alpha * exp(x) }

  public func turns(in range: ClosedRange<Double>) -> [Turn] { [.kink(0, alpha, 1)] }
  public var slopeLimits: (low: Double, high: Double) { (0, 1) }
  public var limits: (low: Double, high: Double) { (-alpha, .infinity) }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    range.contains(0) ? [0...0] : []
  }
  public var error: Double { 0x1p-48 * max(1, abs(alpha)) }
}
