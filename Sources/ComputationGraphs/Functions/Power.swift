import Foundation

/// x^p. Where p is no whole number, or x is 0 and p - 1 is negative, it has no finite bound on ranges that reach there.
public struct Power: ScalarFunction {
  public let name = "Pow"
  public let exponent: Double

  public init(_ exponent: Double) { self.exponent = exponent }

  public func callAsFunction(_ x: Double) -> Double { pow(x, exponent) }
  public func slope(at x: Double) -> Double {
    exponent == 0 ? 0 : exponent == 1 ? 1 : exponent * pow(x, exponent - 1)
  }

  private var isWhole: Bool { exponent == exponent.rounded() && abs(exponent) < 0x1p53 }
  private var isEven: Bool { exponent.truncatingRemainder(dividingBy: 2) == 0 }

  /// x^p is infinite at 0 from both sides.
  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    if exponent < 0 { return [Turn(0, slopes: .allNumbers, isExact: false)] }
    return exponent > 1 ? [Turn(0, slopes: 0...0, isExact: true)] : []
  }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    guard range.contains(0) else { return [] }
    return exponent < 0 ? [.allNumbers] : exponent == 0 ? [1...1] : [0...0]
  }
  public var slopeLimits: (low: Double, high: Double) {
    let high = exponent == 1 ? 1 : exponent > 1 ? Double.infinity : 0
    guard isWhole else { return (.nan, high) }
    return (exponent > 1 && isEven ? -high : high, high)
  }
  public var limits: (low: Double, high: Double) {
    let high = exponent > 0 ? Double.infinity : exponent == 0 ? 1 : 0
    guard isWhole else { return (.nan, high) }
    return (exponent > 0 && !isEven ? -high : high, high)
  }
  public var error: Double { 0x1p-46 }
}
