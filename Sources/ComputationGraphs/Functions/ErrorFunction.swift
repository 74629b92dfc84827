import Foundation

/// erf x = 2 / √π ∫₀ˣ exp(-t²) dt; its slope is at most 2 / √π, at 0.
public struct ErrorFunction: ScalarFunction {
  public let name = "Erf"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { erf(x) }
  public func slope(at x: Double) -> Double { 2 / Double.pi.squareRoot() * exp(-x * x) }

  public func turns(in range: ClosedRange<Double>) -> [Turn] { [.extreme(0, slope(at: 0))] }
  public var slopeLimits: (low: Double, high: Double) { (0, 0) }
  public var limits: (low: Double, high: Double) { (-1, 1) }
}
