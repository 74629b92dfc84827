import ExactArithmetic
public import Problems

/// Partition → Ising.
///
/// (Σ aᵢsᵢ)² = Σ aᵢ² + Σ_{i<j} 2aᵢaⱼ sᵢsⱼ: the couplings are J_ij = 2aᵢaⱼ, to be minimised, and the target value is the
/// squared discrepancy less Σ aᵢ².
///
/// Reference: Mertens, "Phase transition in the number partitioning problem" (1998); Lucas, "Ising formulations of many
/// NP problems" (2014), section 2.1.
public enum PartitionToIsing: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "E = d² - Σ aᵢ²", sizeLaw: "n spins, a coupling for each pair of nonzero numbers",
    validWhen: "",
    decision: .yesToYes, preservesRatios: false, reference: "Lucas 2014, section 2.1")

  public static func apply(_ source: Partition) -> Reduced<Ising> {
    let a = source.numbers
    let couplings = a.indices.flatMap { i in
      (i + 1..<a.count).map { PairTerm(i, $0, Rational(2) * a[i] * a[$0]) }
    }
    let squares = a.reduce(into: Rational.zero) { $0 += $1 * $1 }
    return Reduced(
      Ising(spins: a.count, couplings: couplings, sense: .minimize),
      law: ValueLaw(scale: 1, offset: -squares, squaresSource: true))
  }

  public static func size(of source: Partition) -> ProblemSize {
    let nonzero = source.numbers.count { !$0.isZero }
    return ProblemSize(variables: source.numbers.count, terms: nonzero * (nonzero - 1) / 2)
  }
}
