import Foundation

/// λ x for x ≥ 0 and λ α (eˣ - 1) below: SELU, with the constants of Klambauer et al. 2017.
public struct ScaledExponentialLinearUnit: ScalarFunction {
  public let name = "Selu"
  public let alpha: Double
  public let gamma: Double

  public init(alpha: Double = 1.6732632423543772, gamma: Double = 1.0507009873554805) {
    self.alpha = alpha
    self.gamma = gamma
  }

  public func callAsFunction(_ x: Double) -> Double { gamma * (x >= 0 ? x : alpha * expm1(x)) }
  public func slope(at x: Double) -> Double { gamma * (x >= 0 ? 1 : alpha * exp(x)) }

  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    let left = gamma * alpha
    return [Turn(0, slopes: min(gamma, left).nextDown...max(gamma, left).nextUp, isExact: false)]
  }
  public var slopeLimits: (low: Double, high: Double) { (0, gamma) }
  public var limits: (low: Double, high: Double) {
    (-gamma * alpha, gamma == 0 ? 0 : gamma > 0 ? .infinity : -.infinity)
  }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    range.contains(0) ? [0...0] : []
  }
  public var error: Double { 0x1p-48 * max(1, abs(gamma * alpha), abs(gamma)) }
}
