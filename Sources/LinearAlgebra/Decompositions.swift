import COpenBLAS

/// W = U diag(s) Vᵀ with s descending; U is rows × k, Vᵀ is k × columns, k = min(rows, columns).
public struct SingularValueDecomposition: Sendable {
  public let leftVectors: Matrix
  public let singularValues: [Double]
  public let rightVectorsTransposed: Matrix
}

/// S = Q diag(values) Qᵀ with values ascending; column j of `vectors` belongs to value j.
public struct SymmetricEigendecomposition: Sendable {
  public let values: [Double]
  public let vectors: Matrix
}

extension Matrix {
  /// The thin singular value decomposition by LAPACK `dgesdd`: floating-point estimates. O(m n min(m, n)).
  public func singularValueDecomposition() throws(LAPACKFailure) -> SingularValueDecomposition {
    _ = BLAS.oneThread
    let k = Swift.min(rows, columns)
    guard k > 0 else {
      return SingularValueDecomposition(
        leftVectors: Matrix(rows: rows, columns: 0), singularValues: [],
        rightVectorsTransposed: Matrix(rows: 0, columns: columns))
    }
    var copy = elements
    var values = [Double](repeating: 0, count: k)
    var left = Matrix(rows: rows, columns: k)
    var right = Matrix(rows: k, columns: columns)
    let info = LAPACKE_dgesdd(
      LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "S")), Int32(rows), Int32(columns), &copy, Int32(columns), &values,
      &left.elements, Int32(k), &right.elements, Int32(columns))
    guard info == 0 else { throw LAPACKFailure(routine: "dgesdd", info: Int(info)) }
    return SingularValueDecomposition(
      leftVectors: left, singularValues: values, rightVectorsTransposed: right)
  }

  /// All eigenvalues and eigenvectors of this symmetric matrix by LAPACK `dsyevd`. O(n³).
  public func symmetricEigendecomposition() throws(LAPACKFailure) -> SymmetricEigendecomposition {
    _ = BLAS.oneThread
    precondition(rows == columns)
    guard rows > 0 else { return SymmetricEigendecomposition(values: [], vectors: self) }
    var values = [Double](repeating: 0, count: rows)
    var vectors = elements
    let info = LAPACKE_dsyevd(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), upper, Int32(rows), &vectors, Int32(rows), &values)
    guard info == 0 else { throw LAPACKFailure(routine: "dsyevd", info: Int(info)) }
    // Column-major eigenvectors read row by row are the transposed matrix.
    return SymmetricEigendecomposition(
      values: values, vectors: Matrix(rows: rows, columns: rows, elements: vectors).transposed())
  }

  /// The largest eigenvalue of this symmetric matrix: a floating-point estimate. O(n³).
  public func largestEigenvalue() throws(LAPACKFailure) -> Double {
    _ = BLAS.oneThread
    precondition(rows == columns)
    switch rows {
    case 0: return 0
    case 1: return elements[0]
    case 2:
      let (a, b, d) = (elements[0], elements[1], elements[3])
      let half = (a - d) / 2
      return (a + d) / 2 + (half * half + b * b).squareRoot()
    default:
      var values = [Double](repeating: 0, count: rows)
      var copy = elements
      let info = LAPACKE_dsyev(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "N")), upper, Int32(rows), &copy, Int32(rows), &values)
      guard info == 0 else { throw LAPACKFailure(routine: "dsyev", info: Int(info)) }
      return values[rows - 1]
    }
  }

  /// The inverse by LAPACK `dgetrf` and `dgetri`: an estimate; nil where the matrix is numerically singular. O(n³).
  public func inverse() -> Matrix? {
    _ = BLAS.oneThread
    precondition(rows == columns)
    var result = self
    var pivots = [Int32](repeating: 0, count: rows)
    guard
      LAPACKE_dgetrf(LAPACK_ROW_MAJOR, Int32(rows), Int32(rows), &result.elements, Int32(rows), &pivots) == 0,
      LAPACKE_dgetri(LAPACK_ROW_MAJOR, Int32(rows), &result.elements, Int32(rows), pivots) == 0,
      result.isFinite
    else { return nil }
    return result
  }

  /// R with selfᵀ self = Rᵀ R and at most `rows` rows, so that ‖self · x‖ = ‖R · x‖ for every x:
  /// the triangular factor of a QR decomposition, or self where it has no more rows than columns.
  public func compressingRows() throws(LAPACKFailure) -> Matrix {
    guard rows > columns, columns > 0 else { return self }
    _ = BLAS.oneThread
    var factor = elements
    var tau = [Double](repeating: 0, count: columns)
    let info = LAPACKE_dgeqrf(
      LAPACK_ROW_MAJOR, Int32(rows), Int32(columns), &factor, Int32(columns), &tau)
    guard info == 0 else { throw LAPACKFailure(routine: "dgeqrf", info: Int(info)) }
    return Matrix(rows: columns, columns: columns) { $1 >= $0 ? factor[$0 * columns + $1] : 0 }
  }
}

/// Dense symmetric positive definite kernels in place, for inner loops that own their storage.
/// Matrices are n × n, both triangles stored.
public enum PositiveDefinite {
  /// Overwrites `a` by its Cholesky factor (in one triangle); false where `a` is not numerically definite.
  public static func factor(_ a: inout [Double], size: Int) -> Bool {
    _ = BLAS.oneThread
    guard size > 0 else { return true }
    guard LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, upper, Int32(size), &a, Int32(size)) == 0 else {
      return false
    }
    // Some builds let NaN through.
    return (0..<size).allSatisfy { a[$0 * (size + 1)] > 0 && a[$0 * (size + 1)].isFinite }
  }

  /// Σ log of the squared diagonal of a factor: the log-determinant of the factored matrix.
  public static func logDeterminant(factor: [Double], size: Int) -> Double {
    var sum = 0.0
    var i = 0
    while i < size * size {
      sum += _log(factor[i])
      i += size + 1
    }
    return 2 * sum
  }

  /// Overwrites a Cholesky factor by the full inverse of the factored matrix.
  public static func invert(factor: inout [Double], size: Int) {
    guard size > 0 else { return }
    _ = LAPACKE_dpotri_work(LAPACK_COL_MAJOR, upper, Int32(size), &factor, Int32(size))
    factor.withUnsafeMutableBufferPointer { a in
      // Column-major upper: entry (i, j), i ≤ j, stands at j * size + i. Copy it to (j, i).
      for j in 0..<size {
        for i in 0..<j { a[i * size + j] = a[j * size + i] }
      }
    }
  }

  /// Overwrites `vector` by the solution of (factored matrix) x = vector.
  public static func solve(factor: [Double], size: Int, _ vector: inout [Double]) {
    guard size > 0 else { return }
    _ = LAPACKE_dpotrs_work(
      LAPACK_COL_MAJOR, upper, Int32(size), 1, factor, Int32(size), &vector, Int32(size))
  }

  /// Overwrites every row of `block` (rows × size) by L⁻¹ · row, where L Lᵀ is the factored matrix:
  /// afterwards block · blockᵀ = B (L Lᵀ)⁻¹ Bᵀ.
  public static func solveTriangular(factor: [Double], size: Int, rows block: inout [Double], count: Int) {
    guard size > 0, count > 0 else { return }
    // Row-major lower triangle of the symmetric storage is the column-major upper one: L = Uᵀ.
    cblas_dtrsm(
      CblasColMajor, CblasLeft, CblasUpper, CblasTrans, CblasNonUnit, Int32(size), Int32(count), 1,
      factor, Int32(size), &block, Int32(size))
  }
}
