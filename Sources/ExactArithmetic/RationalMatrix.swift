public import BigInt

/// A dense matrix of fractions, row by row.
public struct RationalMatrix: Sendable, Hashable {
  public let rows: Int
  public let columns: Int
  /// Entry (i, j) stands at `i * columns + j`.
  public var elements: [Rational]

  public init(rows: Int, columns: Int, elements: [Rational]) {
    precondition(rows >= 0 && columns >= 0 && elements.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  public init(rows: Int, columns: Int, _ entry: (_ row: Int, _ column: Int) -> Rational) {
    var elements: [Rational] = []
    elements.reserveCapacity(rows * columns)
    for i in 0..<rows { for j in 0..<columns { elements.append(entry(i, j)) } }
    self.init(rows: rows, columns: columns, elements: elements)
  }

  public subscript(row: Int, column: Int) -> Rational {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  public func row(_ index: Int) -> ArraySlice<Rational> {
    elements[index * columns..<(index + 1) * columns]
  }

  public func transposed() -> RationalMatrix { RationalMatrix(rows: columns, columns: rows) { self[$1, $0] } }

  public static func * (a: RationalMatrix, b: RationalMatrix) -> RationalMatrix {
    precondition(a.columns == b.rows)
    var product = RationalMatrix(rows: a.rows, columns: b.columns) { _, _ in 0 }
    for i in 0..<a.rows {
      for k in 0..<a.columns where !a[i, k].isZero {
        for j in 0..<b.columns where !b[k, j].isZero { product[i, j] += a[i, k] * b[k, j] }
      }
    }
    return product
  }

  /// The least common multiple of the entries' denominators.
  public var commonDenominator: BigInt {
    elements.reduce(1) { $1.denominator == 1 ? $0 : leastCommonMultiple($0, $1.denominator) }
  }

  /// Whether entry (i, j) equals entry (j, i) everywhere.
  public var isSymmetric: Bool {
    rows == columns && (0..<rows).allSatisfy { i in (0..<i).allSatisfy { self[i, $0] == self[$0, i] } }
  }
}

/// The least common multiple of two positive integers.
public func leastCommonMultiple(_ a: BigInt, _ b: BigInt) -> BigInt {
  a / a.greatestCommonDivisor(with: b) * b
}

/// Whether a symmetric matrix is positive semidefinite, with the evidence.
public enum SemidefiniteFactorization: Sendable {
  /// H = L diag(d) Lᵀ with d > 0: columns of L (n × rank), and d.
  case semidefinite(factor: RationalMatrix, pivots: [Rational])
  /// A vector v with vᵀ H v < 0.
  case indefinite(direction: [Rational])
}

extension RationalMatrix {
  /// H = L D Lᵀ of this symmetric matrix by symmetric Gaussian elimination with diagonal pivots, exactly; singular
  /// matrices are decided, too. O(n³) fraction operations; O(n r²) and O(n² r) integer ones where
  /// the rank r is low.
  public func semidefiniteFactorization() -> SemidefiniteFactorization {
    precondition(isSymmetric)
    let n = rows
    if let (factor, pivots) = lowRankFactorization(limit: min(32, n / 4)),
      isProduct(factor: factor, pivots: pivots)
    {
      return .semidefinite(factor: factor, pivots: pivots)
    }
    var rest = self
    var columnsOfL: [[Rational]] = []
    var pivots: [Rational] = []
    var pivotRows: [Int] = []
    var open = Array(0..<n)
    // A vector of the eliminated matrix belongs to v of the first one by back substitution: v has Lᵀ v = 0 in the
    // eliminated coordinates.
    func lifted(_ v: [Rational]) -> [Rational] {
      var v = v
      for (column, pivot) in zip(columnsOfL, pivotRows).reversed() {
        var sum: Rational = 0
        for i in 0..<n where i != pivot && !column[i].isZero && !v[i].isZero { sum += column[i] * v[i] }
        v[pivot] = -sum
      }
      return v
    }
    func unit(_ entries: [(Int, Rational)]) -> [Rational] {
      var v = [Rational](repeating: 0, count: n)
      for (i, value) in entries { v[i] = value }
      return v
    }
    while !open.isEmpty {
      if let bad = open.first(where: { rest[$0, $0].signum < 0 }) {
        return .indefinite(direction: lifted(unit([(bad, 1)])))
      }
      guard let pivot = open.first(where: { rest[$0, $0].signum > 0 }) else {
        for i in open {
          for j in open where j > i && !rest[i, j].isZero {
            // The 2 × 2 block [[0, a], [a, 0]] takes the value -2|a| at (1, ∓1).
            return .indefinite(direction: lifted(unit([(i, 1), (j, Rational(-rest[i, j].signum))])))
          }
        }
        break
      }
      let value = rest[pivot, pivot]
      var column = [Rational](repeating: 0, count: n)
      for i in open { column[i] = rest[i, pivot] / value }
      open.removeAll { $0 == pivot }
      for i in open where !column[i].isZero {
        for j in open where !rest[pivot, j].isZero { rest[i, j] -= column[i] * rest[pivot, j] }
      }
      columnsOfL.append(column)
      pivots.append(value)
      pivotRows.append(pivot)
    }
    let factor = RationalMatrix(rows: n, columns: columnsOfL.count) { columnsOfL[$1][$0] }
    return .semidefinite(factor: factor, pivots: pivots)
  }
}
