import ExactArithmetic
public import Problems

/// Ising → LIP-CST, for couplings and fields of any sign.
///
/// |b·x| = ρ(b·x) + ρ(-b·x) has slope ±1, so f(x) = Σ |bᵢ·x| has L(f)² = max over spins of sᵀ B Bᵀ s. To maximise E,
/// the columns of B are a(eᵢ + sign(J_ij) eⱼ) with Σ a² = |J_ij| over four integer squares: off the diagonal B Bᵀ is J, and on
/// it sits Σⱼ |J_ij|, constant for spins. Hence L² = 2E + 2Σ|J|, in integers. To minimise, J is negated. Fields are
/// couplings to one more spin.
public enum IsingToLipCST: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "L² = ±2 E + 2 Σ |J| (fields counted), + to maximise E",
    sizeLaw: "2n units, two more with fields; one output; an input for each integer square in the |J|",
    validWhen: "",
    decision: .yesToNo, preservesRatios: false,
    reference: "absolute values as pairs of ReLU units; Lagrange's four squares")

  public static func apply(_ source: Ising) -> Reduced<LipCST> {
    let sign = source.sense == .maximize ? 1 : -1
    let pairs = source.homogenizedCouplings
    var columns: [(i: Int, a: Rational, j: Int, b: Rational)] = []
    for pair in pairs {
      let factor = Rational(sign * pair.coefficient.signum)
      columns += SquareColumns.squares(pair.coefficient.magnitude).map { (pair.i, $0, pair.j, factor * $0) }
    }
    var inner = RationalMatrix(rows: 2 * source.homogenizedSpins, columns: columns.count) { _, _ in 0 }
    for (column, entry) in columns.enumerated() {
      inner[2 * entry.i, column] = entry.a
      inner[2 * entry.i + 1, column] = -entry.a
      inner[2 * entry.j, column] = entry.b
      inner[2 * entry.j + 1, column] = -entry.b
    }
    let ones = RationalMatrix(rows: 1, columns: inner.rows) { _, _ in 1 }
    let total = pairs.reduce(into: Rational.zero) { $0 += $1.coefficient.magnitude }
    let coupled = Set(pairs.flatMap { [$0.i, $0.j] })
    let isolated = (0..<source.homogenizedSpins).filter { !coupled.contains($0) }
    return Reduced(
      LipCST(inner: inner, outer: ones),
      law: ValueLaw(scale: Rational(2 * sign), offset: Rational(2) * total),
      maps: (source.hasFields ? [.ghostSpin] : []) + [.spinsToBits, .complementaryPairs(isolated: isolated)])
  }

  public static func size(of source: Ising) -> ProblemSize {
    let squares = source.homogenizedCouplings.reduce(0) {
      $0 + SquareColumns.squares($1.coefficient.magnitude).count
    }
    return ProblemSize(variables: 2 * source.homogenizedSpins, terms: squares)
  }
}
