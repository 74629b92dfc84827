import Foundation

/// √x, with no finite bound where x may be 0.
public struct SquareRoot: ScalarFunction {
  public let name = "Sqrt"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { x.squareRoot() }
  public func slope(at x: Double) -> Double { 0.5 / x.squareRoot() }

  public var slopeLimits: (low: Double, high: Double) { (.nan, 0) }
  public var limits: (low: Double, high: Double) { (.nan, .infinity) }
}
