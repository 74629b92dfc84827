import Foundation

/// x w, w = tanh(ln(1 + eˣ)): Mish (Misra 2019). Its slope w + x w' turns where 2 w' + x w'' = 0.
public struct Mish: ScalarFunction {
  public let name = "Mish"

  public init() {}

  private func inner(_ x: Double) -> (w: Double, first: Double, second: Double) {
    let w = tanh(Softplus()(x))
    let sigma = logistic(x)
    let root = 1 / cosh(Softplus()(x))
    let first = root * root * sigma
    return (w, first, -2 * w * first * sigma + root * root * sigma * logistic(-x))
  }

  public func callAsFunction(_ x: Double) -> Double { x * inner(x).w }

  public func slope(at x: Double) -> Double {
    let (w, first, _) = inner(x)
    return w + x * first
  }

  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    func curvature(_ x: Double) -> Double {
      let (_, first, second) = inner(x)
      return 2 * first + x * second
    }
    let points = [root(in: -3 ... -2) { curvature($0) }, root(in: 1...2) { curvature($0) }]
    return points.map { .extreme($0, slope(at: $0)) }
  }
  public var slopeLimits: (low: Double, high: Double) { (0, 1) }
  public var limits: (low: Double, high: Double) { (0, .infinity) }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    lowest(in: range, near: -2 ... -0.5)
  }
}
