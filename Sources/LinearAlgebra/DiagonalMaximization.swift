/// A vertex σ of the box and ‖A diag(σ) B‖ there.
public struct DiagonalMaximum: Sendable {
  /// The norm at `sigma`: a floating-point estimate, good to a few roundings.
  public var value: Double
  public var sigma: [Double]
}

/// Looks for max over σ in [lower, upper] of ‖A diag(σ) B‖₂, A of E × n and B of n × F, from below.
///
/// The norm is convex in σ, so a vertex is a maximiser, and ‖A D B‖ = max over unit u, v of Σ_i σ_i g_i with g_i = (Aᵀu)_i (Bv)_i.
/// *Ascent* alternates: the top singular pair (u, v) of A D B, then the whole gradient step σ_i = upper_i where g_i > 0 and lower_i where
/// g_i < 0. Where that stands still, *flips* try each σ_i alone: the norm of diag(s) + δ p qᵀ, which A D B with one flip is in its
/// own singular vectors, by a few power steps. The best flip is taken and the ascent goes on. Starts: all `upper` (flips come first
/// there), the vertices with the signs of pairs of singular vectors of A and B, vertices with the signs of random pairs, and at
/// the end the best vertex with some σ_i changed at random.
///
/// The value is neither proved nor guaranteed to be the maximum: the problem is NP-hard.
///
/// - Cost: O(n E F) where many σ_i change, O(n (E + F)) and an SVD of E × F a step of the ascent, O(n r (E + F)) a sweep of flips with
///   r = min(E, F, 64). Memory: a few copies of A and B, nothing of n × n.
/// - Reference: Scaman & Virmaux 2018, section 6.1.
public struct DiagonalMaximization: Sendable {
  /// Random starts after the others.
  public var restarts = 4
  /// Up to this n flips continue from every start, beyond it from the best only, and there are no kicks.
  public var flippingAll = 512
  /// Climbs from the best vertex with some random σ_i changed, at the end.
  public var kicks = 8
  /// Most flips in a row.
  public var flips = 200

  private let outer: Matrix
  private let inner: Matrix
  private let lower: [Double]
  private let upper: [Double]

  /// One interval for all σ_i.
  public init(outer: Matrix, inner: Matrix, lower: Double = 0, upper: Double = 1) {
    self.init(
      outer: outer, inner: inner, lower: [Double](repeating: lower, count: inner.rows),
      upper: [Double](repeating: upper, count: inner.rows))
  }

  /// - Precondition: outer.columns = inner.rows = the number of intervals, and lower ≤ upper.
  public init(outer: Matrix, inner: Matrix, lower: [Double], upper: [Double]) {
    precondition(outer.columns == inner.rows && lower.count == inner.rows && upper.count == inner.rows)
    precondition(zip(lower, upper).allSatisfy { $0 <= $1 })
    self.outer = outer
    self.inner = inner
    self.lower = lower
    self.upper = upper
  }

  /// The best vertex found; an interruption leaves the best so far.
  ///
  /// - Throws: `LAPACKFailure` where a decomposition fails.
  public func maximum(
    using random: inout some RandomNumberGenerator, shouldStop: () -> Bool = { false }
  ) throws(LAPACKFailure) -> DiagonalMaximum {
    let size = inner.rows
    guard size > 0, outer.rows > 0, inner.columns > 0, !outer.isZero, !inner.isZero else {
      return DiagonalMaximum(value: 0, sigma: upper)
    }
    // Only norms are asked for: fewer rows of A and columns of B do.
    var outer = try outer.compressingRows()
    var inner = inner.columns > size ? try inner.transposed().compressingRows().transposed() : inner
    let (left, right) = (outer.scaledToUnit(), inner.scaledToUnit())
    var exponent = 0
    if let left, let right {
      (outer, inner) = (left.matrix, right.matrix)
      exponent = left.exponent + right.exponent
    }
    var search = AscentState(outer: outer, inner: inner, lower: lower, upper: upper)
    search.move(to: upper)
    if size <= flippingAll { try search.flip(atMost: flips, ascending: false, shouldStop) }
    try search.ascend(shouldStop)
    var best = search.snapshot
    func climb(from vertex: [Double], flipping: Bool) throws(LAPACKFailure) {
      search.move(to: vertex)
      try search.ascend(shouldStop)
      if flipping { try search.flip(atMost: flips, ascending: true, shouldStop) }
      if search.value > best.value { best = search.snapshot }
    }
    for signs in try starts(outer, inner, using: &random) where !shouldStop() {
      try climb(from: search.vertex(signs), flipping: size <= flippingAll)
    }
    if size > flippingAll { try climb(from: best.sigma, flipping: true) }
    for _ in 0..<kicks where size <= flippingAll && !shouldStop() {
      var vertex = best.sigma
      for _ in 0..<max(2, size / 12) {
        let unit = Int.random(in: 0..<size, using: &random)
        vertex[unit] = vertex[unit] == upper[unit] ? lower[unit] : upper[unit]
      }
      try climb(from: vertex, flipping: true)
    }
    // Without the rounding of the steps.
    let product = Matrix.product(
      outer, transposed: false, inner.scalingRows(by: best.sigma), transposed: false)
    let value = try product.spectralNorm()
    return DiagonalMaximum(
      value: Double(sign: .plus, exponent: exponent, significand: value), sigma: best.sigma)
  }

  /// Vectors whose signs are starts: products (Aᵀu)_i (Bv)_i and their opposites.
  private func starts(
    _ outer: Matrix, _ inner: Matrix, using random: inout some RandomNumberGenerator
  ) throws(LAPACKFailure) -> [[Double]] {
    func leading(_ gram: Matrix) throws(LAPACKFailure) -> [[Double]] {
      let vectors = try gram.symmetricEigendecomposition().vectors
      return (0..<min(2, vectors.columns)).map { vectors.column(vectors.columns - 1 - $0) }
    }
    let lefts = try leading(Matrix.product(outer, transposed: false, outer, transposed: true))
    let rights = try leading(Matrix.product(inner, transposed: true, inner, transposed: false))
    var result: [[Double]] = []
    for u in lefts.map({ outer.multiply($0, transposed: true) }) {
      for v in rights.map({ inner.multiply($0, transposed: false) }) {
        let products = zip(u, v).map { $0 * $1 }
        result += [products, products.map { -$0 }]
      }
    }
    for _ in 0..<restarts {
      let u = (0..<outer.rows).map { _ in Double.random(in: -1...1, using: &random) }
      let v = (0..<inner.columns).map { _ in Double.random(in: -1...1, using: &random) }
      result.append(
        zip(outer.multiply(u, transposed: true), inner.multiply(v, transposed: false)).map { $0 * $1 })
    }
    return result
  }
}

/// One vertex on its way up.
private struct AscentState {
  let outer: Matrix
  let inner: Matrix
  let lower: [Double]
  let upper: [Double]
  private var sigma: [Double]
  /// A diag(σ) B.
  private var product: Matrix
  private(set) var value = 0.0

  init(outer: Matrix, inner: Matrix, lower: [Double], upper: [Double]) {
    self.outer = outer
    self.inner = inner
    self.lower = lower
    self.upper = upper
    sigma = [Double](repeating: 0, count: inner.rows)
    product = Matrix(rows: outer.rows, columns: inner.columns)
  }

  var snapshot: DiagonalMaximum { DiagonalMaximum(value: value, sigma: sigma) }

  func vertex(_ signs: [Double]) -> [Double] { signs.indices.map { signs[$0] > 0 ? upper[$0] : lower[$0] } }

  /// Another σ, by what changes or all anew, whichever is less.
  mutating func move(to target: [Double]) {
    value = 0
    let changed = target.indices.filter { target[$0] != sigma[$0] }
    guard !changed.isEmpty else { return }
    let support = target.indices.filter { target[$0] != 0 }
    let isNew = support.count <= changed.count
    let rows = isNew ? support : changed
    let part = Matrix.product(
      outer.selecting(columns: rows), transposed: false,
      inner.selecting(rows: rows).scalingRows(by: rows.map { target[$0] - (isNew ? 0 : sigma[$0]) }),
      transposed: false)
    product = isNew ? part : product + part
    sigma = target
  }

  /// Gradient steps to the best vertex for the top singular pair, until the norm stands still.
  mutating func ascend(_ shouldStop: () -> Bool) throws(LAPACKFailure) {
    repeat {
      let svd = try product.singularValueDecomposition()
      let top = svd.singularValues[0]
      guard top > value * (1 + 1e-13) else { return }
      value = top
      let left = outer.multiply(svd.leftVectors.column(0), transposed: true)
      let right = inner.multiply(Array(svd.rightVectorsTransposed.row(0)), transposed: false)
      let target = sigma.indices.map { i in
        let gradient = left[i] * right[i]
        return gradient > 0 ? upper[i] : gradient < 0 ? lower[i] : sigma[i]
      }
      guard target != sigma else { return }
      move(to: target)
      value = top
    } while !shouldStop()
    value = try product.spectralNorm()
  }

  /// The best flip, and where asked for the ascent from there, while that raises the norm.
  mutating func flip(
    atMost limit: Int, ascending: Bool, _ shouldStop: () -> Bool
  ) throws(LAPACKFailure) {
    for _ in 0..<limit where !shouldStop() {
      let before = snapshot
      guard let unit = try bestFlip() else { return }
      var target = sigma
      target[unit] = target[unit] == upper[unit] ? lower[unit] : upper[unit]
      move(to: target)
      if ascending { try ascend(shouldStop) } else { value = try product.spectralNorm() }
      guard value > before.value * (1 + 1e-12) else {
        move(to: before.sigma)
        value = before.value
        return
      }
    }
  }

  /// The σ_i that alone raises the norm most, of those that are seen to do so.
  private func bestFlip() throws(LAPACKFailure) -> Int? {
    let svd = try product.singularValueDecomposition()
    let rank = min(svd.singularValues.count, 64)
    let values = Array(svd.singularValues.prefix(rank))
    let kept = Array(0..<rank)
    // Row i: the coordinates of A's column and B's row in the singular vectors.
    let lefts = Matrix.product(
      outer, transposed: true, svd.leftVectors.selecting(columns: kept), transposed: false)
    let rights = Matrix.product(
      inner, transposed: false, svd.rightVectorsTransposed.selecting(rows: kept), transposed: true)
    var best = (value: values[0] * (1 + 1e-11), unit: Int?.none)
    for i in sigma.indices where lower[i] < upper[i] {
      let step = sigma[i] == upper[i] ? lower[i] - upper[i] : upper[i] - lower[i]
      let (p, q) = (lefts.row(i), rights.row(i))
      let reach = abs(step) * (dot(p, p) * dot(q, q)).squareRoot()
      // Weyl: no flip moves the norm by more.
      guard values[0] + reach > best.value else { continue }
      let norm = Self.norm(values, step, p, q)
      if norm > best.value { best = (norm, i) }
    }
    return best.unit
  }

  /// ‖diag(values) + step p qᵀ‖ from below, by power steps of O(r).
  private static func norm(
    _ values: [Double], _ step: Double, _ p: ArraySlice<Double>, _ q: ArraySlice<Double>
  ) -> Double {
    let length = dot(q, q).squareRoot()
    guard length > 0 else { return values[0] }
    let side = step * p[p.startIndex] >= 0 ? 0.5 : -0.5
    var x = q.map { side * $0 / length }
    x[0] += 1
    var image = x
    var result = 0.0
    for _ in 0..<12 {
      let forward = step * dot(q, x[...])
      for (j, entry) in p.enumerated() { image[j] = values[j] * x[j] + forward * entry }
      let size = dot(image[...], image[...])
      result = (size / dot(x[...], x[...])).squareRoot()
      guard size > 0 else { return result }
      let back = step * dot(p, image[...])
      let scale = 1 / size.squareRoot()
      for (j, entry) in q.enumerated() { x[j] = (values[j] * image[j] + back * entry) * scale }
    }
    return result
  }
}
