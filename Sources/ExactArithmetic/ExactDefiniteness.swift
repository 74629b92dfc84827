import BigInt

/// How a symmetric matrix compares with zero.
public enum Definiteness: Sendable, Equatable {
  case positiveDefinite
  /// Positive semidefinite and singular.
  case semidefinite
  case notSemidefinite
}

extension ScaledIntegerMatrix {
  /// Whether square · I - J Jᵀ (or Jᵀ J, the smaller one) is positive (semi)definite, for this J: how ‖J‖² compares with
  /// `square`. Fraction-free symmetric elimination with diagonal pivots; singular matrices are decided too. Exact.
  public func compareSquaredNorm(with square: Rational) -> Definiteness {
    let size = Swift.min(rows, columns)
    func entry(_ i: Int, _ k: Int) -> BigInt {
      rows <= columns
        ? elements[i * columns + k] : elements[k * columns + i]
    }
    let inner = Swift.max(rows, columns)
    // Everything times the denominator and 4^-exponent.
    let shift = 2 * exponent
    let level = shift >= 0 ? square.numerator : square.numerator << -shift
    let scale = shift >= 0 ? square.denominator << shift : square.denominator
    var matrix = (0..<size).map { i in
      (0..<size).map { j in
        let product = (0..<inner).reduce(BigInt(0)) { $0 + entry(i, $1) * entry(j, $1) }
        return (i == j ? level : 0) - scale * product
      }
    }
    var previous: BigInt = 1
    var open = Array(0..<size)
    while !open.isEmpty {
      if open.contains(where: { matrix[$0][$0].signum() < 0 }) { return .notSemidefinite }
      guard let pivot = open.first(where: { matrix[$0][$0].signum() > 0 }) else {
        // All diagonal entries vanish: semidefinite only if everything does.
        let vanishes = open.allSatisfy { i in open.allSatisfy { matrix[i][$0].isZero } }
        return vanishes ? .semidefinite : .notSemidefinite
      }
      let value = matrix[pivot][pivot]
      open.removeAll { $0 == pivot }
      for i in open {
        for j in open {
          matrix[i][j] = (value * matrix[i][j] - matrix[i][pivot] * matrix[pivot][j]) / previous
        }
      }
      previous = value
    }
    return .positiveDefinite
  }
}
