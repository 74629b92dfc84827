/// A dense real matrix, stored row by row.
///
/// Dimension errors are programmer mistakes and trap; numerical failure throws.
public struct Matrix: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  /// The entries, row-major: entry (i, j) stands at `i * columns + j`.
  public var elements: [Double]

  public init(rows: Int, columns: Int, elements: [Double]) {
    precondition(rows >= 0 && columns >= 0 && elements.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// The zero matrix.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, elements: [Double](repeating: 0, count: rows * columns))
  }

  public init(rows: Int, columns: Int, _ entry: (_ row: Int, _ column: Int) -> Double) {
    var elements: [Double] = []
    elements.reserveCapacity(rows * columns)
    for i in 0..<rows { for j in 0..<columns { elements.append(entry(i, j)) } }
    self.init(rows: rows, columns: columns, elements: elements)
  }

  /// The matrix with these rows, which must have equal lengths; at least one row.
  public init(_ rows: [[Double]]) {
    precondition(!rows.isEmpty && rows.allSatisfy { $0.count == rows[0].count })
    self.init(rows: rows.count, columns: rows[0].count, elements: rows.flatMap { $0 })
  }

  public static func identity(_ size: Int) -> Matrix { diagonal([Double](repeating: 1, count: size)) }

  public static func diagonal(_ entries: [Double]) -> Matrix {
    var result = Matrix(rows: entries.count, columns: entries.count)
    for (i, entry) in entries.enumerated() { result.elements[i * entries.count + i] = entry }
    return result
  }

  @inlinable
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  public func row(_ index: Int) -> ArraySlice<Double> {
    elements[index * columns..<(index + 1) * columns]
  }

  public func column(_ index: Int) -> [Double] { (0..<rows).map { self[$0, index] } }

  public func transposed() -> Matrix { Matrix(rows: columns, columns: rows) { self[$1, $0] } }

  /// D · self with D the diagonal matrix of `factors`.
  public func scalingRows(by factors: [Double]) -> Matrix {
    precondition(factors.count == rows)
    return Matrix(rows: rows, columns: columns) { factors[$0] * self[$0, $1] }
  }

  /// self · D with D the diagonal matrix of `factors`.
  public func scalingColumns(by factors: [Double]) -> Matrix {
    precondition(factors.count == columns)
    return Matrix(rows: rows, columns: columns) { self[$0, $1] * factors[$1] }
  }

  /// The entrywise absolute values.
  public var magnitudes: Matrix { Matrix(rows: rows, columns: columns, elements: elements.map { abs($0) }) }

  public func selecting(rows indices: [Int]) -> Matrix {
    Matrix(rows: indices.count, columns: columns) { self[indices[$0], $1] }
  }

  public func selecting(columns indices: [Int]) -> Matrix {
    Matrix(rows: rows, columns: indices.count) { self[$0, indices[$1]] }
  }

  public var isZero: Bool { elements.allSatisfy { $0 == 0 } }
  public var isFinite: Bool { elements.allSatisfy(\.isFinite) }

  public static func * (left: Matrix, factor: Double) -> Matrix {
    Matrix(rows: left.rows, columns: left.columns, elements: left.elements.map { $0 * factor })
  }

  public static func + (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.rows == right.rows && left.columns == right.columns)
    return Matrix(
      rows: left.rows, columns: left.columns,
      elements: zip(left.elements, right.elements).map { $0 + $1 })
  }
}
