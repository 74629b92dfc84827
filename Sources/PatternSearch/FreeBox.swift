/// A product of closed intervals of the free inputs, none a point; ends may be infinite.
struct FreeBox: Sendable, Hashable, Codable {
  var lower: [Double]
  var upper: [Double]

  var centre: [Double] { zip(lower, upper).map { $0 / 2 + $1 / 2 } }

  func contains(_ x: [Double]) -> Bool { x.indices.allSatisfy { lower[$0] <= x[$0] && x[$0] <= upper[$0] } }

  /// The middle of an interval, if it is a double inside.
  func middle(_ input: Int) -> Double? {
    let middle = lower[input] / 2 + upper[input] / 2
    return middle.isFinite && lower[input] < middle && middle < upper[input] ? middle : nil
  }

  /// The part where x_input ≤ value, and the part where x_input ≥ value.
  func split(_ input: Int, at value: Double) -> (below: FreeBox, above: FreeBox) {
    var parts = (below: self, above: self)
    parts.below.upper[input] = value
    parts.above.lower[input] = value
    return parts
  }
}
