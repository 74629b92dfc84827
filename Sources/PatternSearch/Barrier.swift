import LinearAlgebra

/// Minimises λ subject to S(λ, t) ⪰ 0 by the logarithmic barrier λ - μ log det S and Newton's method. On the directions v
/// S has λI, or where v ranges over signs a diagonal Λ, and λ is its trace (v_j² = 1 for each j).
///
/// Variables of S are ordered z first, v last, so the trailing block of its Cholesky factor is that of the Schur
/// complement Λ - X(t), and the least feasible multiple of Λ for given t costs one small eigenvalue. With Aᵢ = sym(aᵢ bᵢᵀ),
/// aᵢ = eᵢ - α cᵢ, bᵢ = eᵢ - β cᵢ and P = S⁻¹:
///
///     tr(P Aᵢ) = aᵢᵀ P bᵢ,    tr(P Aᵢ P Aⱼ) = ½ (aᵢᵀP aⱼ · bᵢᵀP bⱼ + aᵢᵀP bⱼ · bᵢᵀP aⱼ)
///
/// O(N³) a step with N = units + directions.
struct Barrier {
  private let pre: Matrix
  private let output: Matrix
  private let alpha: [Double]
  private let beta: [Double]
  private let hasCurvature: Bool
  private let units: Int
  private let directions: Int
  private let size: Int
  /// Which multiplier each unit uses.
  private let groups: [Int]
  private let groupCount: Int

  /// One number on the diagonal of all directions, or one for each.
  private(set) var levels: [Double] = []
  /// λ, the bound: the levels' sum.
  private(set) var level = 0.0
  private(set) var multipliers: [Double]
  /// The Cholesky factor of S at the current point.
  private var factor: [Double] = []
  private var inverse: [Double] = []
  private(set) var isFeasible = false
  private(set) var steps = 0
  /// Points of the central path passed so far, each farther inside than the next: what is left where the last one
  /// is too close to the boundary to be verified.
  private var path: [(levels: [Double], multipliers: [Double])] = []
  private let levelCount: Int

  /// - Parameter hasSigns: v ranges over signs instead of the unit sphere.
  init(
    pre: Matrix, output: Matrix, slopes: [UnitSlopes], directions: Int, groups: [Int], hasSigns: Bool = false
  ) {
    levelCount = hasSigns ? directions : 1
    self.pre = pre
    self.output = output
    alpha = slopes.map(\.off)
    beta = slopes.map(\.on)
    hasCurvature = slopes.contains { $0.off * $0.on != 0 }
    units = pre.rows
    self.directions = directions
    size = pre.columns
    self.groups = groups
    groupCount = (groups.max() ?? -1) + 1
    multipliers = [Double](repeating: 0, count: groupCount)
  }

  var unitMultipliers: [Double] { groups.map { multipliers[$0] } }

  /// S(Λ, t), both triangles.
  private func assemble(levels: [Double], multipliers: [Double]) -> [Double] {
    var s = output.elements.map { -$0 }
    let n = size
    let t = groups.map { multipliers[$0] }
    if hasCurvature {
      let weighted = pre.scalingRows(by: t.indices.map { t[$0] * alpha[$0] * beta[$0] })
      let curvature = Matrix.product(pre, transposed: true, weighted, transposed: false)
      for k in s.indices { s[k] += curvature.elements[k] }
    }
    pre.elements.withUnsafeBufferPointer { c in
      s.withUnsafeMutableBufferPointer { s in
        for i in 0..<units {
          let half = 0.5 * (alpha[i] + beta[i]) * t[i]
          for j in 0..<n {
            let value = half * c[i * n + j]
            s[i * n + j] -= value
            s[j * n + i] -= value
          }
          s[i * n + i] += t[i]
        }
        for j in units..<n { s[j * n + j] += levels[levelCount == 1 ? 0 : j - units] }
      }
    }
    return s
  }

  /// Takes (Λ, t) as the current point if S is positive definite there.
  private mutating func move(levels: [Double], multipliers: [Double]) -> Bool {
    guard levels.allSatisfy(\.isFinite), multipliers.allSatisfy(\.isFinite) else { return false }
    var s = assemble(levels: levels, multipliers: multipliers)
    guard PositiveDefinite.factor(&s, size: size) else { return false }
    factor = s
    self.levels = levels
    level = levels.reduce(0, +)
    self.multipliers = multipliers
    isFeasible = true
    return true
  }

  /// - Parameter weights: in which share of λ the levels are; empty where there is one.
  mutating func start(level: Double, weights: [Double], multipliers: [Double]) {
    let total = weights.reduce(0, +)
    guard multipliers.allSatisfy({ $0 > 0 }), levelCount == 1 || weights.count == levelCount && total > 0
    else { return }
    for stretch in [1.0, 1.000001, 1.001] where !isFeasible {
      let levels = levelCount == 1 ? [level * stretch] : weights.map { $0 / total * level * stretch }
      _ = move(levels: levels, multipliers: multipliers)
    }
  }

  /// The levels scaled to another sum.
  private func levels(of level: Double) -> [Double] { levels.map { $0 * (level / self.level) } }

  /// A feasible point from scratch, layer by layer from the output: with X the negated form left after the later
  /// layers, t = 2.1 ‖X_kk‖ makes the layer's block definite, and its Schur complement is the next X.
  mutating func startCold(layers: [Int]) {
    var remaining = output.elements  // X on the variables not yet eliminated, in place
    let n = size
    var t = [Double](repeating: 0, count: units)
    let floor = 1e-9 * Swift.max(output.largestMagnitude, 1e-300)
    var end = units
    while end > 0 {
      var begin = end - 1
      while begin > 0, layers[begin - 1] == layers[end - 1] { begin -= 1 }
      let count = end - begin
      let others = Array(0..<begin) + Array(units..<n)
      let block = Matrix(rows: count, columns: count) { remaining[(begin + $0) * n + begin + $1] }
      let top = Swift.max((try? block.largestEigenvalue()) ?? block.frobeniusNormUpperBound(), floor)
      let multiplier = 2.1 * top
      for i in begin..<end { t[i] = multiplier }
      // Cross terms K = X_rk + ½(α+β) t Cᵀ, then X_rr + K (tI - X_kk)⁻¹ Kᵀ - t αβ CᵀC.
      var shifted = (block * -1).elements
      for i in 0..<count { shifted[i * count + i] += multiplier }
      guard PositiveDefinite.factor(&shifted, size: count) else { return }
      var cross = [Double](repeating: 0, count: others.count * count)
      for (r, other) in others.enumerated() {
        for i in 0..<count {
          let unit = begin + i
          cross[r * count + i] =
            remaining[other * n + unit] + 0.5 * (alpha[unit] + beta[unit]) * multiplier * pre[unit, other]
        }
      }
      PositiveDefinite.solveTriangular(factor: shifted, size: count, rows: &cross, count: others.count)
      let half = Matrix(rows: others.count, columns: count, elements: cross)
      let addition = Matrix.product(half, transposed: false, half, transposed: true)
      for (r, row) in others.enumerated() {
        for (c, column) in others.enumerated() {
          var value = addition[r, c]
          if hasCurvature {
            for unit in begin..<end {
              value -= multiplier * alpha[unit] * beta[unit] * pre[unit, row] * pre[unit, column]
            }
          }
          remaining[row * n + column] += value
        }
      }
      end = begin
    }
    let block = Matrix(rows: directions, columns: directions) { remaining[(units + $0) * n + units + $1] }
    let top = Swift.max((try? block.largestEigenvalue()) ?? block.frobeniusNormUpperBound(), floor)
    // A group's units lie in one layer, so they share their starting value.
    var grouped = [Double](repeating: 0, count: groupCount)
    for i in 0..<units { grouped[groups[i]] = t[i] }
    for stretch in [1.1, 2, 10, 1000] where !isFeasible {
      _ = move(levels: [Double](repeating: top * stretch, count: levelCount), multipliers: grouped)
    }
  }

  /// Follows the central path until the bound is at most `cutoff`, certainly cannot be, or is accurate to
  /// `tolerance`.
  mutating func minimize(cutoff: Double, tolerance: Double, patience: Double, shouldStop: () -> Bool) {
    let n = Double(size)
    invert()
    var best = leastLevel
    if best <= cutoff { return }
    var mu = Swift.max(level - best, 0.05 * level) / n
    while steps < 200, !shouldStop() {
      guard let decrement = newtonStep(mu) else { return }
      let least = leastLevel
      best = Swift.min(best, least)
      if least <= cutoff { return }
      if decrement < 0.7 {
        // Near the central point the gap to the optimum is about μN.
        let gap = mu * (n + decrement * n.squareRoot())
        if gap <= tolerance * level { return }
        if level - gap > cutoff, gap <= patience * (level - cutoff) { return }
        path.append((levels, multipliers))
        mu *= decrement < 0.2 ? 0.1 : 0.25
      }
    }
  }

  private mutating func invert() {
    inverse = factor
    PositiveDefinite.invert(factor: &inverse, size: size)
  }

  /// The least λ for the current t and the levels' current shares: with P = (Λ - X)⁻¹ the trailing block of S⁻¹, the largest
  /// eigenvalue of Λ^-½ X Λ^-½ is 1 - 1 / λ_max(Λ^½ P Λ^½).
  private var leastLevel: Double {
    let n = size
    if directions == 1 { return level - 1 / inverse[n * n - 1] }
    let roots = (0..<directions).map { levelCount == 1 ? 1 : levels[$0].squareRoot() }
    let block = Matrix(rows: directions, columns: directions) {
      roots[$0] * roots[$1] * inverse[(units + $0) * n + units + $1]
    }
    guard let top = try? block.largestEigenvalue(), top > 0 else { return level }
    return levelCount == 1 ? level - 1 / top : level * (1 - 1 / top)
  }

  /// One damped Newton step for λ/μ - log det S; returns the Newton decrement before it, or nil where no step
  /// makes progress any more. `inverse` must be, and is afterwards, that of the current point.
  private mutating func newtonStep(_ mu: Double) -> Double? {
    steps += 1
    let n = size
    let m = units
    let p = Matrix(rows: n, columns: n, elements: inverse)
    // PCᵀ as (C P), units × n; then CPCᵀ.
    let cp = pre * p
    let cpc = Matrix.product(cp, transposed: false, pre, transposed: true)
    let first = levelCount
    let width = first + groupCount
    func level(of direction: Int) -> Int { first == 1 ? 0 : direction - m }
    var gradient = [Double](repeating: 0, count: width)
    var hessian = [Double](repeating: 0, count: width * width)
    for l in 0..<first { gradient[l] = 1 / mu }
    for j in m..<n { gradient[level(of: j)] -= inverse[j * n + j] }
    for i in m..<n {
      for j in m..<n {
        hessian[level(of: i) * width + level(of: j)] += inverse[i * n + j] * inverse[i * n + j]
      }
    }
    inverse.withUnsafeBufferPointer { p in
      cp.elements.withUnsafeBufferPointer { cp in
        cpc.elements.withUnsafeBufferPointer { cpc in
          for i in 0..<m {
            let (ai, bi) = (alpha[i], beta[i])
            let g = first + groups[i]
            gradient[g] -= p[i * n + i] - (ai + bi) * cp[i * n + i] + ai * bi * cpc[i * m + i]
            for v in m..<n {
              let (e, c) = (p[i * n + v], cp[i * n + v])
              hessian[level(of: v) * width + g] += (e - ai * c) * (e - bi * c)
            }
            for j in 0..<m {
              let (aj, bj) = (alpha[j], beta[j])
              let ee = p[i * n + j]
              let ce = cp[i * n + j]
              let ec = cp[j * n + i]
              let cc = cpc[i * m + j]
              let aa = ee - ai * ce - aj * ec + ai * aj * cc
              let bb = ee - bi * ce - bj * ec + bi * bj * cc
              let ab = ee - ai * ce - bj * ec + ai * bj * cc
              let ba = ee - bi * ce - aj * ec + bi * aj * cc
              hessian[g * width + first + groups[j]] += 0.5 * (aa * bb + ab * ba)
            }
          }
        }
      }
    }
    for l in 0..<first { for g in first..<width { hessian[g * width + l] = hessian[l * width + g] } }
    // Scale to unit diagonal before factoring: multipliers and λ may differ by many orders of magnitude.
    let scale = (0..<width).map { 1 / Swift.max(hessian[$0 * width + $0], 1e-300).squareRoot() }
    for i in 0..<width { for j in 0..<width { hessian[i * width + j] *= scale[i] * scale[j] } }
    for i in 0..<width { hessian[i * width + i] += 1e-14 }
    guard PositiveDefinite.factor(&hessian, size: width) else { return nil }
    var direction = (0..<width).map { -gradient[$0] * scale[$0] }
    PositiveDefinite.solve(factor: hessian, size: width, &direction)
    for i in 0..<width { direction[i] *= scale[i] }
    let descent = -zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
    guard descent.isFinite, descent >= 0 else { return nil }
    let decrement = descent.squareRoot()
    guard decrement > 1e-9 else { return decrement }

    let value = self.level / mu - PositiveDefinite.logDeterminant(factor: factor, size: size)
    let (oldLevels, oldMultipliers, oldFactor) = (levels, multipliers, factor)
    var step = 1.0
    while step > 1e-10 {
      let trial = (0..<groupCount).map { oldMultipliers[$0] + step * direction[first + $0] }
      if move(levels: (0..<first).map { oldLevels[$0] + step * direction[$0] }, multipliers: trial) {
        let moved = self.level / mu - PositiveDefinite.logDeterminant(factor: factor, size: size)
        if moved <= value - 0.1 * step * descent + 1e-12 * abs(value) {
          invert()
          return decrement
        }
      }
      step *= decrement > 1 && step == 1 ? Swift.max(0.1, Swift.min(0.5, 2 / (1 + decrement))) : 0.5
    }
    (levels, multipliers, factor) = (oldLevels, oldMultipliers, oldFactor)
    self.level = oldLevels.reduce(0, +)
    return nil
  }

  /// λ such that S(λ, t) ⪰ 0 holds in spite of rounding: S is scaled to about unit diagonal, a margin for the rounding of
  /// its assembly and of the factorisation is subtracted, and a floating Cholesky must still succeed
  /// (Rump 2006). Tried from the least λ upwards, with `cutoff` early because that is all the search asks
  /// for; where none passes, at the last point of the central path before.
  mutating func verifiedLevel(cutoff: Double) -> Double? {
    while true {
      let least = Swift.max(leastLevel, 0)
      var candidates = [1e-10, 1e-8].map { least * (1 + $0) }
      if least <= cutoff { candidates.append(cutoff) }
      candidates += [1e-7, 1e-6, 1e-5].map { least * (1 + $0) }
      if path.isEmpty { candidates += [1e-4, 1e-3].map { least * (1 + $0) } + [level, level * 1.01] }
      if let verified = candidates.first(where: { isVerified(level: $0) }) { return verified }
      guard let (levels, multipliers) = path.popLast() else { return nil }
      guard move(levels: levels, multipliers: multipliers) else { continue }
      invert()
    }
  }

  private func isVerified(level: Double) -> Bool {
    // The sum of the levels as they are rounded is at most the level.
    let sum = levelCount == 1 ? level : level * (1 - 4 * Double(levelCount + 2) * unitRoundoff)
    var s = assemble(levels: levels(of: sum), multipliers: multipliers)
    let n = size
    var scale = [Double](repeating: 0, count: n)
    for i in 0..<n {
      guard s[i * n + i] > 0 else { return false }
      // A power of two: scaling is exact.
      scale[i] = Double(sign: .plus, exponent: -(s[i * n + i].exponent / 2), significand: 1)
    }
    for i in 0..<n { for j in 0..<n { s[i * n + j] *= scale[i] * scale[j] } }
    let trace = (0..<n).reduce(0) { $0 + s[$1 * n + $1] }
    let margin = 8 * unitRoundoff * Double(n + 4) * trace
    for i in 0..<n { s[i * n + i] -= margin }
    return PositiveDefinite.factor(&s, size: n)
  }

  /// For each unit the relaxed slope as a share of [α, β], and its part in the relaxation's gap, from the primal
  /// matrix X = μP: slope = E[z c] / E[c²], weight = t s (1 - s) E[c²].
  func relaxedSlopes() -> [(slope: Double, weight: Double)] {
    let n = size
    let p = Matrix(rows: n, columns: n, elements: inverse)
    let cp = pre * p
    let t = unitMultipliers
    var length = 0.0
    for j in units..<n { length += inverse[j * n + j] }
    return (0..<units).map { i in
      let square = dot(cp.row(i), pre.row(i))
      guard square > 0, beta[i] != alpha[i] else { return (0, 0) }
      let raw = (cp[i, i] / square - alpha[i]) / (beta[i] - alpha[i])
      let slope = Swift.max(0, Swift.min(1, raw))
      return (slope, t[i] * slope * (1 - slope) * square / length)
    }
  }
}
