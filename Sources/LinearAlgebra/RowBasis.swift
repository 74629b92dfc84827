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

  /// Takes off the vector's share in the basis, twice: classical Gram-Schmidt is then as good as the roundings allow.
  func orthogonalize(_ vector: inout [Double]) {
    guard count > 0 else { return }
    var shares = [Double](repeating: 0, count: count)
    BLAS.onAllCores(operations: elements.count) {
      for _ in 0..<2 {
        cblas_dgemv(
          CblasRowMajor, CblasNoTrans, Int32(count), Int32(length), 1, elements, Int32(length), vector, 1, 0,
          &shares, 1)
        cblas_dgemv(
          CblasRowMajor, CblasTrans, Int32(count), Int32(length), -1, elements, Int32(length), shares, 1, 1,
          &vector, 1)
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
