import COpenBLAS

/// Orthonormal vectors, one after the other in one array, for iterations that must stay orthogonal to all of them.
struct RowBasis {
  let length: Int
  private(set) var elements: [Double] = []
  var count: Int { length == 0 ? 0 : elements.count / length }

  init(length: Int) { self.length = length }

  init(_ rows: Matrix) {
    length = rows.columns
    elements = rows.elements
  }

  mutating func append(_ vector: [Double]) {
    precondition(vector.count == length)
    elements += vector
  }

  subscript(index: Int) -> [Double] { Array(elements[index * length..<(index + 1) * length]) }

  /// Takes off the vector's share in the basis, by classical Gram-Schmidt; once more where that left little of it, which is as good as
  /// the roundings allow.
  func orthogonalize(_ vector: inout [Double]) {
    guard count > 0 else { return }
    var shares = [Double](repeating: 0, count: count)
    var before = dot(vector[...], vector[...])
    BLAS.onAllCores(operations: elements.count) {
      for _ in 0..<3 {
        cblas_dgemv(
          CblasRowMajor, CblasNoTrans, Int32(count), Int32(length), 1, elements, Int32(length), vector, 1, 0,
          &shares, 1)
        subtract(shares, from: &vector)
        let after = dot(vector[...], vector[...])
        if after > before / 2 { break }
        before = after
      }
    }
  }

  /// Takes off a combination of the first vectors of the basis.
  func subtract(_ shares: [Double], from vector: inout [Double]) {
    let start = shares.firstIndex { $0 != 0 } ?? shares.count
    guard start < shares.count else { return }
    let count = shares.count - start
    BLAS.onAllCores(operations: count * length) {
      elements.withUnsafeBufferPointer { elements in
        shares.withUnsafeBufferPointer { shares in
          guard let basis = elements.baseAddress, let shares = shares.baseAddress else { return }
          cblas_dgemv(
            CblasRowMajor, CblasTrans, Int32(count), Int32(length), -1, basis + start * length,
            Int32(length), shares + start, 1, 1, &vector, 1)
        }
      }
    }
  }

  /// combination · basis: the rows of a smaller matrix times this one.
  func combined(_ combination: Matrix) -> Matrix {
    Matrix.product(
      combination, transposed: false, Matrix(rows: count, columns: length, elements: elements),
      transposed: false)
  }
}

/// Makes a vector's length one and returns what it was; leaves zero alone. Neither overflows nor underflows.
func normalize(_ vector: inout [Double]) -> Double {
  let scale = vector.reduce(0) { max($0, abs($1)) }
  guard scale > 0, scale.isFinite else { return scale }
  var squares = 0.0
  for index in vector.indices {
    vector[index] /= scale
    squares += vector[index] * vector[index]
  }
  let length = squares.squareRoot()
  for index in vector.indices { vector[index] /= length }
  return scale * length
}
