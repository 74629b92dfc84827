/// A box of support directions u with an upper bound on φ over it.
///
/// On the box t_i ranges over [a, b]. b ≤ 0: unit i is off and adds nothing. a ≥ 0: it is on and adds t_i. Otherwise the
/// secant b/(b - a) · (t_i - a) lies above (t_i)⁺. The sum is affine, p·u + q, and the maximum of p·u + q - ‖u‖² over a
/// box is found axis by axis. The secants' excess is of second order in the box's size.
///
/// For c = 0 the t_i are homogeneous, and cones { λ w : λ ≥ 0, w in a box on a face w_f = ±1 of the cube } take the place
/// of boxes: the secants of the face bound the cone, λ times their sum, and one dimension less is divided.
///
/// A unit that is decided on a box is decided on its parts, so a box looks only at what its parent left open. O(r) a unit.
struct SupportBox: Sendable {
  /// f where the box is a face of a cone; nil for a box of u itself.
  let face: Int?
  let lower: [Double]
  let upper: [Double]
  /// F(σ) is at most this for every σ with z(σ) in the box; margin included.
  let bound: Double
  /// Where the relaxation attains its bound.
  let maximizer: [Double]
  /// The axis on which the secants lose most.
  let axis: Int
  /// 2 g_0 + 2 Σ g_i over the units that are on in the whole box.
  let slope: [Double]
  /// -Σ c_i over the same units.
  let constant: Double
  let undecided: [Int]

  var center: [Double] { zip(lower, upper).map { ($0 + $1) / 2 } }
  /// Whether splitting makes it smaller.
  var isDivisible: Bool {
    guard axis < lower.count else { return false }
    let middle = (lower[axis] + upper[axis]) / 2
    return middle > lower[axis] && middle < upper[axis]
  }
}

extension SupportForm {
  /// All support directions that matter.
  func rootBoxes() -> [SupportBox] {
    root.map {
      box(
        face: $0.face, lower: $0.lower, upper: $0.upper, slope: offset, constant: 0,
        undecided: Array(0..<units), inherited: .infinity)
    }
  }

  /// The two halves of a box.
  func expand(_ box: SupportBox) -> [SupportBox] {
    let middle = (box.lower[box.axis] + box.upper[box.axis]) / 2
    return [true, false].map { isUpperHalf in
      var (lower, upper) = (box.lower, box.upper)
      if isUpperHalf { lower[box.axis] = middle } else { upper[box.axis] = middle }
      return self.box(
        face: box.face, lower: lower, upper: upper, slope: box.slope, constant: box.constant,
        undecided: box.undecided,
        inherited: box.bound)
    }
  }

  private func box(
    face: Int?, lower: [Double], upper: [Double], slope: [Double], constant: Double, undecided open: [Int],
    inherited: Double
  ) -> SupportBox {
    let center = zip(lower, upper).map { ($0 + $1) / 2 }
    let halfWidth = zip(lower, upper).map { ($1 - $0) / 2 }
    var (slope, constant) = (slope, constant)
    var secantSlope = [Double](repeating: 0, count: rank)
    var secantConstant = 0.0
    var excess = [Double](repeating: 0, count: rank)
    var undecided: [Int] = []
    undecided.reserveCapacity(open.count)
    for i in open {
      let row = gradients.span.extracting(i * rank..<(i + 1) * rank)
      var middle = -linear[i]
      var radius = uncertainty[i]
      for k in row.indices {
        middle += row[k] * center[k]
        radius += abs(row[k]) * halfWidth[k]
      }
      if middle >= radius {
        constant -= linear[i]
        for k in row.indices { slope[k] += row[k] }
      } else if middle > -radius {
        undecided.append(i)
        let share = (middle + radius) / (2 * radius)
        secantConstant += share * (radius - middle - linear[i])
        let weight = share * (1 - share)
        for k in row.indices {
          secantSlope[k] += share * row[k]
          excess[k] += weight * abs(row[k])
        }
      }
    }
    var axis = 0
    for k in 0..<rank {
      secantSlope[k] += slope[k]
      if excess[k] * halfWidth[k] > excess[axis] * halfWidth[axis] { axis = k }
    }
    let (bound, maximizer): (Double, [Double])
    if let face {
      secantSlope[face] += secantConstant * lower[face]
      (bound, maximizer) = maximumOverCone(secantSlope, lower, upper)
    } else {
      (bound, maximizer) = maximumOverBox(secantSlope, lower, upper, scale: 1)
    }
    return SupportBox(
      face: face, lower: lower, upper: upper,
      bound: min(bound + (face == nil ? constant + secantConstant : 0) + margin, inherited),
      maximizer: maximizer, axis: axis, slope: slope, constant: constant, undecided: undecided)
  }

  /// The patterns that agree with a box and may have F(σ) > cutoff, and a bound on F of the others that agree (-∞ where
  /// there are none). Gray code, O(2^undecided r).
  ///
  /// No pattern with z(σ) in the box is better than the best that agrees with it: (t_i)⁺ is t_i or 0.
  func completions(of box: SupportBox, above cutoff: Double) -> (patterns: [[Bool]], rest: Double) {
    var twice = box.slope
    var linearPart = box.constant
    var isOn = [Bool](repeating: false, count: box.undecided.count)
    var found: [[Bool]] = []
    var rest = -Double.infinity
    var code = 1
    while true {
      let value = twice.reduce(0) { $0 + $1 * $1 } / 4 + linearPart
      if value + margin > cutoff { found.append(isOn) } else { rest = max(rest, value + margin) }
      guard code < 1 << box.undecided.count else { break }
      let flipped = code.trailingZeroBitCount
      let unit = box.undecided[flipped]
      isOn[flipped].toggle()
      let sign: Double = isOn[flipped] ? 1 : -1
      linearPart -= sign * linear[unit]
      for k in 0..<rank { twice[k] += sign * gradients[unit * rank + k] }
      code += 1
    }
    guard !found.isEmpty else { return ([], rest) }
    // Units that are decided on the box are decided at its centre, where they are farther from zero than rounding.
    let decided = pattern(at: box.center)
    let patterns = found.map { isOn in
      var pattern = decided
      for (unit, isOn) in zip(box.undecided, isOn) { pattern[unit] = isOn }
      return pattern
    }
    return (patterns, rest)
  }
}
