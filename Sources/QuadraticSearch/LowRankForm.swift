import BigInt
import ExactArithmetic
import LinearAlgebra
import LowRankSearch
import Problems

/// A QCMH of low rank, to be maximised, with the data of the search over support directions and exact values:
///
///     F(x) = xᵀ H x - cᵀ x = Σ_k d_k (L_k · x)² - cᵀ x         value = -F
struct LowRankForm {
  let units: Int
  let rank: Int
  /// Two values of F differ by a multiple of this.
  let step: Rational
  /// F as the search computes it is F divided by this power of two, so that doubles neither overflow nor underflow.
  let scale: Rational
  let support: SupportForm
  /// Σ weight · (Σ entry · x)² over the columns, in integers but for the weights.
  private let columns: [(entries: [BigInt], weight: Rational)]
  private let linear: (numerators: [BigInt], denominator: BigInt)

  /// Nil where the rank is above the limit.
  init?(_ problem: QCMH, rankLimit: Int) {
    guard let (factor, pivots) = problem.matrix.lowRankFactorization(limit: rankLimit) else { return nil }
    let n = factor.rows
    units = n
    rank = pivots.count
    columns = pivots.enumerated().map { k, pivot in
      let (entries, denominator) = (0..<n).map { factor[$0, k] }.overCommonDenominator
      return (entries, pivot / Rational(denominator * denominator))
    }
    linear = problem.linear.overCommonDenominator
    step = Self.valueStep(problem)
    let total = (0..<n).reduce(Rational.zero) { $0 + problem.matrix[$1, $1] + problem.linear[$1].magnitude }
    let scale = Self.powerOfTwo(near: total)
    self.scale = scale
    let vectors = Matrix(rows: n, columns: pivots.count) { i, k in
      let square = pivots[k] * factor[i, k].squared / scale
      return Double(factor[i, k].signum) * square.approximation.squareRoot()
    }
    let hasLinearTerm = problem.hasLinearTerm
    // H 1 = 0, where every column of L sums to zero.
    let isBalanced = !hasLinearTerm && columns.allSatisfy { $0.entries.reduce(0, +).isZero }
    support = SupportForm(
      vectors: vectors, linear: hasLinearTerm ? problem.linear.map { ($0 / scale).approximation } : nil,
      relativeError: 8 * unitRoundoff, isBalanced: isBalanced)
  }

  /// F(x), exactly. O(n r).
  func value(_ pattern: [Bool]) -> Rational {
    func sum(_ entries: [BigInt]) -> BigInt {
      var sum = BigInt(0)
      for (entry, isOn) in zip(entries, pattern) where isOn { sum += entry }
      return sum
    }
    var value = Rational(-sum(linear.numerators), linear.denominator)
    for (entries, weight) in columns {
      let product = sum(entries)
      value += weight * Rational(product * product)
    }
    return value
  }

  /// A bound of the search, in F, moved down to the values that the data allow.
  func roundedDown(_ bound: Double) -> Rational {
    let quotient = Rational(bound) * scale / step
    let (truncated, rest) = quotient.numerator.quotientAndRemainder(dividingBy: quotient.denominator)
    return step * Rational(rest.signum() < 0 ? truncated - 1 : truncated)
  }

  /// The least value that is at least `goal`, or above it.
  func reaching(_ goal: Rational, isStrict: Bool) -> Rational {
    let quotient = goal / step
    let (truncated, rest) = quotient.numerator.quotientAndRemainder(dividingBy: quotient.denominator)
    if rest.isZero { return isStrict ? goal + step : goal }
    return step * Rational(rest.signum() < 0 ? truncated : truncated + 1)
  }

  /// A double, in the search's scale, just below this number.
  func below(_ target: Rational) -> Double { (target / scale).approximation.nextDown.nextDown }

  /// The greatest common divisor of the coefficients H_ii - c_i and 2 H_ij of F; 1 where all are zero.
  private static func valueStep(_ problem: QCMH) -> Rational {
    let (h, c) = (problem.matrix, problem.linear)
    let denominator = leastCommonMultiple(
      h.commonDenominator, c.reduce(1) { leastCommonMultiple($0, $1.denominator) })
    var divisor = BigInt(0)
    for i in 0..<h.rows {
      for j in 0...i where !h[i, j].isZero || i == j {
        let coefficient = i == j ? h[i, i] - c[i] : Rational(2) * h[i, j]
        let integer = coefficient.numerator * (denominator / coefficient.denominator)
        divisor = divisor.greatestCommonDivisor(with: integer)
        if divisor == 1 { return Rational(1, denominator) }
      }
    }
    return divisor.isZero ? 1 : Rational(divisor, denominator)
  }

  private static func powerOfTwo(near total: Rational) -> Rational {
    let exponent = total.numerator.magnitude.bitWidth - total.denominator.magnitude.bitWidth
    return exponent >= 0 ? Rational(BigInt(1) << exponent) : Rational(1, BigInt(1) << -exponent)
  }
}
