public import BigInt

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
    while let pivot = rest.firstIndex(where: { $0.signum > 0 }) {
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

  /// Whether this symmetric matrix is L diag(d) Lᵀ: compared in integers over a common denominator. O(n² r).
  func isProduct(factor: RationalMatrix, pivots: [Rational]) -> Bool {
    let columns = pivots.indices.map { k in factor.column(k).overCommonDenominator }
    let weights = zip(pivots, columns).map { $0 / Rational($1.denominator * $1.denominator) }
    let denominator = weights.reduce(commonDenominator) { leastCommonMultiple($0, $1.denominator) }
    let integerWeights = weights.map { $0.numerator * (denominator / $0.denominator) }
    for i in 0..<rows {
      let weighted = pivots.indices.map { integerWeights[$0] * columns[$0].numerators[i] }
      for j in 0...i {
        var sum = BigInt(0)
        for k in pivots.indices where !weighted[k].isZero { sum += weighted[k] * columns[k].numerators[j] }
        let entry = self[i, j]
        guard entry.numerator * (denominator / entry.denominator) == sum else { return false }
      }
    }
    return true
  }

  func column(_ index: Int) -> [Rational] { (0..<rows).map { self[$0, index] } }
}

extension Array where Element == Rational {
  /// The numbers as integers over their least common denominator.
  public var overCommonDenominator: (numerators: [BigInt], denominator: BigInt) {
    let denominator = reduce(BigInt(1)) {
      $1.denominator == 1 ? $0 : leastCommonMultiple($0, $1.denominator)
    }
    return (map { $0.numerator * (denominator / $0.denominator) }, denominator)
  }
}
