public import BigInt

/// A matrix of exact numbers with one common power of two: entry (i, j) is `elements[i * columns + j]` · 2^exponent.
public struct ScaledIntegerMatrix: Sendable {
  public let rows: Int
  public let columns: Int
  public private(set) var elements: [BigInt]
  public let exponent: Int

  public init(rows: Int, columns: Int, elements: [BigInt], exponent: Int) {
    precondition(elements.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.elements = elements
    self.exponent = exponent
  }

  /// The matrix of these finite doubles, exactly.
  public init(rows: Int, columns: Int, doubles: [Double]) {
    let numbers = doubles.map { Dyadic($0) }
    let exponent = numbers.lazy.filter { !$0.isZero }.map(\.exponent).min() ?? 0
    self.init(
      rows: rows, columns: columns, elements: numbers.map { $0.scaled(to: exponent) }, exponent: exponent)
  }

  public subscript(row: Int, column: Int) -> Dyadic {
    Dyadic(mantissa: elements[row * columns + column], exponent: exponent)
  }

  public func isZeroRow(_ row: Int, columns count: Int) -> Bool {
    (0..<count).allSatisfy { elements[row * columns + $0].isZero }
  }

  public static func * (a: ScaledIntegerMatrix, b: ScaledIntegerMatrix) -> ScaledIntegerMatrix {
    precondition(a.columns == b.rows)
    let rows = RowCombinations(
      (0..<b.rows).map { k in
        (0..<b.columns).map { (column: $0, value: b.elements[k * b.columns + $0]) }
          .filter { !$0.value.isZero }
      }, width: b.columns, weightBits: a.elements.largestBitWidth)
    let product = (0..<a.rows).flatMap { i in
      rows.sum((0..<a.columns).map { (row: $0, weight: a.elements[i * a.columns + $0]) })
    }
    return ScaledIntegerMatrix(
      rows: a.rows, columns: b.columns, elements: product, exponent: a.exponent + b.exponent)
  }

  /// Row i times `factors[i]`.
  public func scalingRows(by factors: [Double]) -> ScaledIntegerMatrix {
    precondition(factors.count == rows)
    let exact = factors.map { Dyadic($0) }
    let step = Swift.min(0, exact.lazy.filter { !$0.isZero }.map(\.exponent).min() ?? 0)
    let integers = exact.map { $0.scaled(to: step) }
    var scaled = elements
    for i in 0..<rows {
      for j in 0..<columns {
        scaled[i * columns + j] =
          integers[i].isZero
          ? 0 : integers[i] == 1 ? scaled[i * columns + j] : scaled[i * columns + j] * integers[i]
      }
    }
    return ScaledIntegerMatrix(rows: rows, columns: columns, elements: scaled, exponent: exponent + step)
  }

  /// This matrix plus `numbers` in its last column.
  public func addingToLastColumn(_ numbers: [Double]) -> ScaledIntegerMatrix {
    precondition(numbers.count == rows)
    let exact = numbers.map { Dyadic($0) }
    let common = Swift.min(exponent, exact.lazy.filter { !$0.isZero }.map(\.exponent).min() ?? exponent)
    let shift = exponent - common
    var result = shift == 0 ? elements : elements.map { $0 << shift }
    for i in 0..<rows { result[i * columns + columns - 1] += exact[i].scaled(to: common) }
    return ScaledIntegerMatrix(rows: rows, columns: columns, elements: result, exponent: common)
  }

  /// Each row's inner product with the vector.
  public func times(_ vector: [Dyadic]) -> [Dyadic] {
    precondition(vector.count == columns)
    return (0..<rows).map { i in
      (0..<columns).reduce(Dyadic.zero) {
        elements[i * columns + $1].isZero ? $0 : $0 + self[i, $1] * vector[$1]
      }
    }
  }

  /// Nearest doubles (truncated), for use where the exact matrix was formed only to know which entries vanish.
  public var approximation: [Double] {
    elements.map { Dyadic(mantissa: $0, exponent: exponent).truncated }
  }
}
