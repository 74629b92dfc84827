import Foundation

/// 1 / x, with no finite bound where x may be 0.
public struct Reciprocal: ScalarFunction {
  public let name = "Reciprocal"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { 1 / x }
  public func slope(at x: Double) -> Double { -1 / (x * x) }

  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    [Turn(0, slopes: .allNumbers, isExact: false)]
  }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    range.contains(0) ? [.allNumbers] : []
  }
  public var slopeLimits: (low: Double, high: Double) { (0, 0) }
  public var limits: (low: Double, high: Double) { (0, 0) }
}
