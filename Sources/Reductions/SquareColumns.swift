import BigInt
import ExactArithmetic

/// Rational factors of semidefinite matrices without square roots: every nonnegative rational is a sum of at most four
/// rational squares (Lagrange), since p/q = pq/q².
enum SquareColumns {
  /// Rationals whose squares sum to a nonnegative number.
  static func squares(_ number: Rational) -> [Rational] {
    fourSquares(number.numerator * number.denominator).map { Rational($0, number.denominator) }
  }

  /// G with H = G Gᵀ, n × columns, for H that is positive semidefinite.
  ///
  /// Diagonally dominant H: columns a(e_i ± e_j) for every pair and a e_i for what the diagonal has left, so that
  /// integers stay integers. Any other H: the columns of L in H = L D Lᵀ times the squares of the pivots.
  static func factor(_ h: RationalMatrix) -> RationalMatrix? {
    let columns = dominantColumns(h) ?? eliminationColumns(h)
    return columns.map { columns in
      RationalMatrix(rows: h.rows, columns: columns.count) { columns[$1].entry($0) }
    }
  }

  /// A column of G with few nonzero entries, or a dense one.
  private enum Column {
    case sparse(i: Int, Rational, j: Int, Rational)
    case dense([Rational])

    func entry(_ row: Int) -> Rational {
      switch self {
      case .sparse(let i, let a, let j, let b): row == i ? a : row == j ? b : 0
      case .dense(let entries): entries[row]
      }
    }
  }

  private static func dominantColumns(_ h: RationalMatrix) -> [Column]? {
    let n = h.rows
    var columns: [Column] = []
    var rest = (0..<n).map { h[$0, $0] }
    for i in 0..<n {
      for j in 0..<i where !h[i, j].isZero {
        rest[i] -= h[i, j].magnitude
        rest[j] -= h[i, j].magnitude
      }
    }
    guard rest.allSatisfy({ $0.signum >= 0 }) else { return nil }
    for i in 0..<n {
      for j in i + 1..<n where !h[i, j].isZero {
        let sign = Rational(h[i, j].signum)
        columns += squares(h[i, j].magnitude).map { .sparse(i: i, $0, j: j, sign * $0) }
      }
    }
    for i in 0..<n { columns += squares(rest[i]).map { .sparse(i: i, $0, j: i, 0) } }
    return columns
  }

  private static func eliminationColumns(_ h: RationalMatrix) -> [Column]? {
    guard case .semidefinite(let l, let pivots) = h.semidefiniteFactorization() else { return nil }
    return pivots.enumerated().flatMap { k, pivot in
      squares(pivot).map { a in .dense((0..<h.rows).map { a * l[$0, k] }) }
    }
  }
}
