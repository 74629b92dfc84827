import Foundation

/// ln x, with no finite bound where x may be 0 or less.
public struct Logarithm: ScalarFunction {
  public let name = "Log"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { log(x) }
  public func slope(at x: Double) -> Double { x < 0 ? .nan : 1 / x }

  public var slopeLimits: (low: Double, high: Double) { (.nan, 0) }
  public var limits: (low: Double, high: Double) { (.nan, .infinity) }
}
