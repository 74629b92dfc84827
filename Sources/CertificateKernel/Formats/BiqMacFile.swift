import ExactArithmetic

/// QUBO as Biq Mac's `.sparse`: minimise xᵀ Q x. `n m`, then m lines `i j q` from 1, which mean Q_ij = Q_ji = q.
enum BiqMacFile {
  static func read(_ bytes: [UInt8]) throws(InstanceUnreadable) -> SpinProblem {
    var lines = try TextLines(bytes, .words)
    let table = try SymmetricTable.readCounted(from: &lines)
    try lines.end()
    return .qubo(products: doubled(table.pairs), linear: table.diagonal, maximizes: false)
  }

  /// A product off the diagonal counts twice.
  static func doubled(
    _ pairs: [(i: Int, j: Int, coefficient: Rational)]
  ) -> [(i: Int, j: Int, coefficient: Rational)] {
    pairs.map { ($0.i, $0.j, 2 * $0.coefficient) }
  }
}
