extension RationalMatrix {
  /// H = L D Lᵀ of this positive semidefinite matrix where its rank is at most `limit`; nil where it is larger.
  ///
  /// Pivots are taken from what is left of the diagonal, and only their columns are formed: a semidefinite matrix whose
  /// diagonal is zero is zero. That H is semidefinite is not checked. O(n r²) fraction operations.
  public func lowRankFactorization(limit: Int) -> (factor: RationalMatrix, pivots: [Rational])? {
    let n = rows
    var columnsOfL: [[Rational]] = []
    var pivots: [Rational] = []
    var rest = (0..<n).map { self[$0, $0] }
    while let pivot = rest.indices.max(by: { rest[$0] < rest[$1] }), rest[pivot].signum > 0 {
      guard pivots.count < limit else { return nil }
      let value = rest[pivot]
      let column = (0..<n).map { i in
        var entry = self[i, pivot]
        for (column, value) in zip(columnsOfL, pivots) where !column[i].isZero && !column[pivot].isZero {
          entry -= value * column[i] * column[pivot]
        }
        return entry / value
      }
      for i in 0..<n where !column[i].isZero { rest[i] -= value * column[i] * column[i] }
      columnsOfL.append(column)
      pivots.append(value)
    }
    return (RationalMatrix(rows: n, columns: pivots.count) { columnsOfL[$1][$0] }, pivots)
  }
}
