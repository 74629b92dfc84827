import Foundation

/// eˣ: no finite bound where the argument has none.
public struct Exponential: ScalarFunction {
  public let name = "Exp"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { exp(x) }
  public func slope(at x: Double) -> Double { exp(x) }

  public var slopeLimits: (low: Double, high: Double) { (0, .infinity) }
  public var limits: (low: Double, high: Double) { (0, .infinity) }
}
