import Foundation

/// x / (1 + e⁻ˣ): SiLU, Swish. Its slope σ (1 + x (1 - σ)) turns where x tanh(x / 2) = 2.
public struct SigmoidLinearUnit: ScalarFunction {
  public let name = "SiLU"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { x * logistic(x) }

  public func slope(at x: Double) -> Double { logistic(x) * (1 + x * logistic(-x)) }

  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    let x = root(in: 2...3) { 2 - $0 * tanh($0 / 2) }
    return [-x, x].map { .extreme($0, slope(at: $0)) }
  }
  public var slopeLimits: (low: Double, high: Double) { (0, 1) }
  public var limits: (low: Double, high: Double) { (0, .infinity) }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    lowest(in: range, near: -2 ... -0.5)
  }
}
