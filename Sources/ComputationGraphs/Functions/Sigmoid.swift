import Foundation

/// 1 / (1 + e⁻ˣ); its slope is at most 1/4, at 0.
public struct Sigmoid: ScalarFunction {
  public let name = "Sigmoid"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { logistic(x) }

  public func slope(at x: Double) -> Double {
    let tail = exp(-abs(x))
    return tail / ((1 + tail) * (1 + tail))
  }

  public func turns(in range: ClosedRange<Double>) -> [Turn] { [Turn(0, slopes: 0.25...0.25, isExact: true)] }
  public var slopeLimits: (low: Double, high: Double) { (0, 0) }
  public var limits: (low: Double, high: Double) { (0, 1) }
}
