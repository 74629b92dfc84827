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

  /// (R Rᵀ)_ij for j ≤ i. By Cauchy and Schwarz, at most 8.
  private func product(_ i: Int, _ j: Int) -> Int128 {
    let a = factor.span.extracting(i * (i + 1) / 2..<i * (i + 1) / 2 + j + 1)
    let b = factor.span.extracting(j * (j + 1) / 2..<j * (j + 1) / 2 + j + 1)
    var sum: Int128 = 0
    for k in 0...j { sum += Int128(a[k]) * Int128(b[k]) }
    return sum
  }

  /// The hint. A pivot that is too small for its column (Gill and Murray 1974) is raised: what that adds to R Rᵀ is missing
  /// on the diagonal later, and no more than that.
  private init(_ elements: [Int128], size n: Int) {
    var r = [Double](repeating: 0, count: n * (n + 1) / 2)
    let unit = Double(sign: .plus, exponent: -Self.fraction, significand: 1)
    for i in 0..<n {
      for j in 0...i { r[i * (i + 1) / 2 + j] = Double(elements[i * n + j]) * unit }
    }
    // By rows of the lower triangle: column k of what is left is needed as a whole for its pivot.
    var column = [Double](repeating: 0, count: n)
    for k in 0..<n {
      var largest = 0.0
      for i in k..<n {
        let rowI = i * (i + 1) / 2
        let rowK = k * (k + 1) / 2
        var sum = r[rowI + k]
        for l in 0..<k { sum -= r[rowI + l] * r[rowK + l] }
        column[i] = sum
        if i > k { largest = max(largest, abs(sum)) }
      }
      let pivot = max(column[k], largest * largest / 4, 1e-14).squareRoot()
      r[k * (k + 1) / 2 + k] = pivot
      for i in (k + 1)..<max(n, k + 1) { r[i * (i + 1) / 2 + k] = column[i] / pivot }
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
