import LinearAlgebra

/// Entrywise bounds of J(σ) over all completions of a partial pattern, by interval products along the chain: the cheapest bound
/// that knows what is decided, and exact where all is. (Weng et al. 2018, Fast-Lip; Zhang, Zhang and Hsieh 2019, RecurJac, in
/// its simplest form.)
struct IntervalJacobian {
  let problem: PatternProblem
  private let positive: [Matrix]
  private let negative: [Matrix]
  /// |W_1| … |W_K|.
  private let sizes: [Matrix]

  init(_ problem: PatternProblem) {
    self.problem = problem
    func part(_ matrix: Matrix, _ keep: (Double) -> Double) -> Matrix {
      Matrix(rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map(keep))
    }
    positive = problem.chain.map { part($0) { max($0, 0) } }
    negative = problem.chain.map { part($0) { min($0, 0) } }
    sizes = problem.chain.map(\.magnitudes)
  }

  /// At least |J_ij| for every completion, rounding included. O(Σ n_k n_{k-1} n_0).
  func magnitudes(_ pattern: PartialPattern) -> Matrix {
    var low = problem.chain[0]
    var high = low
    /// Sums of the sizes of all terms, for what rounding can hide.
    var reach = sizes[0]
    var operations = 4
    for layer in 0..<problem.hiddenLayers {
      for (i, unit) in problem.unitRange(layer).enumerated() {
        let slopes = problem.slopes[unit]
        let (a, b) =
          pattern[unit] == .undecided
          ? (min(slopes.off, slopes.on), max(slopes.off, slopes.on))
          : (problem.slope(pattern[unit], unit: unit), problem.slope(pattern[unit], unit: unit))
        let steepest = max(abs(a), abs(b))
        for j in 0..<low.columns {
          let (l, h) = (low[i, j], high[i, j])
          low[i, j] = min(min(a * l, b * l), min(a * h, b * h))
          high[i, j] = max(max(a * l, b * l), max(a * h, b * h))
          reach[i, j] *= steepest
        }
      }
      let (up, down) = (positive[layer + 1], negative[layer + 1])
      (low, high) = (up * low + down * high, up * high + down * low)
      reach = sizes[layer + 1] * reach
      operations += 2 * problem.chain[layer + 1].columns + 6
    }
    let rounding = 2 * Double(operations) * unitRoundoff
    return Matrix(rows: low.rows, columns: low.columns) { i, j in
      max(abs(low[i, j]), abs(high[i, j])) + rounding * reach[i, j]
    }
  }
}
