import ExactArithmetic
public import Problems

/// Ising → QUBO.
///
/// sᵢ = 2xᵢ - 1: J sᵢsⱼ = 4J xᵢxⱼ - 2J xᵢ - 2J xⱼ + J and h sᵢ = 2h xᵢ - h. The sense stays.
public enum IsingToQUBO: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "q = E - Σ J + Σ h",
    sizeLaw: "n bits, a product for each coupling, and the nonzero linear terms",
    validWhen: "", decision: .yesToYes, preservesRatios: false, reference: "substitution s = 2x - 1")

  public static func apply(_ source: Ising) -> Reduced<QUBO> {
    let target = QUBO(
      bits: source.spins,
      products: source.couplings.map { PairTerm($0.i, $0.j, Rational(4) * $0.coefficient) },
      linear: linear(source), sense: source.sense)
    let constant =
      source.couplings.reduce(into: Rational.zero) { $0 += $1.coefficient }
      - source.fields.reduce(into: Rational.zero) { $0 += $1 }
    return Reduced(target, law: ValueLaw(scale: 1, offset: -constant), maps: [.spinsToBits])
  }

  public static func size(of source: Ising) -> ProblemSize {
    ProblemSize(
      variables: source.spins, terms: source.couplings.count + linear(source).count { !$0.isZero })
  }

  private static func linear(_ source: Ising) -> [Rational] {
    var linear = source.fields.map { Rational(2) * $0 }
    for coupling in source.couplings {
      linear[coupling.i] -= Rational(2) * coupling.coefficient
      linear[coupling.j] -= Rational(2) * coupling.coefficient
    }
    return linear
  }
}

/// QUBO → Ising.
///
/// xᵢ = (1 + sᵢ)/2, and everything times 4 so that integers stay integers: 4 q xᵢxⱼ = q(sᵢsⱼ + sᵢ + sⱼ + 1) and
/// 4 q xᵢ = 2q sᵢ + 2q. The sense stays.
public enum QUBOToIsing: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "E = 4 q - Σ_{i<j} q_ij - 2 Σ q_ii",
    sizeLaw: "n spins, a coupling for each product, and the nonzero fields", validWhen: "",
    decision: .yesToYes,
    preservesRatios: false, reference: "substitution x = (1 + s)/2")

  public static func apply(_ source: QUBO) -> Reduced<Ising> {
    let target = Ising(
      spins: source.bits, couplings: source.products, fields: fields(source), sense: source.sense)
    let constant =
      source.products.reduce(into: Rational.zero) { $0 += $1.coefficient }
      + Rational(2) * source.linear.reduce(into: Rational.zero) { $0 += $1 }
    return Reduced(target, law: ValueLaw(scale: 4, offset: -constant), maps: [.bitsToSpins])
  }

  public static func size(of source: QUBO) -> ProblemSize {
    ProblemSize(variables: source.bits, terms: source.products.count + fields(source).count { !$0.isZero })
  }

  private static func fields(_ source: QUBO) -> [Rational] {
    var fields = source.linear.map { Rational(2) * $0 }
    for product in source.products {
      fields[product.i] += product.coefficient
      fields[product.j] += product.coefficient
    }
    return fields
  }
}
