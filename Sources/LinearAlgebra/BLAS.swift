import COpenBLAS

/// A LAPACK routine reported failure: its name and its raw `info` code.
public struct LAPACKFailure: Error, CustomStringConvertible, Sendable {
  public let routine: String
  public let info: Int
  public var description: String { "LAPACK \(routine) failed with code \(info)" }
}

/// Process-wide facts of the BLAS in use.
public enum BLAS {
  /// One thread: spinning worker threads make small decompositions slower by a factor of ten or more on a
  /// shared machine, and last digits would depend on the number of cores.
  static let oneThread: Void = openblas_set_num_threads(1)

  /// Multiplications from which waking other cores pays.
  static let worthwhile = 2_000_000

  /// Calls routines of BLAS or LAPACK, with all cores where they are large.
  static func onAllCores<Result, Failure: Error>(
    operations: Int = .max, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    _ = oneThread
    guard operations >= worthwhile else { return try body() }
    let before = openblas_get_num_threads()
    openblas_set_num_threads(Int32(openblas_get_num_procs()))
    defer { openblas_set_num_threads(before) }
    return try body()
  }

  /// Calls what calls routines from several threads itself.
  static func onOneCore(_ body: () -> Void) {
    let before = openblas_get_num_threads()
    openblas_set_num_threads(1)
    defer { openblas_set_num_threads(before) }
    body()
  }

  /// OpenBLAS's own description of its build, for `--version` and bug reports.
  public static var configuration: String { String(cString: openblas_get_config()) }
}

let upper = CChar(UInt8(ascii: "U"))

extension Matrix {
  /// The matrix product, by BLAS `dgemm`.
  public static func * (left: Matrix, right: Matrix) -> Matrix {
    product(left, transposed: false, right, transposed: false)
  }

  /// op(left) · op(right), each transposed or not. O(mnk).
  public static func product(
    _ left: Matrix, transposed leftTransposed: Bool, _ right: Matrix, transposed rightTransposed: Bool
  ) -> Matrix {
    _ = BLAS.oneThread
    let m = leftTransposed ? left.columns : left.rows
    let inner = leftTransposed ? left.rows : left.columns
    let n = rightTransposed ? right.rows : right.columns
    precondition(inner == (rightTransposed ? right.columns : right.rows), "product: inner dimensions differ")
    guard m > 0, n > 0, inner > 0 else { return Matrix(rows: m, columns: n) }
    let elements = [Double](unsafeUninitializedCapacity: m * n) { buffer, count in
      cblas_dgemm(
        CblasRowMajor, leftTransposed ? CblasTrans : CblasNoTrans,
        rightTransposed ? CblasTrans : CblasNoTrans,
        Int32(m), Int32(n), Int32(inner), 1, left.elements, Int32(left.columns),
        right.elements, Int32(right.columns), 0, buffer.baseAddress, Int32(n))
      count = m * n
    }
    return Matrix(rows: m, columns: n, elements: elements)
  }

  public static func * (left: Matrix, vector: [Double]) -> [Double] {
    precondition(left.columns == vector.count)
    return (0..<left.rows).map { i in dot(left.row(i), vector[...]) }
  }

  /// selfᵀ · vector.
  public func transposeTimes(_ vector: [Double]) -> [Double] {
    precondition(rows == vector.count)
    var result = [Double](repeating: 0, count: columns)
    for i in 0..<rows where vector[i] != 0 {
      let factor = vector[i]
      for (j, entry) in row(i).enumerated() { result[j] += factor * entry }
    }
    return result
  }

  /// W x or Wᵀ x by BLAS `dgemv`.
  func multiply(_ vector: [Double], transposed: Bool) -> [Double] {
    precondition(vector.count == (transposed ? rows : columns))
    let size = transposed ? columns : rows
    guard rows > 0, columns > 0 else { return [Double](repeating: 0, count: size) }
    return BLAS.onAllCores(operations: rows * columns) {
      [Double](unsafeUninitializedCapacity: size) { buffer, count in
        cblas_dgemv(
          CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), 1, elements,
          Int32(columns), vector, 1, 0, buffer.baseAddress, 1)
        count = size
      }
    }
  }

  /// The smaller of W Wᵀ and Wᵀ W: both have the squared singular values of W.
  public func gram() -> Matrix {
    rows <= columns
      ? Matrix.product(self, transposed: false, self, transposed: true)
      : Matrix.product(self, transposed: true, self, transposed: false)
  }
}

/// The inner product Σ aᵢ bᵢ.
public func dot(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
  precondition(a.count == b.count)
  var sum = 0.0
  var j = b.startIndex
  for i in a.indices {
    sum += a[i] * b[j]
    j += 1
  }
  return sum
}

/// The Euclidean norm.
public func norm(_ vector: [Double]) -> Double { dot(vector[...], vector[...]).squareRoot() }
