import ExactArithmetic
import LinearAlgebra

/// factor · op(A) op(B) + biasFactor · C, each of A and B transposed or not: Gemm; without C, of batches that broadcast: MatMul.
///
/// A tensor's last two axes are those of its matrices; one axis alone is a row on the left, a column on the right.
public struct MatrixProduct: BilinearOperator {
  public let name: String
  public let factor: Double
  public let biasFactor: Double
  public let transposesFirst: Bool
  public let transposesSecond: Bool

  public init(
    factor: Double = 1, biasFactor: Double = 1, transposesFirst: Bool = false, transposesSecond: Bool = false,
    name: String = "MatMul"
  ) {
    self.factor = factor
    self.biasFactor = biasFactor
    self.transposesFirst = transposesFirst
    self.transposesSecond = transposesSecond
    self.name = name
  }

  /// The arguments as batches of matrices.
  private struct Layout {
    /// Of the stored matrices.
    let first: (rows: Int, columns: Int)
    let second: (rows: Int, columns: Int)
    let rows: Int
    let inner: Int
    let columns: Int
    /// Of batches; the value's.
    let batch: [Int]
    let firstBatch: [Int]
    let secondBatch: [Int]
    /// The value's.
    let shape: [Int]
  }

  private func layout(_ a: [Int], _ b: [Int]) -> Layout? {
    guard !a.isEmpty, !b.isEmpty else { return nil }
    let isRow = a.count == 1
    let isColumn = b.count == 1
    let (left, right) = (isRow ? [1] + a : a, isColumn ? b + [1] : b)
    let first = (rows: left[left.count - 2], columns: left[left.count - 1])
    let second = (rows: right[right.count - 2], columns: right[right.count - 1])
    let (rows, inner) = transposesFirst ? (first.columns, first.rows) : first
    let (other, columns) = transposesSecond ? (second.columns, second.rows) : second
    let (firstBatch, secondBatch) = (Array(left.dropLast(2)), Array(right.dropLast(2)))
    guard inner == other, let batch = Broadcasting.shape(of: [firstBatch, secondBatch]) else { return nil }
    return Layout(
      first: first, second: second, rows: rows, inner: inner, columns: columns, batch: batch,
      firstBatch: firstBatch, secondBatch: secondBatch,
      shape: batch + (isRow ? [] : [rows]) + (isColumn ? [] : [columns]))
  }

  private func accepted(_ a: [Int], _ b: [Int]) -> Layout {
    guard let layout = layout(a, b) else { preconditionFailure("shapes that were accepted") }
    return layout
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    guard (2...3).contains(arguments.count), let layout = layout(arguments[0], arguments[1]),
      arguments.count == 2 || Broadcasting.shape(of: [arguments[2], layout.shape]) == layout.shape,
      [layout.rows, layout.inner, layout.columns].allSatisfy({ $0 <= Int(Int32.max) })
    else {
      throw GraphError("\(name) of shapes \(arguments.map { "\($0)" }.joined(separator: " and "))")
    }
    return layout.shape
  }

  private static func matrix(_ tensor: Tensor, _ size: (rows: Int, columns: Int), _ index: Int) -> Matrix {
    let count = size.rows * size.columns
    let elements =
      count == tensor.elements.count
      ? tensor.elements : Array(tensor.elements[index * count..<(index + 1) * count])
    return Matrix(rows: size.rows, columns: size.columns, elements: elements)
  }

  public func product(_ x: Tensor, _ w: Tensor) -> Tensor {
    let layout = accepted(x.shape, w.shape)
    // All vectors of a batch by one matrix are one product.
    if layout.secondBatch.isEmpty, !transposesFirst {
      let rows = layout.batch.reduce(1, *) * layout.rows
      let left = Matrix(rows: rows, columns: layout.inner, elements: x.elements)
      let right = Self.matrix(w, layout.second, 0)
      return Tensor(shape: layout.shape, elements: scaled(times(left, false, right, transposesSecond)))
    }
    let firsts = Broadcasting(layout.firstBatch, to: layout.batch).indices
    let seconds = Broadcasting(layout.secondBatch, to: layout.batch).indices
    var elements: [Double] = []
    elements.reserveCapacity(layout.shape.reduce(1, *))
    for (first, second) in zip(firsts, seconds) {
      elements += times(
        Self.matrix(x, layout.first, first), transposesFirst, Self.matrix(w, layout.second, second),
        transposesSecond)
    }
    return Tensor(shape: layout.shape, elements: scaled(elements))
  }

  /// One row or column alone by the faster product of a matrix and a vector.
  private func times(_ left: Matrix, _ transposesLeft: Bool, _ right: Matrix, _ transposesRight: Bool)
    -> [Double]
  {
    if left.rows == 1, !transposesLeft, right.rows > 0, right.columns > 0 {
      return transposesRight ? right.apply(left.elements) : right.applyTransposed(left.elements)
    }
    return Matrix.product(left, transposed: transposesLeft, right, transposed: transposesRight).elements
  }

  private func scaled(_ elements: [Double]) -> [Double] {
    factor == 1 ? elements : elements.map { $0 * factor }
  }

  /// With Y = A B: A' = Y' Bᵀ and B' = Aᵀ Y', summed over copies.
  public func transposedProduct(_ argument: Int, of shape: [Int], _ other: Tensor, cotangent: Tensor)
    -> Tensor
  {
    let layout = argument == 0 ? accepted(shape, other.shape) : accepted(other.shape, shape)
    let firsts = Broadcasting(layout.firstBatch, to: layout.batch).indices
    let seconds = Broadcasting(layout.secondBatch, to: layout.batch).indices
    var result = Tensor(repeating: 0, shape: shape)
    let own = argument == 0 ? layout.first : layout.second
    let size = own.rows * own.columns
    for (index, (first, second)) in zip(firsts, seconds).enumerated() {
      let y = Self.matrix(cotangent, (layout.rows, layout.columns), index)
      let part: [Double]
      if argument == 0 {
        let b = Self.matrix(other, layout.second, second)
        part =
          transposesFirst
          ? times(b, transposesSecond, y, true) : times(y, false, b, !transposesSecond)
      } else {
        let a = Self.matrix(other, layout.first, first)
        part =
          transposesSecond ? times(y, true, a, transposesFirst) : times(a, !transposesFirst, y, false)
      }
      let start = (argument == 0 ? first : second) * size
      for k in 0..<size { result.elements[start + k] += factor * part[k] }
    }
    return result
  }

  /// √copies times the largest norm of the other's matrices.
  public func norm(_ argument: Int, of shape: [Int], _ other: Tensor) -> LipschitzFactor {
    norm(argument, of: shape, other) { NormBound.upper($0) }
  }

  public func norm(_ argument: Int, of shape: [Int], magnitudes other: Tensor) -> LipschitzFactor {
    norm(argument, of: shape, other) {
      LipschitzFactor(.above($0.frobeniusNormUpperBound()), .upper, method: "Frobenius norm of magnitudes")
    }
  }

  private func norm(
    _ argument: Int, of shape: [Int], _ other: Tensor, _ bound: (Matrix) -> LipschitzFactor
  ) -> LipschitzFactor {
    let layout = argument == 0 ? accepted(shape, other.shape) : accepted(other.shape, shape)
    let (own, batch, size) =
      argument == 0
      ? (layout.firstBatch, layout.secondBatch, layout.second)
      : (layout.secondBatch, layout.firstBatch, layout.first)
    let bounds = (0..<batch.reduce(1, *)).map { bound(Self.matrix(other, size, $0)) }
    guard let largest = bounds.max(by: { $0.value.value < $1.value.value }) else {
      return LipschitzFactor(.zero, .exact, method: "empty")
    }
    let factor = Rational(finite: abs(factor)).map(UpperNumber.exact) ?? .infinity
    return LipschitzFactor(
      largest.value * factor * Broadcasting(own, to: layout.batch).norm, .upper, method: largest.method)
  }

  public func terms(_ arguments: [[Int]]) -> Int { accepted(arguments[0], arguments[1]).inner }

  public func biasShape(_ shape: [Int], _ value: [Int]) -> [Int] { shape }

  /// Bᵀ on each row of A; A on B where that is one column.
  public func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap? {
    if argument == 2 { return biasMap(arguments) }
    let layout = accepted(arguments[0].shape, arguments[1].shape)
    guard let other = arguments[1 - argument].value else { return nil }
    if argument == 0, layout.secondBatch.isEmpty, !transposesFirst {
      let matrix = Self.matrix(other, layout.second, 0)
      return .dense(scaled(transposesSecond ? matrix : matrix.transposed()))
    }
    if argument == 1, layout.firstBatch.isEmpty, layout.columns == 1 {
      let matrix = Self.matrix(other, layout.first, 0)
      return .dense(scaled(transposesFirst ? matrix.transposed() : matrix))
    }
    return nil
  }

  private func scaled(_ matrix: Matrix) -> Matrix { factor == 1 ? matrix : matrix * factor }
}
