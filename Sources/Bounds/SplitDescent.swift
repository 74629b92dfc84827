import LinearAlgebra
import PatternSearch
import RandomNumbers

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Splittings W_k = L_k R_k of the inner layers that make SeqLip's product small.
///
/// Any invertible C_k makes another one, L_k C_k and C_k⁻¹ R_k; those that rescaled units lead to are some of them. With A D B a factor of the
/// product, B = L_k C_k and (u, v) its top singular pair, log ‖A D B e^H‖ has the derivative vᵀHv at H = 0, and log ‖e^{-H} A D B‖ has
/// -uᵀHu: the step for C_k is against v vᵀ of the pair above less u uᵀ of the pair below. Along e^{tH} each logarithm is convex, and so
/// is the largest over patterns; it is smoothed over the patterns met so far.
///
/// What it returns proves nothing: each factor's maximum is still to be bounded, and `residual` says how far L_k R_k is from W_k.
struct SplitDescent {
  /// W_1, L_2, …, L_{K-1}, and R_2, …, R_{K-1}, W_K: pair k is outer[k] D inner[k].
  private(set) var inner: [Matrix]
  private(set) var outer: [Matrix]
  private let lower: [[Double]]
  private let upper: [[Double]]
  private var pools: [[Candidate]]

  private struct Candidate {
    var sigma: [Double]
    var right: [Double]
    var left: [Double] = []
    var value = 0.0
  }

  /// Patterns kept of each pair.
  private static let poolSize = 24

  init(_ pairs: [PatternProblem]) {
    inner = pairs.map { $0.weights[0] }
    outer = pairs.map { $0.weights[1] }
    lower = pairs.map { $0.slopes.map { min($0.off, $0.on) } }
    upper = pairs.map { $0.slopes.map { max($0.off, $0.on) } }
    pools = pairs.map { _ in [] }
  }

  /// The splitting with the least product of factors, as far as their maxima were found.
  mutating func run(steps: Int, shouldStop: () -> Bool) throws(LAPACKFailure) {
    var best = (value: Double.infinity, inner: inner, outer: outer)
    for step in 0..<steps where !shouldStop() {
      let progress = Double(step) / Double(steps)
      if step % 10 == 0 { try meetPatterns(seed: UInt64(step)) }
      var value = 0.0
      var gradients = inner.map { Matrix(rows: $0.columns, columns: $0.columns) }
      for k in inner.indices {
        refine(k)
        let top = pools[k][0].value
        guard top > 0 else { return }
        value += log(top)
        let shares = pools[k].map { pow($0.value / top, 30 + 400 * progress) }
        let total = shares.reduce(0, +)
        for (candidate, share) in zip(pools[k], shares) where share > 1e-6 * total {
          if k > 0 { Self.add(share / total, candidate.right, to: &gradients[k]) }
          if k + 1 < inner.count { Self.add(-share / total, candidate.left, to: &gradients[k + 1]) }
        }
      }
      if value < best.value { best = (value, inner, outer) }
      let length = 0.2 * (1 - progress) * (1 - progress) + 0.001
      for k in inner.indices.dropFirst() { try turn(k, gradients[k], by: length) }
    }
    if best.value.isFinite { (inner, outer) = (best.inner, best.outer) }
  }

  /// At least ‖L_k R_k - W_k‖ of the inner layer k, counted from 0.
  func residual(_ layer: Int, of weights: Matrix) -> Double {
    let (left, right) = (inner[layer], outer[layer - 1])
    let difference = left * right + weights * -1
    return
      (difference.frobeniusNormUpperBound()
      + 3 * Double(left.columns + 3) * unitRoundoff * left.frobeniusNormUpperBound()
      * right.frobeniusNormUpperBound()) * (1 + 1e-12) + 2 * unitRoundoff * weights.frobeniusNormUpperBound()
  }

  /// A maximiser of each pair joins its pool.
  private mutating func meetPatterns(seed: UInt64) throws(LAPACKFailure) {
    for k in inner.indices {
      var search = DiagonalMaximization(
        outer: outer[k], inner: inner[k], lower: lower[k], upper: upper[k])
      (search.restarts, search.flippingAll) = (2, 0)
      var random = SplitMix64(seed: seed &+ UInt64(k))
      let found = try search.maximum(using: &random)
      join(k, found.sigma)
    }
  }

  private mutating func join(_ k: Int, _ sigma: [Double]) {
    guard !pools[k].contains(where: { $0.sigma == sigma }) else { return }
    if pools[k].count == Self.poolSize { pools[k].removeLast() }
    // Any start that is not orthogonal to the singular vector does.
    let columns = inner[k].columns
    pools[k].append(
      Candidate(sigma: sigma, right: (0..<columns).map { 1 + Double($0 * 7919 % 101) / 101 }))
    power(k, pools[k].count - 1, steps: 30)
  }

  /// The values and singular vectors of the pool as things are now, and one step of ascent from the best.
  private mutating func refine(_ k: Int) {
    for j in pools[k].indices { power(k, j, steps: 8) }
    pools[k].sort { $0.value > $1.value }
    let best = pools[k][0]
    let left = outer[k].transposeTimes(best.left)
    let right = inner[k] * best.right
    let next = left.indices.map { left[$0] * right[$0] > 0 ? upper[k][$0] : lower[k][$0] }
    join(k, next)
    pools[k].sort { $0.value > $1.value }
  }

  /// Power steps on A D B from the candidate's own vector.
  private mutating func power(_ k: Int, _ j: Int, steps: Int) {
    var candidate = pools[k][j]
    let product = outer[k] * inner[k].scalingRows(by: candidate.sigma)
    func unit(_ vector: [Double]) -> [Double] {
      let length = norm(vector)
      return length > 0 ? vector.map { $0 / length } : vector
    }
    // Some of another vector lets go of a singular vector that is no longer the first.
    let fresh = unit(candidate.right.indices.map { 1 + Double(($0 + 1) * 7919 * (j + 3) % 101) / 25 - 2 })
    var right = unit(zip(unit(candidate.right), fresh).map { $0 + 0.3 * $1 })
    for _ in 0..<steps {
      candidate.left = unit(product * right)
      right = unit(product.transposeTimes(candidate.left))
    }
    let image = product * right
    candidate.value = norm(image)
    candidate.left = unit(image)
    candidate.right = right
    pools[k][j] = candidate
  }

  /// C_k times e^{-length G}.
  private mutating func turn(_ k: Int, _ gradient: Matrix, by length: Double) throws(LAPACKFailure) {
    let eigen = try gradient.symmetricEigendecomposition()
    func exponential(_ sign: Double) -> Matrix {
      Matrix.product(
        eigen.vectors.scalingColumns(by: eigen.values.map { exp(sign * length * $0) }), transposed: false,
        eigen.vectors, transposed: true)
    }
    inner[k] = inner[k] * exponential(-1)
    outer[k - 1] = exponential(1) * outer[k - 1]
  }

  private static func add(_ factor: Double, _ vector: [Double], to matrix: inout Matrix) {
    for i in vector.indices {
      for j in vector.indices { matrix[i, j] += factor * vector[i] * vector[j] }
    }
  }
}
