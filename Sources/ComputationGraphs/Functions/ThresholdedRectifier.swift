/// x for x > α and 0 below. Unless α = 0 it jumps there: no finite bound on ranges that have α inside.
public struct ThresholdedRectifier: ScalarFunction {
  public let name = "ThresholdedRelu"
  public let alpha: Double

  public init(alpha: Double = 1) { self.alpha = alpha }

  public func callAsFunction(_ x: Double) -> Double { x > alpha ? x : 0 }
  public func slope(at x: Double) -> Double {
    x == alpha && alpha != 0 ? .infinity : x >= alpha ? 1 : 0
  }

  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    if alpha == 0 { return [.kink(0, 0, 1)] }
    return [Turn(alpha, slopes: .allNumbers, isExact: false)]
  }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    range.contains(alpha) ? [min(0, alpha)...max(0, alpha)] : []
  }
  public var slopeLimits: (low: Double, high: Double) { (0, 1) }
  public var limits: (low: Double, high: Double) { (0, .infinity) }
  public var hasExactSlopes: Bool { alpha == 0 }
}
