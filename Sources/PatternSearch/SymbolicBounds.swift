import LinearAlgebra

/// Bounds on the pre-activations of the layers after a cell's frontier, by affine lower and upper forms carried
/// forward through the undecided units (symbolic intervals: Wang et al. 2018, Neurify; Singh et al. 2019, DeepPoly),
/// over the domain's box. They only decide more phases for the relaxation, on bounded domains.
struct SymbolicBounds {
  let problem: PatternProblem

  /// The cell's pattern with further units decided where their sign is certain over the box.
  func deciding(more cell: Cell) -> PartialPattern {
    var pattern = cell.pattern
    guard case .attainable(.box(let low, let high)) = problem.patterns,
      cell.forms.layer < problem.hiddenLayers - 1
    else { return pattern }
    let lower = problem.freeInputs.map { low[$0] }
    let upper = problem.freeInputs.map { high[$0] }
    let width = lower.count + 1
    // Lower and upper forms of the frontier's pre-activations coincide.
    var below = Matrix(rows: cell.forms.units, columns: width, elements: cell.forms.values)
    var above = below
    for layer in cell.forms.layer..<problem.hiddenLayers {
      let slopes = problem.slopes[layer]
      for (i, unit) in problem.unitRange(layer).enumerated() {
        let l = minimum(below.row(i), lower, upper)
        let u = -minimum(above.row(i).map { -$0 }[...], lower, upper)
        if pattern[unit] == .undecided, layer > cell.forms.layer {
          // A relative margin stands for the rounding of this floating-point analysis.
          let margin = 1e-9 * (1 + abs(l) + abs(u))
          if l > margin { pattern[unit] = .on } else if u < -margin { pattern[unit] = .off }
        }
        relax(&below, &above, row: i, phase: pattern[unit], slopes: slopes, l: l, u: u)
      }
      if layer + 1 < problem.hiddenLayers {
        (below, above) = propagate(below, above, layer: layer + 1)
      }
    }
    return pattern
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

  /// Replaces a unit's pre-activation forms by forms below and above its activation.
  private func relax(
    _ below: inout Matrix, _ above: inout Matrix, row: Int, phase: Phase, slopes: UnitSlopes, l: Double, u: Double
  ) {
    let columns = below.columns
    func set(_ matrix: inout Matrix, from source: Matrix, slope: Double, offset: Double) {
      for j in 0..<columns { matrix[row, j] = slope * source[row, j] }
      matrix[row, columns - 1] += offset
    }
    let (oldBelow, oldAbove) = (below, above)
    if phase != .undecided {
      let slope = phase == .on ? slopes.on : slopes.off
      set(&below, from: slope >= 0 ? oldBelow : oldAbove, slope: slope, offset: 0)
      set(&above, from: slope >= 0 ? oldAbove : oldBelow, slope: slope, offset: 0)
      return
    }
    guard l < u else { return }
    // The chord over [l, u] lies above a convex activation, and each one-sided slope's line through 0 below it.
    let (atL, atU) = (l * (l >= 0 ? slopes.on : slopes.off), u * (u >= 0 ? slopes.on : slopes.off))
    let chord = (atU - atL) / (u - l)
    let offset = atL - chord * l
    let side = u > -l ? slopes.on : slopes.off
    let isConvex = slopes.off <= slopes.on
    let (lowSlope, lowOffset) = isConvex ? (side, 0) : (chord, offset)
    let (highSlope, highOffset) = isConvex ? (chord, offset) : (side, 0)
    set(&below, from: lowSlope >= 0 ? oldBelow : oldAbove, slope: lowSlope, offset: lowOffset)
    set(&above, from: highSlope >= 0 ? oldAbove : oldBelow, slope: highSlope, offset: highOffset)
  }

  private func propagate(_ below: Matrix, _ above: Matrix, layer: Int) -> (Matrix, Matrix) {
    let weights = problem.weights[layer]
    let positive = Matrix(rows: weights.rows, columns: weights.columns, elements: weights.elements.map { max($0, 0) })
    let negative = Matrix(rows: weights.rows, columns: weights.columns, elements: weights.elements.map { min($0, 0) })
    var low = positive * below + negative * above
    var high = positive * above + negative * below
    for i in 0..<weights.rows {
      low[i, low.columns - 1] += problem.biases[layer][i]
      high[i, high.columns - 1] += problem.biases[layer][i]
    }
    return (low, high)
  }
}
