import LinearAlgebra

/// The semidefinite relaxation of max sᵀ C s over spins with triangle inequalities (Poljak and Rendl 1995; Helmberg and
/// Rendl 1998), C symmetric with zero diagonal, by its smoothed Lagrangian dual:
///
///     max ⟨C, X⟩, diag X = 1, ⟨A_t, X⟩ ≤ 1, X ⪰ 0
///         ≤  min over γ ≥ 0 of  Σ γ + φ(C - Σ γ_t A_t),    φ(M) = min over u of  Σ u - μ log det (Diag(u) - M)
///
/// φ is found by Newton's method in u; its minimiser gives X = μ (Diag(u) - M)⁻¹ with diag X = 1, so the outer function is smooth
/// with gradient 1 - ⟨A_t, X⟩, and a projected L-BFGS method minimises it. Every iterate is dual feasible: Σ u + Σ γ is a
/// valid bound whenever the search stops. Inequalities are separated in rounds. A child starts from its parent's dual point.
struct CutRelaxation {
  struct Result {
    /// At least max sᵀCs: Σ u + Σ γ, with a margin for rounding.
    let bound: Double
    /// X, n × n: diagonal about 1.
    let primal: Matrix
    let dual: CutDual
    /// The dual point that `bound` belongs to; nil where it was not asked for, or there is none.
    let best: CutDual?
    /// Newton steps.
    let iterations: Int
  }

  /// μ relative to the mean of u: the basic relaxation is followed down to the first; the others follow while they pay.
  private static let smoothings = [0.02, 0.008]
  private static let outerIterations = 8

  private let c: Matrix
  private let n: Int
  private let cutoff: Double
  private let shouldStop: () -> Bool
  private var u: [Double]
  private var inequalities: [TriangleInequality]
  private var multipliers: [Double]
  private var mu = 1.0
  /// (Diag(u) - M)⁻¹ at the last u, row-major.
  private var inverse: [Double] = []
  private var logDeterminant = 0.0
  private var best = Double.infinity
  private let keepsBest: Bool
  private var bestDual: CutDual?
  /// The multipliers in the last Lagrangian.
  private var multipliersInUse: [Double] = []
  private var iterations = 0
  private let weight: Double

  /// - Parameters:
  ///   - dual: where to start, in indices of `c`; nil for a cold start.
  ///   - rounds: separate triangle inequalities at most so often.
  ///   - cutoff: stop as soon as the bound is below this.
  ///   - keepsBest: return the dual point of the bound, too.
  ///   - shouldStop: end early with the bound reached.
  static func bound(
    _ c: Matrix, from dual: CutDual? = nil, rounds: Int, cutoff: Double, keepsBest: Bool = false,
    shouldStop: () -> Bool = { false }
  ) -> Result {
    withoutActuallyEscaping(shouldStop) { stop in
      var relaxation = CutRelaxation(c, dual, cutoff: cutoff, keepsBest: keepsBest, shouldStop: stop)
      relaxation.run(rounds: rounds, isWarm: dual != nil)
      return relaxation.result
    }
  }

  private init(
    _ c: Matrix, _ dual: CutDual?, cutoff: Double, keepsBest: Bool, shouldStop: @escaping () -> Bool
  ) {
    self.keepsBest = keepsBest
    self.c = c
    n = c.rows
    self.cutoff = cutoff
    self.shouldStop = shouldStop
    let sums = (0..<c.rows).map { i in c.row(i).reduce(0) { $0 + abs($1) } }
    weight = sums.reduce(0, +)
    u = dual?.diagonal ?? sums.map { $0 * 1.1 }
    let floor = weight * 1e-3 / Double(max(n, 1))
    u = u.map { max($0, floor) }
    inequalities = dual?.inequalities ?? []
    multipliers = dual?.multipliers ?? []
  }

  private var result: Result {
    let x = inverse.map { $0 * mu }
    return Result(
      bound: best, primal: inverse.isEmpty ? .identity(n) : Matrix(rows: n, columns: n, elements: x),
      dual: CutDual(diagonal: u, inequalities: inequalities, multipliers: multipliers).withoutIdle,
      best: bestDual?.withoutIdle, iterations: iterations)
  }

  private var isPruned: Bool { best < cutoff }

  private mutating func run(rounds: Int, isWarm: Bool) {
    guard n > 1, weight > 0 else {
      best = 0
      return
    }
    var matrix = lagrangian(multipliers)
    // Down to the first smoothing; μ follows the mean of u as it falls.
    mu = isWarm ? Self.smoothings[0] * mean : mean
    while true {
      minimizeDiagonal(matrix)
      if isPruned || shouldStop() { return }
      let target = Self.smoothings[0] * mean
      if mu <= target * 1.5 { break }
      mu = max(target, mu * 0.2)
    }
    sharpen()
    if isPruned { return }
    var stage = 0
    var history: [Double] = []
    for _ in 0..<rounds {
      separate()
      if inequalities.isEmpty { return }
      minimizeMultipliers()
      if isPruned || shouldStop() { return }
      sharpen()
      if isPruned { return }
      history.append(best)
      if history.count >= 2 {
        let progress = history[history.count - 2] - best
        if history.count >= 3, 3 * progress < best - cutoff { return }
        if progress < 0.3 * Double(n) * mu {
          stage += 1
          guard stage < Self.smoothings.count else { return }
          mu = Self.smoothings[stage] * mean
          matrix = lagrangian(multipliers)
          minimizeDiagonal(matrix)
          if isPruned { return }
        }
      }
    }
  }

  /// Follows μ down while that alone may prune: at the minimum the bound exceeds the relaxation's value by nμ.
  private mutating func sharpen() {
    let before = (mu: mu, u: u, inverse: inverse)
    let matrix = lagrangian(multipliers)
    while !isPruned, best - Double(n) * mu < cutoff, mu > 1e-11 * mean, !shouldStop() {
      mu *= 0.25
      minimizeDiagonal(matrix)
    }
    if !isPruned { (mu, u, inverse) = before }
  }

  private var mean: Double { u.reduce(0, +) / Double(n) }

  /// C - Σ γ_t A_t.
  private mutating func lagrangian(_ multipliers: [Double]) -> [Double] {
    multipliersInUse = multipliers
    var m = c.elements
    for (inequality, multiplier) in zip(inequalities, multipliers) where multiplier != 0 {
      for (p, q, sign) in inequality.pairs {
        let half = sign * multiplier / 2
        m[p * n + q] += half
        m[q * n + p] += half
      }
    }
    return m
  }

  /// Drops inequalities without force and adds the most violated ones.
  private mutating func separate() {
    let x = Matrix(rows: n, columns: n, elements: inverse.map { $0 * mu })
    let least = 1e-5 * mean
    let kept = multipliers.indices.filter { multipliers[$0] > least }
    inequalities = kept.map { inequalities[$0] }
    multipliers = kept.map { multipliers[$0] }
    let new = TriangleInequality.violated(
      by: x, threshold: 0.05, count: 3 * n, known: Set(inequalities), shouldStop: shouldStop)
    inequalities += new
    multipliers += [Double](repeating: 0, count: new.count)
  }

  // MARK: The inner problem

  /// Newton's method for φ(M) from the present u, with the bound of every iterate.
  private mutating func minimizeDiagonal(_ m: [Double], offset: Double? = nil) {
    let total = offset ?? multipliers.reduce(0, +)
    func z(_ u: [Double]) -> [Double] {
      var z = m
      for k in z.indices { z[k] = -z[k] }
      for i in 0..<n { z[i * (n + 1)] += u[i] }
      return z
    }
    var factor = z(u)
    var growth = 0.02 * mean
    while !PositiveDefinite.factor(&factor, size: n) {
      for i in 0..<n { u[i] += growth }
      growth *= 2
      factor = z(u)
    }
    var steps = 0
    while true {
      record(m, total)
      iterations += 1
      steps += 1
      logDeterminant = PositiveDefinite.logDeterminant(factor: factor, size: n)
      PositiveDefinite.invert(factor: &factor, size: n)
      inverse = factor
      if isPruned || steps > 40 { return }
      var hessian = factor
      for k in hessian.indices { hessian[k] *= mu * hessian[k] }
      let gradient = (0..<n).map { 1 - mu * factor[$0 * (n + 1)] }
      guard PositiveDefinite.factor(&hessian, size: n) else { return }
      var direction = gradient.map { -$0 }
      PositiveDefinite.solve(factor: hessian, size: n, &direction)
      let decrement = -zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 } / mu
      if decrement < 0.03 { return }
      var length = 1.0
      while true {
        let moved = zip(u, direction).map { $0 + length * $1 }
        factor = z(moved)
        if PositiveDefinite.factor(&factor, size: n) {
          if length < 1 {
            // Not at the border of the cone.
            length *= 0.9
            u = zip(u, direction).map { $0 + length * $1 }
            factor = z(u)
            guard PositiveDefinite.factor(&factor, size: n) else { return }
          } else {
            u = moved
          }
          break
        }
        length *= 0.6
        if length < 1e-6 { return }
      }
    }
  }

  /// A Cholesky factorisation of the computed Z has run to completion: that proves Z + δI ⪰ 0 with
  /// δ = γ(n+2)/(1 - γ(n+2)) · trace Z (Rump 2006), and entries of Z are sums of a few terms with relative error each.
  private mutating func record(_ m: [Double], _ total: Double) {
    let trace = u.reduce(0, +)
    let shift =
      2 * unitRoundoff * (Double(n + 3) * trace + Double(4 * n + 4) * (weight + 3 * total))
    let bound = (trace + total + Double(n) * shift) * (1 + 4 * Double(n + inequalities.count) * unitRoundoff)
    guard bound < best else { return }
    best = bound
    if keepsBest {
      // The bound pays for a diagonal that is larger by the shift.
      bestDual = CutDual(
        diagonal: u.map { $0 + shift }, inequalities: inequalities, multipliers: multipliersInUse)
    }
  }

  // MARK: The outer problem

  private mutating func value(_ gamma: [Double]) -> Double {
    let total = gamma.reduce(0, +)
    minimizeDiagonal(lagrangian(gamma), offset: total)
    return total + u.reduce(0, +) - mu * logDeterminant
  }

  /// 1 - ⟨A_t, X⟩, and the diagonal of the Hessian without the part of u.
  private func derivatives() -> (gradient: [Double], curvature: [Double]) {
    var gradient: [Double] = []
    var curvature: [Double] = []
    gradient.reserveCapacity(inequalities.count)
    curvature.reserveCapacity(inequalities.count)
    for t in inequalities {
      let (i, j, k) = (Int(t.i), Int(t.j), Int(t.k))
      let (xij, xik, xjk) = (inverse[i * n + j], inverse[i * n + k], inverse[j * n + k])
      let (xii, xjj, xkk) = (inverse[i * (n + 1)], inverse[j * (n + 1)], inverse[k * (n + 1)])
      let (a, b, c) = (Double(t.a), Double(t.b), Double(t.c))
      gradient.append(1 + mu * (a * xij + b * xik + c * xjk))
      // tr(A X A X) / μ with A = -(a E_ij + b E_ik + c E_jk)/2 symmetrised.
      let squares = xii * xjj + xij * xij + xii * xkk + xik * xik + xjj * xkk + xjk * xjk
      let products =
        a * b * (xii * xjk + xij * xik) + a * c * (xij * xjk + xjj * xik) + b * c * (xik * xjk + xkk * xij)
      curvature.append(max(mu * (squares / 2 + products), 1e-12))
    }
    return (gradient, curvature)
  }

  /// Projected L-BFGS over γ ≥ 0.
  private mutating func minimizeMultipliers() {
    var gamma = multipliers
    var f = value(gamma)
    if isPruned { return }
    var (gradient, curvature) = derivatives()
    var pairs: [(s: [Double], y: [Double])] = []
    for _ in 0..<Self.outerIterations {
      let isFree = gamma.indices.map { gamma[$0] > 0 || gradient[$0] < 0 }
      var direction = Self.direction(gradient, curvature, pairs, isFree)
      var slope = zip(direction, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      if slope >= 0 {
        pairs = []
        direction = Self.direction(gradient, curvature, [], isFree)
        slope = zip(direction, gradient).reduce(0) { $0 + $1.0 * $1.1 }
        if slope >= 0 { break }
      }
      let before = (u: u, inverse: inverse)
      var length = 1.0
      var accepted = false
      for _ in 0..<12 {
        let moved = zip(gamma, direction).map { Swift.max(0, $0 + length * $1) }
        let expected = zip(gradient, zip(moved, gamma)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
        let new = value(moved)
        if isPruned {
          multipliers = moved
          return
        }
        if new <= f + 1e-4 * expected {
          let old = gradient
          (gradient, curvature) = derivatives()
          let s = zip(moved, gamma).map { $0 - $1 }
          let y = zip(gradient, old).map { $0 - $1 }
          let product = zip(s, y).reduce(0) { $0 + $1.0 * $1.1 }
          let size = zip(y, y).reduce(0) { $0 + $1.0 * $1.1 }
          if product > 1e-10 * size { pairs.append((s, y)) }
          if pairs.count > 12 { pairs.removeFirst() }
          accepted = true
          let decrease = f - new
          gamma = moved
          f = new
          if decrease < 0.01 * mu * Double(n) {
            multipliers = gamma
            return
          }
          break
        }
        u = before.u
        length *= 0.4
      }
      multipliers = gamma
      if !accepted {
        inverse = before.inverse
        break
      }
      if shouldStop() { break }
    }
    multipliers = gamma
  }

  /// The two-loop recursion (Nocedal 1980) on the free components, scaled by the Hessian's diagonal.
  private static func direction(
    _ gradient: [Double], _ curvature: [Double], _ pairs: [(s: [Double], y: [Double])], _ isFree: [Bool]
  ) -> [Double] {
    func dot(_ x: [Double], _ y: [Double]) -> Double {
      var sum = 0.0
      for k in x.indices where isFree[k] { sum += x[k] * y[k] }
      return sum
    }
    var q = gradient.indices.map { isFree[$0] ? gradient[$0] : 0 }
    var steps: [(alpha: Double, rho: Double)] = []
    for (s, y) in pairs.reversed() {
      let product = dot(s, y)
      guard product > 1e-300 else {
        steps.append((0, 0))
        continue
      }
      let alpha = dot(s, q) / product
      for k in q.indices where isFree[k] { q[k] -= alpha * y[k] }
      steps.append((alpha, 1 / product))
    }
    var scale = 1.0
    if let (s, y) = pairs.last {
      var size = 0.0
      for k in y.indices where isFree[k] { size += y[k] * y[k] / curvature[k] }
      let product = dot(s, y)
      if size > 0, product > 0 { scale = product / size }
    }
    for k in q.indices { q[k] *= scale / curvature[k] }
    for ((s, y), (alpha, rho)) in zip(pairs, steps.reversed()) where rho > 0 {
      let beta = rho * dot(y, q)
      for k in q.indices where isFree[k] { q[k] += (alpha - beta) * s[k] }
    }
    return q.map { -$0 }
  }
}
