import Foundation

/// ½ x (1 + tanh u), u = √(2/π) (x + 0.044715 x³): the approximation of GELU. With t = tanh u its slope turns where
/// u' - x (t u'² - ½ u'') = 0.
public struct TanhGaussianErrorLinearUnit: ScalarFunction {
  public let name = "Gelu(tanh)"
  private static let factor = (2 / Double.pi).squareRoot()
  private static let cubic = 0.044715

  public init() {}

  private func inner(_ x: Double) -> (u: Double, first: Double, second: Double) {
    let c = Self.cubic
    return (Self.factor * (x + c * x * x * x), Self.factor * (1 + 3 * c * x * x), 6 * Self.factor * c * x)
  }

  public func callAsFunction(_ x: Double) -> Double { x / (1 + exp(-2 * inner(x).u)) }

  public func slope(at x: Double) -> Double {
    let (u, first, _) = inner(x)
    let root = 1 / cosh(u)
    return logistic(2 * u) + (root == 0 ? 0 : x / 2 * root * root * first)
  }

  /// f'(-x) = 1 - f'(x).
  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    let x = root(in: 1...2) { x in
      let (u, first, second) = inner(x)
      return first - x * (tanh(u) * first * first - second / 2)
    }
    return [-x, x].map { .extreme($0, slope(at: $0)) }
  }
  public var slopeLimits: (low: Double, high: Double) { (0, 1) }
  public var limits: (low: Double, high: Double) { (0, .infinity) }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    lowest(in: range, near: -1.5 ... -0.1)
  }
}
