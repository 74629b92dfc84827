import LinearAlgebra

/// What a unit's pre-activation lies between.
struct UnitRange: Sendable {
  var l: Double
  var u: Double
  /// What of l and u was added for rounding.
  var slack: Double

  mutating func formIntersection(_ other: UnitRange) {
    (l, u) = (max(l, other.l), min(u, other.u))
    slack = max(slack, other.slack)
  }
}

/// Lines slope · z + offset below and above a unit's activation, for z in a range.
struct UnitLines: Sendable {
  typealias Line = (slope: Double, offset: Double)

  let low: Line
  let high: Line
  /// At least |z|, and what the activation lies between.
  let size: Double
  let values: (low: Double, high: Double)

  init(_ phase: Phase, _ slopes: UnitSlopes, _ range: UnitRange) {
    let (l, u) = (range.l, range.u)
    size = max(abs(l), abs(u))
    guard phase == .undecided, l < u else {
      // A range without slack or extent is the constant l.
      let isOn = phase == .undecided ? l >= 0 : phase == .on
      low = (isOn ? slopes.on : slopes.off, 0)
      high = low
      let ends = (low.slope * l, low.slope * u)
      values = (min(ends.0, ends.1).nextDown, max(ends.0, ends.1).nextUp)
      return
    }
    // The chord lies above a convex activation and each one-sided slope's line through 0 below it.
    let (atL, atU) = (l * (l >= 0 ? slopes.on : slopes.off), u * (u >= 0 ? slopes.on : slopes.off))
    let kink = l < 0 && u > 0 ? 0 : atL
    values = (min(atL, atU, kink).nextDown, max(atL, atU, kink).nextUp)
    let chord = (atU - atL) / (u - l)
    // Rounding of the chord's slope shows over the whole of [l, u].
    let play = 8 * unitRoundoff * (abs(atL) + abs(atU) + abs(chord) * (abs(l) + abs(u)))
    let side: Line = (u > -l ? slopes.on : slopes.off, 0)
    if slopes.off <= slopes.on {
      (low, high) = (side, (chord, atL - chord * l + play))
    } else {
      (low, high) = ((chord, atL - chord * l - play), side)
    }
  }

  /// At least |activation|.
  var valueSize: Double { max(abs(values.low), abs(values.high)) }
}

/// Bounds on a layer's pre-activations by linear forms carried backwards: through the lines below and above each activation that the
/// sign of its coefficient asks for, down to forms in the inputs (Zhang et al. 2018, CROWN; Singh et al. 2019, DeepPoly). No
/// wider than forms carried forward with the same lines, as coefficients are summed before a line is chosen.
///
/// O(rows Σ n_k n_{k-1}) a layer.
struct BackSubstitution {
  /// What is known of the layers so far, the frontier first; `sizes` bound the sums of all terms of pre-activations.
  private var layers: [(lines: [UnitLines], sizes: [Double])] = []
  private let problem: PatternProblem
  /// |W_1| … |W_K|.
  private let magnitudes: [Matrix]
  private let frontier: LayerForms
  private let forms: Matrix
  private let box: FreeBox
  /// The sums of all terms of the next layer's pre-activations, what the box and rounding leave of its forms included.
  private var reach: [Double]

  /// - Parameter frontier: exact up to their errors, over the box.
  init(_ problem: PatternProblem, _ magnitudes: [Matrix], from frontier: LayerForms, over box: FreeBox) {
    self.problem = problem
    self.magnitudes = magnitudes
    self.frontier = frontier
    self.box = box
    forms = Matrix(rows: frontier.units, columns: frontier.inputs + 1, elements: frontier.values)
    let inputs = zip(box.lower, box.upper).map { max(abs($0), abs($1)) } + [1]
    let errors = Matrix(rows: frontier.units, columns: frontier.inputs + 1, elements: frontier.errors)
    reach = zip(forms.magnitudes * inputs, errors * inputs).map { $0 + $1 / unitRoundoff }
  }

  private var next: Int { frontier.layer + layers.count }

  private static func rounding(_ terms: Int) -> Double { 4 * Double(terms + 8) * unitRoundoff }

  /// The next layer's lines; another hidden layer comes after it.
  mutating func append(_ lines: [UnitLines]) {
    layers.append((lines, zip(reach, lines).map { $0 + $1.size }))
    reach = zip(magnitudes[next] * lines.map(\.valueSize), problem.biases[next]).map { $0 + abs($1) }
  }

  /// Proved ranges of the next layer's pre-activations by interval arithmetic: the frontier's are as good as any.
  func intervals() -> [UnitRange] {
    let weights = layers.isEmpty ? forms : problem.weights[next]
    let constants = layers.isEmpty ? [Double](repeating: 0, count: forms.rows) : problem.biases[next]
    let values =
      layers.last.map { $0.lines.map(\.values) } ?? zip(box.lower, box.upper).map { ($0, $1) } + [(1, 1)]
    let rounding = Self.rounding(values.count)
    return zip(reach, constants).enumerated().map { i, terms in
      let (reach, constant) = terms
      var (l, u) = (constant, constant)
      for (w, value) in zip(weights.row(i), values) {
        l += w * (w >= 0 ? value.0 : value.1)
        u += w * (w >= 0 ? value.1 : value.0)
      }
      let slack = rounding * reach
      return UnitRange(l: l - slack, u: u + slack, slack: slack)
    }
  }

  /// Proved ranges of some pre-activations of the next layer, and the inputs' shares in their widths.
  func bounds(_ units: [Int]) -> [(range: UnitRange, shares: [Double])] {
    let rows = problem.weights[next].selecting(rows: units)
    let constants = units.map { problem.biases[next][$0] }
    let below = lowerForms(rows, constants)
    let above = lowerForms(rows * -1, constants.map { -$0 })
    let widths = zip(box.lower, box.upper).map { $1 - $0 }
    return units.indices.map { i in
      let shares = widths.indices.map { (abs(below.rows[i, $0]) + abs(above.rows[i, $0])) * widths[$0] }
      let sum = shares.reduce(0, +)
      return (
        UnitRange(
          l: minimum(below, i), u: -minimum(above, i), slack: max(below.slack[i], above.slack[i])),
        sum > 0 ? shares.map { $0 / sum } : shares
      )
    }
  }

  /// Affine forms in the inputs, the constant last, and how far they may be above what they bound from below.
  private typealias Forms = (rows: Matrix, slack: [Double])

  /// A form's least value over the box, less the slack.
  private func minimum(_ forms: Forms, _ i: Int) -> Double {
    let count = box.lower.count
    var value = forms.rows[i, count]
    for j in 0..<count {
      let w = forms.rows[i, j]
      value += w * (w >= 0 ? box.lower[j] : box.upper[j])
    }
    return value - forms.slack[i]
  }

  /// Below rows · activations + constants.
  private func lowerForms(_ start: Matrix, _ constants: [Double]) -> Forms {
    var rows = start
    var constants = constants
    var slack = [Double](repeating: 0, count: rows.rows)
    for (index, (lines, sizes)) in layers.enumerated().reversed() {
      let layer = frontier.layer + index
      let rounding = Self.rounding(lines.count + (index > 0 ? 0 : frontier.inputs))
      let width = rows.columns
      for i in 0..<rows.rows {
        var constant = constants[i]
        var reach = abs(constant)
        rows.elements.withUnsafeMutableBufferPointer { elements in
          for (k, unit) in lines.enumerated() {
            let c = elements[i * width + k]
            if c == 0 { continue }
            let line = c > 0 ? unit.low : unit.high
            let slope = c * line.slope
            elements[i * width + k] = slope
            constant += c * line.offset
            reach += abs(c * line.offset) + abs(slope) * sizes[k]
            if index > 0 { constant += slope * problem.biases[layer][k] }
          }
        }
        constants[i] = constant
        // Of all sums: each term is one of these, times what its layer's values can be.
        slack[i] += 2 * rounding * reach
      }
      rows = rows * (index > 0 ? problem.weights[layer] : forms)
    }
    for i in constants.indices { rows[i, rows.columns - 1] += constants[i] }
    return (rows, slack.map { $0 * (1 + 1e-9) })
  }
}
