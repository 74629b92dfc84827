import LinearAlgebra

/// Lines slope · z + offset below and above a unit's activation, z in the range that its pre-activation is known to have.
struct UnitLines: Sendable {
  typealias Line = (slope: Double, offset: Double)

  var low: Line
  var high: Line
  /// At least |z| and |activation| there.
  var size: Double

  /// - Parameter phase: `undecided` where [l, u] has zero inside.
  init(_ phase: Phase, _ slopes: UnitSlopes, l: Double, u: Double) {
    let steepest = slopes.largestMagnitude
    let reach = max(abs(l), abs(u))
    size = max(reach, steepest * reach).nextUp
    guard phase == .undecided, l < u else {
      // A form without slack or extent is the constant l.
      let isOn = phase == .undecided ? l >= 0 : phase == .on
      low = (isOn ? slopes.on : slopes.off, 0)
      high = low
      return
    }
    // The chord lies above a convex activation and each one-sided slope's line through 0 below it.
    let (atL, atU) = (l * (l >= 0 ? slopes.on : slopes.off), u * (u >= 0 ? slopes.on : slopes.off))
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
}

/// Bounds on a layer's pre-activations by linear forms carried backwards: through the lines below and above each activation that the
/// sign of its coefficient asks for, down to forms in the inputs (Zhang et al. 2018, CROWN; Singh et al. 2019, DeepPoly). No
/// wider than forms carried forward with the same lines, as coefficients are summed before a line is chosen.
///
/// O(rows Σ n_k n_{k-1}) a layer.
struct BackSubstitution {
  /// What is known of the layers so far, the frontier first.
  private var layers: [(lines: [UnitLines], sizes: [Double])] = []
  private let problem: PatternProblem
  /// |W_1| … |W_K|.
  private let magnitudes: [Matrix]
  private let frontier: LayerForms
  private let forms: Matrix
  private let box: FreeBox

  /// - Parameter frontier: exact up to their errors, over the box.
  init(_ problem: PatternProblem, _ magnitudes: [Matrix], from frontier: LayerForms, over box: FreeBox) {
    self.problem = problem
    self.magnitudes = magnitudes
    self.frontier = frontier
    self.box = box
    forms = Matrix(rows: frontier.units, columns: frontier.inputs + 1, elements: frontier.values)
  }

  /// The lines of the next layer's units.
  mutating func append(_ lines: [UnitLines]) {
    // Each pre-activation's terms add up to no more than this.
    let sizes: [Double]
    if let below = layers.last {
      let layer = frontier.layer + layers.count
      sizes = zip(magnitudes[layer] * below.lines.map(\.size), problem.biases[layer])
        .map { $0 + abs($1) }
    } else {
      let reach = zip(box.lower, box.upper).map { max(abs($0), abs($1)) } + [1]
      let errors = Matrix(rows: frontier.units, columns: frontier.inputs + 1, elements: frontier.errors)
      sizes = zip(forms.magnitudes * reach, (errors * reach).map { $0 / unitRoundoff }).map { $0 + $1 }
    }
    layers.append((lines, zip(sizes, lines).map { $0 + $1.size }))
  }

  /// Proved lower and upper bounds of some pre-activations of the layer after the last one appended.
  func bounds(_ units: [Int]) -> [(lower: Double, upper: Double)] {
    let layer = frontier.layer + layers.count
    let rows = problem.weights[layer].selecting(rows: units)
    let constants = units.map { problem.biases[layer][$0] }
    let lower = lowerBounds(rows, constants)
    let upper = lowerBounds(rows * -1, constants.map { -$0 })
    return zip(lower, upper).map { ($0, -$1) }
  }

  /// Below rows · activations + constants.
  private func lowerBounds(_ start: Matrix, _ constants: [Double]) -> [Double] {
    var rows = start
    var constants = constants
    /// How far the rounded forms may be from exact ones anywhere in the box.
    var slack = constants.map { abs($0) * unitRoundoff }
    for (index, (lines, sizes)) in layers.enumerated().reversed() {
      let layer = frontier.layer + index
      let bias = index > 0 ? problem.biases[layer] : []
      let rounding = 4 * Double(lines.count + 8) * unitRoundoff
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
            if index > 0 { constant += slope * bias[k] }
          }
        }
        constants[i] = constant
        slack[i] += rounding * reach
      }
      rows = rows * (index > 0 ? problem.weights[layer] : forms)
    }
    let inputs = box.lower.count
    return (0..<rows.rows).map { i in
      var value = constants[i] + rows[i, inputs]
      for j in 0..<inputs {
        let w = rows[i, j]
        value += w * (w >= 0 ? box.lower[j] : box.upper[j])
      }
      // The frontier's sizes are those of all terms of these last sums.
      return value - slack[i] * (1 + 1e-9) - 4 * Double(inputs + 2) * unitRoundoff * abs(value)
    }
  }
}
