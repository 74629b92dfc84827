import BigInt
import ExactArithmetic

/// A matrix of integers over one positive denominator.
struct IntegerMatrix: Sendable {
  let rows: Int
  let columns: Int
  /// Row-major.
  let elements: [BigInt]
  let denominator: BigInt

  subscript(row: Int, column: Int) -> BigInt { elements[row * columns + column] }

  func transposed() -> IntegerMatrix {
    IntegerMatrix(
      rows: columns, columns: rows,
      elements: (0..<columns).flatMap { j in (0..<rows).map { self[$0, j] } }, denominator: denominator)
  }

  /// ‖W‖_F².
  var squaredFrobeniusNorm: Rational {
    Rational(elements.reduce(BigInt(0)) { $0 + $1 * $1 }, denominator * denominator)
  }

  /// This matrix times another.
  static func * (a: IntegerMatrix, b: IntegerMatrix) -> IntegerMatrix {
    var product = [BigInt](repeating: 0, count: a.rows * b.columns)
    for i in 0..<a.rows {
      for k in 0..<a.columns where !a.elements[i * a.columns + k].isZero {
        for j in 0..<b.columns where !b.elements[k * b.columns + j].isZero {
          product[i * b.columns + j] += a.elements[i * a.columns + k] * b.elements[k * b.columns + j]
        }
      }
    }
    return IntegerMatrix(
      rows: a.rows, columns: b.columns, elements: product, denominator: a.denominator * b.denominator)
  }
}

extension IntegerMatrix {
  init(_ layer: ExactNetwork.Layer) {
    self.init(
      rows: layer.rows, columns: layer.columns, elements: layer.weights, denominator: layer.denominator)
  }
}
