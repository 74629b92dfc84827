import BigInt
import ExactArithmetic
public import Problems

/// Max-cut → Ising.
///
/// With sᵢ = 2xᵢ - 1 an edge is cut where sᵢsⱼ = -1, so cut = Σ w (1 - sᵢsⱼ)/2. The couplings are J = -w, to be
/// maximised: E = 2 cut - Σ w.
///
/// Reference: Barahona, Grötschel, Jünger and Reinelt, "An application of combinatorial optimization to statistical
/// physics and circuit layout design" (1988).
public enum MaxCutToIsing: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "E = 2 cut - Σ w", sizeLaw: "n spins, m couplings", validWhen: "", decision: .yesToYes,
    preservesRatios: false, reference: "Barahona, Grötschel, Jünger, Reinelt 1988")

  public static func apply(_ source: MaxCut) -> Reduced<Ising> {
    let couplings = source.edges.map { PairTerm($0.i, $0.j, -$0.coefficient) }
    return Reduced(
      Ising(spins: source.vertices, couplings: couplings, sense: .maximize),
      law: ValueLaw(scale: 2, offset: -source.totalWeight), maps: [.bitsToSpins])
  }

  public static func size(of source: MaxCut) -> ProblemSize { source.size }
}

/// Ising → max-cut.
///
/// Fields become couplings to one more spin (E is unchanged by s → -s then). To maximise E = Σ J sᵢsⱼ take w = -J, to
/// minimise it w = J: cut = ±E/2 + Σ w / 2.
///
/// Reference: as above; the extra spin is folklore (Hammer 1965; De Simone 1990).
public enum IsingToMaxCut: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "cut = ±E/2 + Σ w / 2, + to maximise E",
    sizeLaw: "n vertices, one more with fields; an edge for each coupling and field", validWhen: "",
    decision: .yesToYes, preservesRatios: false, reference: "Hammer 1965; De Simone 1990")

  public static func apply(_ source: Ising) -> Reduced<MaxCut> {
    let sign: Rational = source.sense == .maximize ? -1 : 1
    let pairs = source.homogenizedCouplings
    let target = MaxCut(
      vertices: source.homogenizedSpins, edges: pairs.map { PairTerm($0.i, $0.j, sign * $0.coefficient) })
    let half = Rational(1, 2)
    return Reduced(
      target, law: ValueLaw(scale: -sign * half, offset: half * target.totalWeight),
      maps: (source.hasFields ? [.ghostSpin] : []) + [.spinsToBits])
  }

  public static func size(of source: Ising) -> ProblemSize {
    ProblemSize(variables: source.homogenizedSpins, terms: source.size.terms)
  }
}

extension Ising {
  /// The number of spins once fields are couplings to one more spin.
  var homogenizedSpins: Int { spins + (hasFields ? 1 : 0) }

  /// The couplings, and each field as a coupling to spin n.
  var homogenizedCouplings: [PairTerm] {
    couplings + fields.indices.filter { !fields[$0].isZero }.map { PairTerm($0, spins, fields[$0]) }
  }
}
