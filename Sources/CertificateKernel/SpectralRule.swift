import BigInt
import ExactArithmetic

/// ‖W‖₂² ≤ s for a matrix of integers over a denominator: s I - W Wᵀ or s I - Wᵀ W, the smaller one, is positive semidefinite.
extension IntegerMatrix {
  /// Whether the bound is proved.
  ///
  /// - Parameter eliminationLimit: up to this size a matrix that is not definite by a margin is decided by exact elimination.
  func proves(_ square: Rational, eliminationLimit: Int = 16) -> Bool {
    let size = min(rows, columns)
    let inner = max(rows, columns)
    func entry(_ i: Int, _ k: Int) -> BigInt { rows <= columns ? self[i, k] : self[k, i] }
    var terms: [SymmetricTerms.Term] = []
    for i in 0..<size {
      for j in 0...i {
        var sum: BigInt = 0
        for k in 0..<inner where !entry(i, k).isZero && !entry(j, k).isZero {
          sum -= entry(i, k) * entry(j, k)
        }
        if !sum.isZero { terms.append((i, j, sum)) }
      }
    }
    if terms.isEmpty { return square.signum >= 0 }
    var matrix = SymmetricTerms(columns: Array(0..<size), width: size)
    matrix.add(terms, over: denominator * denominator)
    matrix.add((0..<size).map { ($0, $0, square.numerator) }, over: square.denominator)
    if matrix.failure() == nil { return true }
    guard size <= eliminationLimit else { return false }
    return ScaledIntegerMatrix(rows: rows, columns: columns, elements: elements, exponent: 0)
      .compareSquaredNorm(with: square * Rational(denominator * denominator)) != .notSemidefinite
  }
}

extension PatternChain {
  /// The larger |slope| of a hidden layer.
  func steepest(_ layer: Int) -> Rational {
    let slope = slopes[layer]
    let own = Rational(max(BigInt(slope.off.magnitude), BigInt(slope.on.magnitude)), slope.denominator)
    return hasPassing(layer) ? max(own, 1) : own
  }
}
