import BigInt
import ExactArithmetic

/// ‖W‖₂² ≤ s for a matrix of integers over a denominator: s I - W Wᵀ or s I - Wᵀ W, the smaller one, is positive semidefinite.
struct SpectralRule {
  let rows: Int
  let columns: Int
  /// Row-major.
  let elements: [BigInt]
  let denominator: BigInt

  /// Whether the bound is proved.
  ///
  /// - Parameter eliminationLimit: up to this size a matrix that is not definite by a margin is decided by exact elimination.
  func proves(_ square: Rational, eliminationLimit: Int = 16) -> Bool {
    let size = min(rows, columns)
    let inner = max(rows, columns)
    func entry(_ i: Int, _ k: Int) -> BigInt {
      rows <= columns ? elements[i * columns + k] : elements[k * columns + i]
    }
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

extension SpectralRule {
  init(_ layer: ExactNetwork.Layer) {
    self.init(
      rows: layer.rows, columns: layer.columns, elements: layer.weights, denominator: layer.denominator)
  }

  /// This matrix times another.
  static func * (a: SpectralRule, b: SpectralRule) -> SpectralRule {
    var product = [BigInt](repeating: 0, count: a.rows * b.columns)
    for i in 0..<a.rows {
      for k in 0..<a.columns where !a.elements[i * a.columns + k].isZero {
        for j in 0..<b.columns where !b.elements[k * b.columns + j].isZero {
          product[i * b.columns + j] += a.elements[i * a.columns + k] * b.elements[k * b.columns + j]
        }
      }
    }
    return SpectralRule(
      rows: a.rows, columns: b.columns, elements: product, denominator: a.denominator * b.denominator)
  }
}

extension PatternChain {
  /// The larger |slope| of a hidden layer.
  func steepest(_ layer: Int) -> Rational {
    let slope = slopes[layer]
    return Rational(max(BigInt(slope.off.magnitude), BigInt(slope.on.magnitude)), slope.denominator)
  }
}
