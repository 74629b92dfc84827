/// How far a symmetric matrix S is from being provably positive semidefinite, in integers.
///
/// A floating-point Cholesky factor of S, rounded to multiples of 2⁻⁵⁰, is a hint that nobody needs to trust: for any R whatever,
/// R Rᵀ is positive semidefinite, and S - R Rᵀ is computed exactly. A symmetric matrix with Σ_j≠i |e_ij| ≤ e_ii in every row is
/// positive semidefinite, too, so
///
///     δ_i = max(0, Σ_j≠i |e_ij| - e_ii),   E = S - R Rᵀ     ⟹     S + Diag(δ) ⪰ 0
///
/// A good hint makes δ about 10⁻¹³ of the diagonal or zero, a bad one makes it large.
package struct RoundedPositivity {
  /// Numbers are multiples of 2⁻¹⁰⁰.
  package static let fraction = 100
  /// So many rows are within the range of the arithmetic.
  package static let sizeLimit = 1 << 14

  /// Multiples of 2⁻⁵⁰, row by row from the diagonal to the left: row i begins at i (i + 1) / 2. No row's square exceeds 8.
  private let factor: [Int64]
  private let size: Int

  /// For each row, how many units must be added to its diagonal entry for S to be positive semidefinite.
  ///
  /// - Parameters:
  ///   - elements: n × n, row-major, of which the lower triangle is read; every magnitude at most 2¹¹⁰.
  ///   - error: each true entry is within so many units of the one given; at most 2²⁰.
  package static func missing(_ elements: [Int128], size n: Int, error: Int128) -> [Int128] {
    precondition(elements.count == n * n && n <= sizeLimit && (0...1 << 20).contains(error))
    let range: ClosedRange<Int128> = -(1 << 110)...(1 << 110)
    precondition(elements.allSatisfy(range.contains))
    let hint = RoundedPositivity(elements, size: n)
    // Row sums stay below 2¹⁴ (2¹¹⁰ + 2¹⁰³ + 2²⁰) < 2¹²⁵.
    var missing = [Int128](repeating: 0, count: n)
    for i in 0..<n {
      for j in 0..<i {
        let rest = elements[i * n + j] - hint.product(i, j)
        let magnitude = abs(rest) + error
        missing[i] += magnitude
        missing[j] += magnitude
      }
      missing[i] += error + hint.product(i, i) - elements[i * n + i]
    }
    return missing.map { max(0, $0) }
  }

  /// Replaces a lower triangle by its Cholesky factor; false, with part of it replaced, where a pivot is too small.
  private static func factor(_ r: inout [Double], size n: Int) -> Bool {
    for i in 0..<n {
      let rowI = i * (i + 1) / 2
      for j in 0...i {
        let rowJ = j * (j + 1) / 2
        var sum = r[rowI + j]
        for k in 0..<j { sum -= r[rowI + k] * r[rowJ + k] }
        if i > j {
          r[rowI + j] = sum / r[rowJ + j]
        } else {
          guard sum > 1e-14 else { return false }
          r[rowI + j] = sum.squareRoot()
        }
      }
    }
    return true
  }

  /// (R Rᵀ)_ij for j ≤ i. By Cauchy and Schwarz, at most 8.
  private func product(_ i: Int, _ j: Int) -> Int128 {
    let a = factor.span.extracting(i * (i + 1) / 2..<i * (i + 1) / 2 + j + 1)
    let b = factor.span.extracting(j * (j + 1) / 2..<j * (j + 1) / 2 + j + 1)
    var sum: Int128 = 0
    for k in 0...j { sum += Int128(a[k]) * Int128(b[k]) }
    return sum
  }

  /// The hint: a factor of S, or of S + τ for a small τ where S has none.
  private init(_ elements: [Int128], size n: Int) {
    var s = [Double](repeating: 0, count: n * (n + 1) / 2)
    let unit = Double(sign: .plus, exponent: -Self.fraction, significand: 1)
    for i in 0..<n {
      for j in 0...i { s[i * (i + 1) / 2 + j] = Double(elements[i * n + j]) * unit }
    }
    var r = s
    for exponent in [nil, -40, -30, -22, -16, -11, -7, -3, 1, 5] as [Int?] {
      r = s
      if let exponent {
        for i in 0..<n { r[i * (i + 1) / 2 + i] += Double(sign: .plus, exponent: exponent, significand: 1) }
      }
      if Self.factor(&r, size: n) { break }
    }
    size = n
    // What is no number, or too large, is no hint.
    let scale = Double(1 << 50)
    var rounded = r.map { value in
      let scaled = (value * scale).rounded()
      return abs(scaled) <= 0x1p52 ? Int64(scaled) : 0
    }
    for i in 0..<n {
      let row = i * (i + 1) / 2..<(i + 1) * (i + 2) / 2
      let square = rounded[row].reduce(Int128(0)) { $0 + Int128($1) * Int128($1) }
      if square > 8 << Int128(Self.fraction) { for k in row { rounded[k] = 0 } }
    }
    factor = rounded
  }
}
