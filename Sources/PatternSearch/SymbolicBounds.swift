import LinearAlgebra

/// Bounds on the pre-activations of the layers from a frontier on, over a box, by affine lower and upper forms carried forward
/// through the undecided units (symbolic intervals: Wang et al. 2018, Neurify), and where those leave a sign open by
/// forms carried backwards. They only decide more phases for the relaxation, on bounded domains.
///
/// Beside each form stands a bound on what rounding can hide of it anywhere in the box; a phase is decided only beyond it.
struct SymbolicBounds: Sendable {
  private let problem: PatternProblem
  /// Whether a checker repeats the decisions in exact arithmetic: what is decided is then beyond rounding by far.
  private let isProved: Bool
  /// Of each layer's weights the positive part, the negative part and the magnitudes.
  private let weights: [(positive: Matrix, negative: Matrix, magnitudes: Matrix)]

  private static let provedMargin = 0x1p16
  /// Sides of a range that differ by less, relatively, may be ordered otherwise in exact arithmetic.
  private static let sideMargin = 1e-6

  init(problem: PatternProblem, isProved: Bool) {
    self.problem = problem
    self.isProved = isProved
    weights = problem.chain.map { matrix in
      func part(_ keep: (Double) -> Double) -> Matrix {
        Matrix(rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map(keep))
      }
      return (part { max($0, 0) }, part { min($0, 0) }, matrix.magnitudes)
    }
  }

  /// What is decided beyond a pattern.
  struct Decisions {
    /// The pattern and more.
    var pattern: PartialPattern
    var units: [(unit: Int, phase: Phase)] = []
    /// Of undecided units with ranges about symmetric: the phase of the one-sided line that bounds them.
    var sides: [(unit: Int, phase: Phase)] = []
    /// For each free input how many undecided units after the frontier its interval leaves undecided: a unit counts for the
    /// inputs by their shares of its range.
    var influence: [Double] = []
  }

  /// Affine forms below and above each of a layer's values, and how far, anywhere in the box, the exact value may lie
  /// outside them.
  private struct Forms {
    var below: Matrix
    var above: Matrix
    var error: [Double]
  }

  /// The cell's pattern with further units decided where their sign is certain over its box.
  func deciding(more cell: Cell) -> Decisions {
    guard let box = cell.box, cell.forms.layer < problem.hiddenLayers - 1 else {
      return Decisions(pattern: cell.pattern)
    }
    return deciding(more: cell.pattern, from: cell.forms, over: box)
  }

  /// The pattern with further units decided where their sign is certain over the box.
  ///
  /// - Parameter frontier: forms of the first layer that the pattern does not decide.
  func deciding(more pattern: PartialPattern, from frontier: LayerForms, over box: FreeBox) -> Decisions {
    var result = Decisions(pattern: pattern)
    result.influence = [Double](repeating: 0, count: box.lower.count)
    /// |x_j| ≤ size_j, and 1 for the constant.
    let sizes = zip(box.lower, box.upper).map { max(abs($0), abs($1)) } + [1]
    let width = sizes.count
    // Lower and upper forms of the frontier's pre-activations coincide.
    let exact = Matrix(rows: frontier.units, columns: width, elements: frontier.values)
    let hidden = Matrix(rows: frontier.units, columns: width, elements: frontier.errors) * sizes
    var forms = Forms(below: exact, above: exact, error: hidden.map { $0 * (1 + 1e-9) })
    var backward = BackSubstitution(problem, weights.map(\.magnitudes), from: frontier, over: box)
    for layer in frontier.layer..<problem.hiddenLayers {
      let reach = (forms.below.magnitudes + forms.above.magnitudes) * sizes
      let units = problem.unitRange(layer)
      func isOpen(_ range: Range, _ i: Int) -> Bool {
        result.pattern[units.lowerBound + i] == .undecided && range.l <= range.margin
          && range.u >= -range.margin
      }
      var ranges = units.indices.map { i in
        range(
          forms, i - units.lowerBound, box,
          rounding: 4 * Double(width + 2) * unitRoundoff * reach[i - units.lowerBound])
      }
      if layer > frontier.layer {
        let open = ranges.indices.filter { isOpen(ranges[$0], $0) }
        for (i, (l, u)) in zip(open, backward.bounds(open)) {
          ranges[i].l = max(ranges[i].l, l)
          ranges[i].u = min(ranges[i].u, u)
        }
      }
      var lines: [UnitLines] = []
      for (i, unit) in units.enumerated() {
        let (l, u) = (ranges[i].l, ranges[i].u)
        if result.pattern[unit] == .undecided, !isOpen(ranges[i], i) {
          result.pattern[unit] = l > 0 ? .on : .off
          result.units.append((unit, result.pattern[unit]))
        }
        if result.pattern[unit] == .undecided, l < 0, u > 0 {
          if abs(l + u) < Self.sideMargin * (u - l) { result.sides.append((unit, u > -l ? .on : .off)) }
          if layer > frontier.layer { addInfluence(&result.influence, forms, i, box) }
        }
        lines.append(UnitLines(result.pattern[unit], problem.slopes[unit], l: l, u: u))
        relax(&forms, row: i, lines[i], reach: reach[i])
      }
      if layer + 1 < problem.hiddenLayers {
        forms = propagate(forms, layer: layer + 1, sizes: sizes)
        backward.append(lines)
      }
    }
    return result
  }

  /// What a pre-activation lies between; a sign is certain where that is beyond the margin.
  private struct Range {
    var l: Double
    var u: Double
    let margin: Double
  }

  private func range(_ forms: Forms, _ i: Int, _ box: FreeBox, rounding: Double) -> Range {
    let slack = (forms.error[i] + rounding) * (1 + 1e-9)
    return Range(
      l: minimum(forms.below.row(i), box.lower, box.upper) - slack,
      u: slack - minimum(forms.above.row(i).map { -$0 }[...], box.lower, box.upper),
      margin: isProved ? Self.provedMargin * slack : 0)
  }

  private func addInfluence(_ influence: inout [Double], _ forms: Forms, _ i: Int, _ box: FreeBox) {
    let parts = influence.indices.map { j in
      (abs(forms.below[i, j]) + abs(forms.above[i, j])) * (box.upper[j] - box.lower[j])
    }
    let sum = parts.reduce(0, +)
    if sum > 0, sum.isFinite { for j in parts.indices { influence[j] += parts[j] / sum } }
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
  private func relax(_ forms: inout Forms, row: Int, _ lines: UnitLines, reach: Double) {
    let (oldBelow, oldAbove) = (Array(forms.below.row(row)), Array(forms.above.row(row)))
    let (low, high) = (lines.low, lines.high)
    for (j, (below, above)) in zip(oldBelow, oldAbove).enumerated() {
      forms.below[row, j] = low.slope * (low.slope >= 0 ? below : above)
      forms.above[row, j] = high.slope * (high.slope >= 0 ? above : below)
    }
    forms.below[row, oldBelow.count - 1] += low.offset
    forms.above[row, oldBelow.count - 1] += high.offset
    let steepest = max(abs(low.slope), abs(high.slope))
    let offsets = abs(low.offset) + abs(high.offset)
    forms.error[row] =
      (steepest * forms.error[row] + 8 * unitRoundoff * (steepest * reach + offsets)) * (1 + 1e-9)
  }

  private func propagate(_ forms: Forms, layer: Int, sizes: [Double]) -> Forms {
    let (positive, negative, magnitudes) = weights[layer]
    var below = positive * forms.below + negative * forms.above
    var above = positive * forms.above + negative * forms.below
    let reach = magnitudes * ((forms.below.magnitudes + forms.above.magnitudes) * sizes)
    let inherited = magnitudes * forms.error
    let bias = problem.biases[layer]
    var error: [Double] = []
    for i in 0..<below.rows {
      below[i, below.columns - 1] += bias[i]
      above[i, above.columns - 1] += bias[i]
      let rounding = 4 * Double(positive.columns + 3) * unitRoundoff * (reach[i] + abs(bias[i]))
      error.append((inherited[i] + rounding) * (1 + 1e-9))
    }
    return Forms(below: below, above: above, error: error)
  }
}
