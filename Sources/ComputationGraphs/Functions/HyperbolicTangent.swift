import Foundation

/// tanh x; its slope is at most 1, at 0.
public struct HyperbolicTangent: ScalarFunction {
  public let name = "Tanh"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { tanh(x) }

  public func slope(at x: Double) -> Double {
    let root = 1 / cosh(x)
    return root * root
  }

  public func turns(in range: ClosedRange<Double>) -> [Turn] { [Turn(0, slopes: 1...1, isExact: true)] }
  public var slopeLimits: (low: Double, high: Double) { (0, 0) }
  public var limits: (low: Double, high: Double) { (-1, 1) }
}
