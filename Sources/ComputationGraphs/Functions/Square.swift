import Foundation

/// x²: no finite bound where the argument has none.
public struct Square: ScalarFunction {
  public let name = "Square"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { x * x }
  public func slope(at x: Double) -> Double { 2 * x }

  public var slopeLimits: (low: Double, high: Double) { (-.infinity, .infinity) }
  public var limits: (low: Double, high: Double) { (.infinity, .infinity) }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    range.contains(0) ? [0...0] : []
  }
  public var hasExactSlopes: Bool { true }
}
