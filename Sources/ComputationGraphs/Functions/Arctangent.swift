import Foundation

/// arctan x; its slope is at most 1, at 0.
public struct Arctangent: ScalarFunction {
  public let name = "Atan"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { atan(x) }
  public func slope(at x: Double) -> Double { 1 / (1 + x * x) }

  public func turns(in range: ClosedRange<Double>) -> [Turn] { [Turn(0, slopes: 1...1, isExact: true)] }
  public var slopeLimits: (low: Double, high: Double) { (0, 0) }
  public var limits: (low: Double, high: Double) { (-Double.pi / 2, Double.pi / 2) }
}
