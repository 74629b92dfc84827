/// Interval arithmetic on doubles, rounded outwards; ends may be infinite.
extension ClosedRange<Double> {
  static var allNumbers: ClosedRange<Double> { -.infinity ... .infinity }

  /// These ends, each moved outwards by a rounding.
  static func outwards(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    guard low <= high else { return .allNumbers }  // not a number
    return low.nextDown...high.nextUp
  }

  static func + (a: Self, b: Self) -> Self {
    outwards(a.lowerBound + b.lowerBound, a.upperBound + b.upperBound)
  }
  static func - (a: Self, b: Self) -> Self {
    outwards(a.lowerBound - b.upperBound, a.upperBound - b.lowerBound)
  }
  static prefix func - (a: Self) -> Self { -a.upperBound ... -a.lowerBound }

  static func * (a: Self, b: Self) -> Self {
    /// Ends of an unbounded interval are limits: 0 times them is 0.
    func product(_ p: Double, _ q: Double) -> Double { p == 0 || q == 0 ? 0 : p * q }
    let ends = [a.lowerBound, a.upperBound].flatMap { p in
      [b.lowerBound, b.upperBound].map { product(p, $0) }
    }
    // Other products that are 0 have underflown.
    if a == 0...0 || b == 0...0 { return 0...0 }
    return outwards(ends.min() ?? 0, ends.max() ?? 0)
  }

  /// All numbers where the divisor may be zero.
  static func / (a: Self, b: Self) -> Self {
    if b.contains(0) { return .allNumbers }
    return a * outwards(1 / b.upperBound, 1 / b.lowerBound)
  }

  /// The largest |number|.
  var magnitude: Double { Swift.max(abs(lowerBound), abs(upperBound)) }
  /// The smallest |number|.
  var mignitude: Double { contains(0) ? 0 : Swift.min(abs(lowerBound), abs(upperBound)) }
}
