public import LinearAlgebra

/// Convex maximisation of low rank over the cube, seen from the support direction:
///
///     max over σ in {0,1}ⁿ of F(σ) = ‖z(σ)‖² - Σ c_i σ_i,      z(σ) = g_0 + Σ σ_i g_i in Rʳ
///     = max over u in Rʳ of φ(u) = Σ (t_i(u))⁺ + 2 g_0·u - ‖u‖²,      t_i(u) = 2 g_i·u - c_i
///
/// since ‖z‖² = max 2u·z - ‖u‖², attained at u = z. The points z(σ) that matter are vertices of a zonotope; where r is
/// fixed there are O(n^(r-1)) of them for c = 0 (Allemand, Fukuda, Liebling and Steiner, A polynomial case of unconstrained
/// zero-one quadratic optimization, 2001; Ferrez, Fukuda and Liebling 2005). They are not enumerated here: boxes of u
/// are bounded, see `SupportBox`.
///
/// At a maximiser σ no flip improves, so |t_i(z(σ))| ≥ ‖g_i‖²: the best patterns lie well inside their cells of u.
public struct SupportForm: Sendable {
  /// n.
  public let units: Int
  /// r: the dimension that rounding leaves of the space that the vectors span.
  public let rank: Int
  /// F(σ) exceeds what is computed for σ, or for a box that holds z(σ), by at most this: rounding, and what the given
  /// vectors, their basis and the dropped dimensions lose.
  public let margin: Double
  /// The rows 2 g_i, in a basis of principal axes.
  let gradients: [Double]
  /// 2 g_0.
  let offset: [Double]
  let linear: [Double]
  /// The sign of t_i is certain where the computed t_i is at least this far from 0.
  let uncertainty: [Double]
  /// One of them, or of the cones on them, holds z(σ) for some maximiser σ.
  let root: [(face: Int?, lower: [Double], upper: [Double])]

  /// - Parameters:
  ///   - vectors: g_i, one a row.
  ///   - relativeError: by how much of its norm each g_i and c_i may differ from the true one.
  ///   - constantError: by how much, in norm, g_0 may.
  ///   - isBalanced: c = 0 and 2 g_0 + Σ g_i = 0 exactly, so that z and -z are equally good.
  public init(
    vectors: Matrix, constant: [Double]? = nil, linear: [Double]? = nil, relativeError: Double = 0,
    constantError: Double = 0, isBalanced: Bool = false
  ) {
    let n = vectors.rows
    let g0 = constant ?? [Double](repeating: 0, count: vectors.columns)
    let c = linear ?? [Double](repeating: 0, count: n)
    precondition(g0.count == vectors.columns && c.count == n)
    let isHomogeneous = c.allSatisfy { $0 == 0 }
    let basis = SupportBasis(vectors, constant: g0, leadingWithSum: isHomogeneous && !isBalanced)
    let rotated = basis.coordinates(of: vectors)
    let rotatedConstant = basis.coordinates(of: Matrix(rows: 1, columns: g0.count, elements: g0))
    let r = basis.rank
    // What each vector has lost, and what any z(σ) has.
    let errors = zip(rotated.losses, rotated.norms).map { $0 + 2 * relativeError * $1 }
    let constantLoss = rotatedConstant.losses[0] + constantError
    let sumError = (errors.reduce(0, +) + constantLoss) * (1 + 1e-9)
    let radius = (rotated.norms.reduce(0, +) + rotatedConstant.norms[0]) * (1 + 1e-9)
    let stretch = basis.defect
    // Of a product y·z with y known up to `loss`, both of them first rotated.
    func productError(_ norm: Double, _ loss: Double) -> Double {
      (stretch * norm * radius + (1 + stretch) * (loss * radius + norm * sumError) + loss * sumError) * 2
    }

    let columns = (0..<r).map { axis in rotated.matrix.column(axis) }
    let g0Rotated = rotatedConstant.matrix.elements
    let absolute = (0..<r).map { axis in columns[axis].reduce(abs(g0Rotated[axis])) { $0 + abs($1) } }
    let rounding = 4 * Double(n + 2 * r + 16) * unitRoundoff
    var lower = (0..<r).map { k in
      columns[k].reduce(g0Rotated[k]) { $0 + min($1, 0) } - rounding * absolute[k]
    }
    let upper = (0..<r).map { k in
      columns[k].reduce(g0Rotated[k]) { $0 + max($1, 0) } + rounding * absolute[k]
    }
    let largest = (0..<r).map { max(abs(lower[$0]), abs(upper[$0])) }
    if isHomogeneous, r > 0 {
      // φ(-u) = φ(u) - 2u·s with s = 2 g_0 + Σ g_i: every maximiser has z·s ≥ 0, and s lies along the first axis.
      let s = (0..<r).map { k in columns[k].reduce(2 * g0Rotated[k], +) }
      if isBalanced {
        lower[0] = max(lower[0], -abs(s[0]) - rounding * absolute[0])
      } else {
        let length = dot(s[...], s[...]).squareRoot()
        let slack =
          (1..<r).reduce(productError(length, 2 * sumError + rounding * radius)) {
            $0 + abs(s[$1]) * largest[$1]
          }
          + rounding * radius * radius
        if s[0] > 0, slack < s[0] * largest[0] { lower[0] = max(lower[0], -slack / s[0]) }
      }
    }

    // Some pattern reaches that far along an axis, so a maximiser has a coordinate of at least this size: on its face of
    // the cube z(σ) is divided by so much or more.
    let reach = largest.reduce(0, max) * (1 - 1e-9) / Double(max(r, 1)).squareRoot()
    let isConical = isHomogeneous && reach > 0
    let sumOfLinear = c.reduce(0) { $0 + abs($1) }
    let sum = absolute.reduce(0, +)
    let size =
      isConical
      ? 8 * sum * sum
      : (0..<r).reduce(sumOfLinear) { $0 + (2 * absolute[$1] + largest[$1]) * largest[$1] }
    margin =
      2 * (productError(radius, sumError) + rounding * size + 2 * relativeError * sumOfLinear)
      + Double.leastNormalMagnitude
    uncertainty = (0..<n).map { i in
      let size = (0..<r).reduce(abs(c[i])) { $0 + 2 * abs(columns[$1][i]) * largest[$1] }
      let certain =
        2 * productError(rotated.norms[i], errors[i]) + 8 * Double(r + 4) * unitRoundoff * size
        + 2 * relativeError * abs(c[i])
      return isConical ? certain / reach : certain
    }
    units = n
    rank = r
    gradients = rotated.matrix.elements.map { 2 * $0 }
    offset = g0Rotated.map { 2 * $0 }
    self.linear = c
    root =
      isConical
      ? Self.faces(widths: largest.map { min(1, $0 / reach) }, firstFrom: lower[0] / reach)
      : [(nil, lower, upper)]
  }

  /// The faces of the cube [-1, 1]ʳ with |w_k| ≤ widths, but for what has a first coordinate below `first`.
  private static func faces(
    widths: [Double], firstFrom first: Double
  ) -> [(face: Int?, lower: [Double], upper: [Double])] {
    var faces: [(face: Int?, lower: [Double], upper: [Double])] = []
    for face in widths.indices where widths[face] == 1 {
      for sign in [1.0, -1] where face > 0 || sign > 0 || first <= -1 {
        var (lower, upper) = (widths.map { -$0 }, widths)
        lower[0] = max(lower[0], min(first, 0))
        (lower[face], upper[face]) = (sign, sign)
        faces.append((face, lower, upper))
      }
    }
    return faces
  }

  /// F(σ) as computed, and z(σ).
  func value(_ pattern: [Bool]) -> (value: Double, z: [Double]) {
    var twice = offset
    var value = 0.0
    for (i, isOn) in pattern.enumerated() where isOn {
      value -= linear[i]
      for k in 0..<rank { twice[k] += gradients[i * rank + k] }
    }
    let z = twice.map { $0 / 2 }
    return (value + dot(z[...], z[...]), z)
  }

  /// The pattern [t_i(u) > 0] that is best for the support direction u.
  func pattern(at u: [Double]) -> [Bool] {
    let u = u.span
    return (0..<units).map { i in
      let row = gradients.span.extracting(i * rank..<(i + 1) * rank)
      var t = -linear[i]
      for k in row.indices { t += row[k] * u[k] }
      return t > 0
    }
  }

  /// Alternates between u and the pattern that is best for it, σ = [t(u) > 0], u = z(σ): F never falls.
  public func ascent(from u: [Double]) -> (pattern: [Bool], value: Double) {
    var best = pattern(at: u)
    var (value, z) = value(best)
    for _ in 0..<50 {
      let next = pattern(at: z)
      let (nextValue, nextZ) = self.value(next)
      guard nextValue > value else { break }
      (best, value, z) = (next, nextValue, nextZ)
    }
    return (best, value)
  }
}
