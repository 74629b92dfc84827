import Foundation

/// x for x ≥ 0 and a x below: ReLU (a = 0), leaky ReLU, PReLU with one slope, the absolute value (a = -1).
public struct LeakyRectifier: ScalarFunction {
  public let name: String
  public let negativeSlope: Double

  public init(negativeSlope: Double, name: String = "LeakyRelu") {
    self.negativeSlope = negativeSlope
    self.name = name
  }

  public static let relu = LeakyRectifier(negativeSlope: 0, name: "Relu")
  public static let absoluteValue = LeakyRectifier(negativeSlope: -1, name: "Abs")

  public func callAsFunction(_ x: Double) -> Double {
    x >= 0 ? x : negativeSlope == 0 ? 0 : negativeSlope * x
  }
  public func slope(at x: Double) -> Double { x >= 0 ? 1 : negativeSlope }

  public func turns(in range: ClosedRange<Double>) -> [Turn] { [.kink(0, negativeSlope, 1)] }
  public var slopeLimits: (low: Double, high: Double) { (negativeSlope, 1) }
  public var limits: (low: Double, high: Double) {
    (negativeSlope == 0 ? 0 : negativeSlope > 0 ? -.infinity : .infinity, .infinity)
  }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    range.contains(0) ? [0...0] : []
  }
  public var hasExactSlopes: Bool { true }
}
