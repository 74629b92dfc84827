import Foundation

/// x / (1 + |x|); its slope is at most 1, at 0.
public struct Softsign: ScalarFunction {
  public let name = "Softsign"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { x / (1 + abs(x)) }
  public func slope(at x: Double) -> Double { 1 / ((1 + abs(x)) * (1 + abs(x))) }

  public func turns(in range: ClosedRange<Double>) -> [Turn] { [Turn(0, slopes: 1...1, isExact: true)] }
  public var slopeLimits: (low: Double, high: Double) { (0, 0) }
  public var limits: (low: Double, high: Double) { (-1, 1) }
}
