import LinearAlgebra

/// The semidefinite relaxation of max sᵀ C s over spins, C symmetric with zero diagonal (Goemans and Williamson 1995;
/// Poljak and Rendl 1995):
///
///     max ⟨C, X⟩, diag X = 1, X ⪰ 0      =      min Σ uᵢ, Z = Diag(u) - C ⪰ 0
///
/// by the primal-dual interior point method of Helmberg, Rendl, Vanderbei and Wolkowicz (1996). Every iterate is feasible on both
/// sides, so the search stops it as soon as the node can be pruned, or as soon as it certainly cannot. O(n³) an iteration,
/// 10 to 20 iterations.
struct CutRelaxation {
  struct Result {
    /// At least max sᵀCs: Σ u, with a margin for rounding.
    let bound: Double
    /// X, n × n: diagonal 1.
    let primal: Matrix
    let iterations: Int
  }

  /// - Parameters:
  ///   - cutoff: stop as soon as the bound is below this.
  ///   - shouldStop: end early with the bound reached.
  static func bound(_ c: Matrix, cutoff: Double, shouldStop: () -> Bool = { false }) -> Result {
    let n = c.rows
    var x = Matrix.identity(n)
    var u = (0..<n).map { i in c.row(i).reduce(0) { $0 + abs($1) } * 1.1 + .leastNormalMagnitude }
    let scale = u.reduce(0, +)
    guard n > 1, scale > 0, !c.isZero else { return Result(bound: 0, primal: x, iterations: 0) }
    u = u.map { max($0, scale * 1e-3 / Double(n)) }
    var best = Double.infinity
    var z = Matrix(rows: n, columns: n) { $0 == $1 ? u[$0] : -c[$0, $1] }
    var primalValue = 0.0
    var mu = u.reduce(0, +) / Double(2 * n)
    var iterations = 0
    while true {
      var inverse = z.elements
      guard PositiveDefinite.factor(&inverse, size: n) else { break }
      let dual = u.reduce(0, +)
      best = min(best, certified(trace: dual, size: n))
      if best < cutoff || iterations == 60 || shouldStop() { break }
      // Not to be pruned, and known well enough to branch on.
      if primalValue >= cutoff, dual - primalValue < 0.05 * (dual - cutoff) { break }
      if dual - primalValue < 1e-9 * scale { break }
      iterations += 1
      PositiveDefinite.invert(factor: &inverse, size: n)
      // (Z⁻¹ ∘ X) du = μ diag(Z⁻¹) - 1
      var normal = zip(inverse, x.elements).map { $0 * $1 }
      var du = (0..<n).map { mu * inverse[$0 * (n + 1)] - 1 }
      guard PositiveDefinite.factor(&normal, size: n) else { break }
      PositiveDefinite.solve(factor: normal, size: n, &du)
      // dX = μ Z⁻¹ - X - sym(Z⁻¹ Diag(du) X)
      let inverseMatrix = Matrix(rows: n, columns: n, elements: inverse)
      let product = inverseMatrix.scalingColumns(by: du) * x
      var dx = [Double](repeating: 0, count: n * n)
      for i in 0..<n {
        for j in 0..<n {
          dx[i * n + j] =
            mu * inverse[i * n + j] - x.elements[i * n + j]
            - (product.elements[i * n + j] + product.elements[j * n + i]) / 2
        }
      }
      let primalStep = step(size: n) { length in zip(x.elements, dx).map { $0 + length * $1 } }
      let dualStep = step(size: n) { length in
        var moved = z.elements
        for i in 0..<n { moved[i * (n + 1)] += length * du[i] }
        return moved
      }
      for k in 0..<n * n { x.elements[k] += primalStep * dx[k] }
      for i in 0..<n {
        u[i] += dualStep * du[i]
        z[i, i] = u[i]
      }
      primalValue = zip(c.elements, x.elements).reduce(0) { $0 + $1.0 * $1.1 }
      mu = (u.reduce(0, +) - primalValue) / Double(2 * n)
      if primalStep + dualStep > 1.8 { mu /= 2 }
    }
    return Result(bound: best, primal: x, iterations: iterations)
  }

  /// The longest of 1, 0.8, 0.64, … that keeps the matrix definite, shortened a little where it is not 1.
  private static func step(size n: Int, moved: (_ length: Double) -> [Double]) -> Double {
    var length = 1.0
    while length > 1e-8 {
      var matrix = moved(length)
      if PositiveDefinite.factor(&matrix, size: n) { return length < 1 ? 0.95 * length : 1 }
      length *= 0.8
    }
    return 0
  }

  /// A number proved to be at least max sᵀCs once a Cholesky factorisation of Z has run to completion: that proves
  /// Z + c I ⪰ 0 with c = γ(n+2)/(1 - γ(n+2)) · trace Z (Rump 2006), so Diag(u + c) - C ⪰ 0 and the bound is Σ (u + c).
  private static func certified(trace: Double, size n: Int) -> Double {
    let shift = 2 * unitRoundoff * Double(n + 3) * trace
    return (trace + Double(n) * shift) * (1 + 4 * Double(n) * unitRoundoff)
  }
}
