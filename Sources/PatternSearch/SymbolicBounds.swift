import LinearAlgebra

/// Bounds on the pre-activations of the layers after a cell's frontier, by affine lower and upper forms carried
/// forward through the undecided units (symbolic intervals: Wang et al. 2018, Neurify; Singh et al. 2019, DeepPoly),
/// over the domain's box. They only decide more phases for the relaxation, on bounded domains.
///
/// Beside each form stands a bound on what rounding can hide of it anywhere in the box; a phase is decided only beyond it.
struct SymbolicBounds {
  let problem: PatternProblem
  /// Whether a checker repeats the decisions in exact arithmetic: what is decided is then beyond rounding by far.
  var isProved = false

  private static let provedMargin = 0x1p16
  /// Sides of a range that differ by less, relatively, may be ordered otherwise in exact arithmetic.
  private static let sideMargin = 1e-6

  /// What is decided beyond a cell.
  struct Decisions {
    /// The cell's pattern and more.
    var pattern: PartialPattern
    var units: [(unit: Int, phase: Phase)] = []
    /// Of undecided units with ranges about symmetric: the phase of the one-sided line that bounds them.
    var sides: [(unit: Int, phase: Phase)] = []
  }

  /// Affine forms below and above each of a layer's values, and how far, anywhere in the box, the exact value may lie
  /// outside them.
  private struct Forms {
    var below: Matrix
    var above: Matrix
    var error: [Double]
  }

  /// The cell's pattern with further units decided where their sign is certain over the box.
  func deciding(more cell: Cell) -> Decisions {
    var result = Decisions(pattern: cell.pattern)
    guard let (lower, upper) = problem.freeBox, cell.forms.layer < problem.hiddenLayers - 1 else {
      return result
    }
    /// |x_j| ≤ size_j, and 1 for the constant.
    let sizes = zip(lower, upper).map { max(abs($0), abs($1)) } + [1]
    let width = sizes.count
    // Lower and upper forms of the frontier's pre-activations coincide.
    let exact = Matrix(rows: cell.forms.units, columns: width, elements: cell.forms.values)
    let hidden = Matrix(rows: cell.forms.units, columns: width, elements: cell.forms.errors) * sizes
    var forms = Forms(below: exact, above: exact, error: hidden.map { $0 * (1 + 1e-9) })
    for layer in cell.forms.layer..<problem.hiddenLayers {
      let reach = (forms.below.magnitudes + forms.above.magnitudes) * sizes
      for (i, unit) in problem.unitRange(layer).enumerated() {
        let slack = (forms.error[i] + 4 * Double(width + 2) * unitRoundoff * reach[i]) * (1 + 1e-9)
        let l = minimum(forms.below.row(i), lower, upper) - slack
        let u = slack - minimum(forms.above.row(i).map { -$0 }[...], lower, upper)
        if result.pattern[unit] == .undecided, layer > cell.forms.layer {
          let margin = isProved ? Self.provedMargin * slack : 0
          if l > margin || u < -margin {
            result.pattern[unit] = l > margin ? .on : .off
            result.units.append((unit, result.pattern[unit]))
          }
        }
        if result.pattern[unit] == .undecided, l < 0, u > 0, abs(l + u) < Self.sideMargin * (u - l) {
          result.sides.append((unit, u > -l ? .on : .off))
        }
        relax(
          &forms, row: i, phase: result.pattern[unit], slopes: problem.slopes[unit], l: l, u: u,
          reach: reach[i])
      }
      if layer + 1 < problem.hiddenLayers { forms = propagate(forms, layer: layer + 1, sizes: sizes) }
    }
    return result
  }

  /// The least value of an affine form over the box.
  private func minimum(_ form: ArraySlice<Double>, _ lower: [Double], _ upper: [Double]) -> Double {
    var value = form[form.endIndex - 1]
    for j in lower.indices {
      let w = form[form.startIndex + j]
      value += w * (w >= 0 ? lower[j] : upper[j])
    }
    return value
  }

  /// Replaces a unit's pre-activation forms by forms below and above its activation; `reach` bounds both forms' terms.
  private func relax(
    _ forms: inout Forms, row: Int, phase: Phase, slopes: UnitSlopes, l: Double, u: Double, reach: Double
  ) {
    let (oldBelow, oldAbove) = (Array(forms.below.row(row)), Array(forms.above.row(row)))
    func line(_ form: [Double], slope: Double, offset: Double) -> [Double] {
      var result = form.map { slope * $0 }
      result[result.count - 1] += offset
      return result
    }
    func replace(low: (slope: Double, offset: Double), high: (slope: Double, offset: Double)) {
      let below = line(low.slope >= 0 ? oldBelow : oldAbove, slope: low.slope, offset: low.offset)
      let above = line(high.slope >= 0 ? oldAbove : oldBelow, slope: high.slope, offset: high.offset)
      for j in below.indices {
        forms.below[row, j] = below[j]
        forms.above[row, j] = above[j]
      }
      let steepest = max(abs(low.slope), abs(high.slope))
      let offsets = abs(low.offset) + abs(high.offset)
      forms.error[row] =
        (steepest * forms.error[row] + 8 * unitRoundoff * (steepest * reach + offsets)) * (1 + 1e-9)
    }
    if phase != .undecided {
      let slope = phase == .on ? slopes.on : slopes.off
      return replace(low: (slope, 0), high: (slope, 0))
    }
    // Over [l, u], which holds 0 (no sign was certain) or is a frontier unit's range, the chord lies above a convex
    // activation and each one-sided slope's line through 0 below it.
    guard l < u else {
      // A form without slack or extent: the constant l.
      let slope = l >= 0 ? slopes.on : slopes.off
      return replace(low: (slope, 0), high: (slope, 0))
    }
    let (atL, atU) = (l * (l >= 0 ? slopes.on : slopes.off), u * (u >= 0 ? slopes.on : slopes.off))
    let chord = (atU - atL) / (u - l)
    // Rounding of the chord's slope shows over the whole of [l, u].
    let play = 8 * unitRoundoff * (abs(atL) + abs(atU) + abs(chord) * (abs(l) + abs(u)))
    let side = (slope: u > -l ? slopes.on : slopes.off, offset: 0.0)
    if slopes.off <= slopes.on {
      replace(low: side, high: (chord, atL - chord * l + play))
    } else {
      replace(low: (chord, atL - chord * l - play), high: side)
    }
  }

  private func propagate(_ forms: Forms, layer: Int, sizes: [Double]) -> Forms {
    let weights = problem.weights[layer]
    let positive = Matrix(
      rows: weights.rows, columns: weights.columns, elements: weights.elements.map { max($0, 0) })
    let negative = Matrix(
      rows: weights.rows, columns: weights.columns, elements: weights.elements.map { min($0, 0) })
    var below = positive * forms.below + negative * forms.above
    var above = positive * forms.above + negative * forms.below
    let reach = weights.magnitudes * ((forms.below.magnitudes + forms.above.magnitudes) * sizes)
    let inherited = weights.magnitudes * forms.error
    let bias = problem.biases[layer]
    var error: [Double] = []
    for i in 0..<weights.rows {
      below[i, below.columns - 1] += bias[i]
      above[i, above.columns - 1] += bias[i]
      let rounding = 4 * Double(weights.columns + 3) * unitRoundoff * (reach[i] + abs(bias[i]))
      error.append((inherited[i] + rounding) * (1 + 1e-9))
    }
    return Forms(below: below, above: above, error: error)
  }
}
