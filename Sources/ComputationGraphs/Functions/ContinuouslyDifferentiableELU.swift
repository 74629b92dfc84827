import Foundation

/// x for x ≥ 0 and α (exp(x / α) - 1) below, α > 0: CELU (Barron 2017).
public struct ContinuouslyDifferentiableELU: ScalarFunction {
  public let name = "Celu"
  public let alpha: Double

  public init(alpha: Double = 1) {
    precondition(alpha > 0)
    self.alpha = alpha
  }

  public func callAsFunction(_ x: Double) -> Double { x >= 0 ? x : alpha * expm1(x / alpha) }
  public func slope(at x: Double) -> Double { x >= 0 ? 1 : exp(x / alpha) }

  public func turns(in range: ClosedRange<Double>) -> [Turn] { [Turn(0, slopes: 1...1, isExact: true)] }
  public var slopeLimits: (low: Double, high: Double) { (0, 1) }
  public var limits: (low: Double, high: Double) { (-alpha, .infinity) }
  public var error: Double { 0x1p-46 * max(1, alpha) }
}
