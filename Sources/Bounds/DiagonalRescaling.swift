import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The same products W_K D_{K-1} ⋯ D_1 W_1 for all diagonal D_k, with smaller layers: T_k W_k T_{k-1}⁻¹ for positive diagonal T_k
/// (T_0 and T_K are the identity), which commute with D_k.
///
/// In x = log t every log ‖T_k W_k T_{k-1}⁻¹‖ is convex, and so is their sum. It is minimised with Schatten 2q-norms
/// in place of the 2-norm, q = 1, 4, 16, …: they are smooth, and less than a factor of rank^{1/2q} away. Where W̃ = U diag(s) Vᵀ and
/// ω_j = s_j^{2q} / Σ s^{2q}, the derivatives of log ‖W̃‖_{2q} are Σ_j ω_j U_ij² by row i and minus Σ_j ω_j V_ij² by
/// column i.
///
/// The scales are doubles, taken as exact. An entry of W̃ is rounded twice, so that |exact - W̃| ≤ 3u |W̃| + 2⁻¹⁰⁷³ by entries: `error`
/// bounds the norm of the difference.
struct DiagonalRescaling {
  /// T_k W_k T_{k-1}⁻¹, rounded, with zeros for the units that no path from an input to an output goes through.
  let weights: [Matrix]
  /// At least the 2-norm of what rounding changed, by layer.
  let error: [Double]

  /// The scales that make the product of the 2-norms small.
  ///
  /// - Cost: one symmetric eigenvalue problem a layer and evaluation, some hundreds of them; fewer for layers of many hundreds.
  static func leastProduct(of weights: [Matrix], shouldStop: () -> Bool) throws -> Self {
    try stages(of: weights, shouldStop: shouldStop).last!
  }

  /// The rescaling that is best for Frobenius norms, then the best for 2-norms.
  static func stages(of weights: [Matrix], shouldStop: () -> Bool) throws -> [Self] {
    let alive = removingDeadUnits(weights)
    var scales = balanced(alive)
    let balanced = Self(alive, try equalizing(alive, scales))
    var best = (value: try logProduct(alive, scales), scales: scales)
    let work = alive.reduce(0.0) { sum, matrix in
      let size = Double(min(matrix.rows, matrix.columns))
      return sum + size * size * (10 * size + 4 * Double(max(matrix.rows, matrix.columns)))
    }
    var evaluations = Int(min(1500, max(60, 3e11 / max(work, 1))))
    var descent = LimitedMemoryDescent()
    descent.tolerance = 1e-9
    for power in [1.0, 4, 16, 64, 256, 1024, 4096, 16384] {
      if evaluations <= 0 || shouldStop() { break }
      let start = best.scales
      scales = try unflattened(
        descent.minimize(from: start.flatMap { $0 }, shouldStop: { evaluations <= 0 || shouldStop() }) {
          x in
          evaluations -= 1
          let point = unflattened(x, like: start)
          let (value, gradient, product) = try surrogate(alive, point, power: power)
          if product < best.value { best = (product, point) }
          return (value, gradient)
        }, like: start)
    }
    return [balanced, Self(alive, try equalizing(alive, best.scales))]
  }

  /// - Parameter scales: log t_k by hidden layer and unit.
  private init(_ alive: [Matrix], _ scales: [[Double]]) {
    let weights = Self.rescaled(alive, scales)
    self.weights = weights
    error = weights.indices.map { k in
      guard !alive[k].isZero else { return 0 }
      return 3.01 * unitRoundoff * weights[k].frobeniusNormUpperBound()
        + Double(weights[k].elements.count) * 0x1p-1073
    }
  }

  /// At least ‖T_k W_k T_{k-1}⁻¹‖ by layer, and how long that took.
  func norms() throws(LAPACKFailure) -> [(value: Double, seconds: Double)] {
    var result: [(value: Double, seconds: Double)] = []
    for (matrix, error) in zip(weights, error) {
      let (value, seconds) = try timed { () throws(LAPACKFailure) in try matrix.spectralNormUpperBound() }
      result.append((error == 0 ? value : (value + error).nextUp, seconds))
    }
    return result
  }

  /// At least what moving layer k by `residuals[k]` in the 2-norm, beside what rounding the scaled weights did, changes in the norm of
  /// any product with slopes in [-1, 1].
  func productError(residuals: [Double]) throws(LAPACKFailure) -> Double {
    let norms = zip(try norms(), residuals).map { $0.value + $1 }
    var sum = 0.0
    for k in norms.indices {
      sum += (error[k] + residuals[k]) * norms.indices.reduce(1) { $1 == k ? $0 : $0 * norms[$1] }
    }
    return sum * (1 + 1e-12)
  }

  /// Zeros in the rows and columns of units that a zero row or column cuts off from the inputs or from the outputs: whatever
  /// their slopes are, they add nothing to any product.
  private static func removingDeadUnits(_ weights: [Matrix]) -> [Matrix] {
    var result = weights
    func keep(_ entries: [Bool]) -> [Double] { entries.map { $0 ? 1 : 0 } }
    for k in weights.indices.dropLast() {
      let reached = (0..<result[k].rows).map { i in result[k].row(i).contains { $0 != 0 } }
      result[k + 1] = result[k + 1].scalingColumns(by: keep(reached))
    }
    for k in weights.indices.dropFirst().reversed() {
      var reaches = [Bool](repeating: false, count: result[k].columns)
      for i in 0..<result[k].rows {
        for (j, entry) in result[k].row(i).enumerated() where entry != 0 { reaches[j] = true }
      }
      result[k - 1] = result[k - 1].scalingRows(by: keep(reaches))
    }
    return result
  }

  /// Scales near the minimum of Σ ‖W̃_k‖²_F: each makes its unit's row as long as its column, in turn (Osborne's method). It finds the
  /// order of magnitude, whatever that is.
  private static func balanced(_ weights: [Matrix]) -> [[Double]] {
    var scales = weights.dropLast().map { [Double](repeating: 0, count: $0.rows) }
    for _ in 0..<30 {
      var largest = 0.0
      for k in scales.indices {
        let inner = rescaled(weights[k], rows: scales[k], columns: k > 0 ? scales[k - 1] : nil)
        let outer = rescaled(
          weights[k + 1], rows: k + 1 < scales.count ? scales[k + 1] : nil, columns: scales[k])
        var columns = [Double](repeating: 0, count: outer.columns)
        for i in 0..<outer.rows {
          for (j, entry) in outer.row(i).enumerated() { columns[j] = hypot(columns[j], entry) }
        }
        for i in 0..<inner.rows {
          let row = inner.row(i).reduce(0) { hypot($0, $1) }
          guard row > 0, columns[i] > 0 else { continue }
          let step = (log(columns[i]) - log(row)) / 2
          scales[k][i] += step
          largest = max(largest, abs(step))
        }
      }
      if largest < 0.01 { break }
    }
    return scales
  }

  /// The same up to one factor a layer, which gives all layers one norm: nothing overflows later.
  private static func equalizing(_ weights: [Matrix], _ scales: [[Double]]) throws(LAPACKFailure)
    -> [[Double]]
  {
    var logs: [Double] = []
    for matrix in rescaled(weights, scales) {
      logs.append(matrix.isZero ? 0 : log(try matrix.spectralNorm()))
    }
    let mean = logs.reduce(0, +) / Double(logs.count)
    var shift = 0.0
    return scales.enumerated().map { k, layer in
      shift += mean - logs[k]
      return layer.map { $0 + shift }
    }
  }

  private static func rescaled(_ weights: [Matrix], _ scales: [[Double]]) -> [Matrix] {
    weights.indices.map {
      rescaled(
        weights[$0], rows: $0 < scales.count ? scales[$0] : nil, columns: $0 > 0 ? scales[$0 - 1] : nil)
    }
  }

  /// diag(e^rows) W diag(e^columns)⁻¹, each entry rounded twice.
  private static func rescaled(_ matrix: Matrix, rows: [Double]?, columns: [Double]?) -> Matrix {
    // The quotient of two scales is far from the ends of the range: only the product with an entry can underflow.
    func scales(_ logs: [Double]?, _ count: Int) -> [Double] {
      logs.map { $0.map { exp(min(max($0, -300), 300)) } } ?? [Double](repeating: 1, count: count)
    }
    let factors = scales(rows, matrix.rows)
    let divisors = scales(columns, matrix.columns)
    return Matrix(rows: matrix.rows, columns: matrix.columns) { i, j in
      matrix[i, j] * (factors[i] / divisors[j])
    }
  }

  private static func logProduct(_ weights: [Matrix], _ scales: [[Double]]) throws(LAPACKFailure) -> Double {
    var sum = 0.0
    for matrix in rescaled(weights, scales) where !matrix.isZero { sum += log(try matrix.spectralNorm()) }
    return sum
  }

  private static func unflattened(_ x: [Double], like scales: [[Double]]) -> [[Double]] {
    var position = 0
    return scales.map { layer in
      defer { position += layer.count }
      return Array(x[position..<position + layer.count])
    }
  }

  /// Σ log ‖W̃_k‖_{2q}, its gradient, and Σ log ‖W̃_k‖₂; zero layers aside.
  private static func surrogate(
    _ weights: [Matrix], _ scales: [[Double]], power: Double
  ) throws(LAPACKFailure) -> (value: Double, gradient: [Double], product: Double) {
    var (value, product) = (0.0, 0.0)
    var gradient = scales.map { [Double](repeating: 0, count: $0.count) }
    for (k, matrix) in rescaled(weights, scales).enumerated() {
      guard let (scaled, exponent) = matrix.scaledToUnit() else { continue }
      guard matrix.isFinite else { return (.infinity, gradient.flatMap { $0 }, .infinity) }
      let isWide = scaled.rows <= scaled.columns
      let eigen = try scaled.gram().symmetricEigendecomposition()
      let top = eigen.values[eigen.values.count - 1]
      let shares = eigen.values.map { $0 > 0 ? pow($0 / top, power) : 0 }
      let total = shares.reduce(0, +)
      let size = log(top) / 2 + Double(exponent) * log(2)
      product += size
      value += size + log(total) / (2 * power)
      // Squares of the vectors on the smaller side are at hand, those on the larger are W̃ᵀq / s or W̃q / s.
      let kept = shares.indices.filter { shares[$0] > 1e-16 * total }
      let vectors = eigen.vectors.selecting(columns: kept)
      let images = Matrix.product(scaled, transposed: isWide, vectors, transposed: false)
      let near = Self.squares(vectors, kept.map { shares[$0] / total })
      let far = Self.squares(images, kept.map { shares[$0] / total / eigen.values[$0] })
      let (left, right) = isWide ? (near, far) : (far, near)
      if k < scales.count { for i in left.indices { gradient[k][i] += left[i] } }
      if k > 0 { for i in right.indices { gradient[k - 1][i] -= right[i] } }
    }
    return (value, gradient.flatMap { $0 }, product)
  }

  /// Σ_j factor_j M_ij² by row i.
  private static func squares(_ matrix: Matrix, _ factors: [Double]) -> [Double] {
    (0..<matrix.rows).map { i in
      zip(matrix.row(i), factors).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    }
  }
}
