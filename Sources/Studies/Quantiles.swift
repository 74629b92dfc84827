/// The middle and the spread of a sample that may hold infinities: of numbers that are only known to be large.
public struct Quantiles: Sendable, Hashable {
  /// Quantiles at 10, 50 and 90 %.
  public let low: Double
  public let median: Double
  public let high: Double

  /// - Precondition: there is a value, and none is NaN.
  public init(_ values: [Double]) {
    let sorted = values.sorted()
    low = Self.quantile(0.1, of: sorted)
    median = Self.quantile(0.5, of: sorted)
    high = Self.quantile(0.9, of: sorted)
  }

  init(low: Double, median: Double, high: Double) {
    self.low = low
    self.median = median
    self.high = high
  }

  /// By linear interpolation at the position p·(count - 1), counted from 0; infinite as soon as an infinite value has a part in it.
  public static func quantile(_ p: Double, of sorted: [Double]) -> Double {
    precondition(!sorted.isEmpty && (0...1).contains(p))
    let position = p * Double(sorted.count - 1)
    let below = Int(position)
    let part = position - Double(below)
    guard part > 0, sorted[below].isFinite else { return sorted[below] }
    let above = sorted[below + 1]
    return above.isFinite ? sorted[below] + part * (above - sorted[below]) : above
  }
}
