import Foundation

/// ln(1 + eˣ); its slope is the logistic function.
public struct Softplus: ScalarFunction {
  public let name = "Softplus"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
  public func slope(at x: Double) -> Double { logistic(x) }

  public var slopeLimits: (low: Double, high: Double) { (0, 1) }
  public var limits: (low: Double, high: Double) { (0, .infinity) }
}
