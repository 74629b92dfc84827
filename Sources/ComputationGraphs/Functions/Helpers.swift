import Foundation

/// 1 / (1 + e⁻ˣ).
func logistic(_ x: Double) -> Double { x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)) }

/// Where a function that is positive at one end of a range and negative at the other vanishes, by bisection.
func root(in range: ClosedRange<Double>, of function: (Double) -> Double) -> Double {
  var (low, high) = (range.lowerBound, range.upperBound)
  let isFalling = function(low) > 0
  while true {
    let middle = low + (high - low) / 2
    if middle <= low || middle >= high { return middle }
    if (function(middle) > 0) == isFalling { low = middle } else { high = middle }
  }
}

extension ScalarFunction {
  /// The value where the slope changes its sign within `near`, if the range has it.
  func lowest(in range: ClosedRange<Double>, near: ClosedRange<Double>) -> [ClosedRange<Double>] {
    let x = root(in: near) { slope(at: $0) }
    guard range.contains(x) else { return [] }
    let value = self(x)
    return [value - error...value + error]
  }
}

/// The points start + k π of a range, at which a wave is 1 (k even) and -1 (k odd): two next to each other are enough.
func waves(in range: ClosedRange<Double>, from start: Double) -> [(x: Double, value: Double)] {
  // Beyond this a double says little of the angle.
  guard range.magnitude < 1e6, range.upperBound - range.lowerBound < 2 * Double.pi else {
    let inside = range.lowerBound.isFinite ? range.lowerBound.nextUp : min(0, range.upperBound.nextDown)
    return [(inside, 1), (inside, -1)]
  }
  let first = ((range.lowerBound - start) / Double.pi).rounded(.down)
  return (0...3).map { first + Double($0) }.map { k in
    (start + k * Double.pi, k.truncatingRemainder(dividingBy: 2) == 0 ? 1 : -1)
  }.filter { range.contains($0.0) }
}
