import Foundation

/// x Φ(x), Φ the distribution function of the normal law: GELU. Its slope Φ + x φ turns where φ (2 - x²) = 0.
public struct GaussianErrorLinearUnit: ScalarFunction {
  public let name = "Gelu"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { x / 2 * erfc(-x / 2.0.squareRoot()) }

  public func slope(at x: Double) -> Double {
    erfc(-x / 2.0.squareRoot()) / 2 + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
  }

  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    [-2.0.squareRoot(), 2.0.squareRoot()].map { .extreme($0, slope(at: $0)) }
  }
  public var slopeLimits: (low: Double, high: Double) { (0, 1) }
  public var limits: (low: Double, high: Double) { (0, .infinity) }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    lowest(in: range, near: -1.5 ... -0.1)
  }
}
