#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func _log(_ x: Double) -> Double { log(x) }

/// The unit roundoff of double precision, 2⁻⁵³.
public let unitRoundoff = 0x1p-53

extension Matrix {
  /// Rows from which the largest eigenvalue by Lanczos is faster than all by LAPACK.
  static let fewEigenvaluesFrom = 600

  /// ‖W‖₂, the largest singular value: an estimate, good to a few units in the last place.
  public func spectralNorm() throws(LAPACKFailure) -> Double {
    guard isFinite else { return .infinity }
    guard let (scaled, exponent) = scaledToUnit() else { return 0 }
    let norm = try Swift.max(0, scaled.gram().largestEigenvalue()).squareRoot()
    return Double(sign: .plus, exponent: exponent, significand: norm)
  }

  /// The matrix times 2^-exponent with its largest entry in [1, 2), exactly, so that squares neither overflow nor
  /// underflow; nil for the zero matrix.
  public func scaledToUnit() -> (matrix: Matrix, exponent: Int)? {
    let scale = largestMagnitude
    guard scale > 0, scale.isFinite else { return nil }
    let exponent = Int(scale.exponent)
    let entries = elements.map { Double(sign: .plus, exponent: -exponent, significand: $0) }
    return (Matrix(rows: rows, columns: columns, elements: entries), exponent)
  }

  /// A number proved to be at least ‖W‖₂, within about 10⁻¹³ · size relative.
  ///
  /// Let G = WᵀW or WWᵀ as computed, λ a little above its largest eigenvalue. A Cholesky factorisation of λI - G that
  /// runs to completion in floating point proves λI - G ⪰ -c I with c = γ(n+2)/(1-γ(n+2)) · trace
  /// (Rump, Verification of positive definiteness, BIT 2006); forming G costs at most γ(k) ‖W‖²_F. Both are added.
  public func spectralNormUpperBound() throws(LAPACKFailure) -> Double {
    guard isFinite else { return .infinity }
    guard let (scaled, exponent) = scaledToUnit() else { return 0 }
    let gram = BLAS.onAllCores(operations: elements.count * Swift.min(rows, columns) / 64) { scaled.gram() }
    let size = gram.rows
    let inner = Swift.max(rows, columns)
    let squares = scaled.elements.reduce(0) { $0 + $1 * $1 }
    let isLarge = size > Self.fewEigenvaluesFrom
    let largest =
      isLarge ? try Lanczos(tolerance: 1e-8).triplets(of: gram).norm : try gram.largestEigenvalue()
    let estimate = Swift.max(largest, squares / Double(inner))
    var slack = isLarge ? 1e-10 : 4 * unitRoundoff * Double(size + 2)
    while slack < 1 {
      let level = estimate * (1 + slack)
      var shifted = gram.elements.map { -$0 }
      for i in 0..<size { shifted[i * size + i] = level - gram.elements[i * size + i] }
      if BLAS.onAllCores(
        operations: size * size * size / 64, { PositiveDefinite.factor(&shifted, size: size) })
      {
        let rounding =
          3 * unitRoundoff * Double(inner + 1) * squares
          + 2 * unitRoundoff * Double(size + 3) * (Double(size) * level)
        let bound = ((level + rounding) * (1 + 4 * unitRoundoff)).squareRoot().nextUp
        return Double(sign: .plus, exponent: exponent, significand: bound).nextUp
      }
      slack *= 4
    }
    return frobeniusNormUpperBound()
  }

  /// A number proved to be at most ‖W‖₂, within about 10⁻¹⁴ · size relative: ‖Wv‖ / ‖v‖ of the first right singular vector as
  /// computed, less what forming it may have added.
  public func spectralNormLowerBound() throws(LAPACKFailure) -> Double {
    guard isFinite, let (scaled, exponent) = scaledToUnit() else { return 0 }
    let v = Array(try scaled.singularValueDecomposition().rightVectorsTransposed.row(0))
    let length = Matrix(rows: 1, columns: v.count, elements: v).frobeniusNormUpperBound()
    let image = scaled * v
    let size = Matrix(rows: 1, columns: image.count, elements: image).frobeniusNormLowerBound()
    // |fl(Wv) - Wv| ≤ γ(n) |W||v|, whose length is at most ‖W‖_F ‖v‖.
    let rounding = 2 * Double(columns + 2) * unitRoundoff * scaled.frobeniusNormUpperBound() * length
    let bound = Swift.max(0, (size - rounding) / length * (1 - 8 * unitRoundoff))
    return Double(sign: .plus, exponent: exponent, significand: bound).nextDown
  }

  /// A number proved to be at most ‖W‖_F.
  public func frobeniusNormLowerBound() -> Double {
    guard isFinite else { return 0 }
    // The upper bound exceeds the norm by less than this share of it.
    return frobeniusNormUpperBound() * (1 - 4 * Double(elements.count + 4) * unitRoundoff)
  }

  /// A number proved to be at least ‖W‖_F.
  public func frobeniusNormUpperBound() -> Double {
    guard isFinite else { return .infinity }
    guard let (scaled, exponent) = scaledToUnit() else { return 0 }
    let squares = scaled.elements.reduce(0) { $0 + $1 * $1 }
    // Pairwise error of a sum of n rounded nonnegative squares is below (n + 1) u relative; subnormal
    // squares lose at most 2⁻¹⁰⁷⁴ each, far below one more unit of the sum, which is at least 1.
    let relative = Double(elements.count + 4) * unitRoundoff * 1.01
    return Double(
      sign: .plus, exponent: exponent, significand: (squares * (1 + relative)).squareRoot().nextUp
    )
    .nextUp
  }

  /// The largest |entry|; infinity where one is not finite.
  public var largestMagnitude: Double {
    isFinite ? elements.reduce(0) { Swift.max($0, abs($1)) } : .infinity
  }
}
