import Foundation

/// cos x; its slope turns halfway between the multiples of π.
public struct Cosine: ScalarFunction {
  public let name = "Cos"

  public init() {}

  public func callAsFunction(_ x: Double) -> Double { cos(x) }
  public func slope(at x: Double) -> Double { -sin(x) }

  public func turns(in range: ClosedRange<Double>) -> [Turn] {
    waves(in: range, from: -Double.pi / 2).map { Turn($0.x, slopes: $0.value...$0.value, isExact: true) }
  }
  // At no end is there a limit: the turns have the extremes.
  public var slopeLimits: (low: Double, high: Double) { (0, 0) }
  public var limits: (low: Double, high: Double) { (0, 0) }
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] {
    waves(in: range, from: 0).map { $0.value...$0.value }
  }
}
