import ExactArithmetic
public import Problems

/// QCMH → LIP-CST: Theorem 2 of the paper, made concrete.
///
/// With H = G Gᵀ, f(x) = 1ᵀ ρ(G x) has J(σ) = 1ᵀ D(σ) G, so ‖J(σ)‖² = σᵀ H σ; all output weights are 1 ≥ 0, so the best
/// pattern is attained (`LipCST.isAttained`) and L(f)² = -min. G is rational: for diagonally dominant H (Laplacians,
/// QUBOs) its entries are integers where H's are. A linear term goes into the diagonal where H - diag(c) stays
/// semidefinite; elsewhere the way is qcmh → qubo → ising → lip-cst.
///
/// A cut of at least k + 1 is a constant above √k: yes becomes no, which makes LIP-CST coNP-hard and, with Turing
/// reductions, NP-hard.
public enum QCMHToLipCST: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "L² = -v",
    sizeLaw: "n units, one output, one input for each rational square in H - diag(c) = G Gᵀ",
    validWhen: "H - diag(c) is positive semidefinite", decision: .yesToNo, preservesRatios: true,
    reference: "Scaman and Virmaux 2018, Theorem 2; Lagrange's four squares")

  public static func apply(_ source: QCMH) throws(UnsupportedProblem) -> Reduced<LipCST> {
    guard let g = factor(source) else {
      throw UnsupportedProblem(
        "the linear term of the qcmh does not fit into the diagonal: H - diag(c) is not positive semidefinite",
        remedy: "go by way of ising, which takes linear terms")
    }
    let ones = RationalMatrix(rows: 1, columns: g.rows) { _, _ in 1 }
    return Reduced(LipCST(inner: g, outer: ones), law: ValueLaw(scale: -1))
  }

  public static func size(of source: QCMH) -> ProblemSize {
    ProblemSize(variables: source.matrix.rows, terms: factor(source)?.columns ?? 0)
  }

  /// Constructive: the number of squares is known only from the squares themselves.
  private static func factor(_ source: QCMH) -> RationalMatrix? {
    guard source.hasLinearTerm else { return SquareColumns.factor(source.matrix) }
    var h = source.matrix
    for i in 0..<h.rows { h[i, i] -= source.linear[i] }
    return SquareColumns.factor(h)
  }
}

/// LIP-CST with one output and nonnegative output weights → QCMH.
///
/// ‖Σ σᵢ aᵢ bᵢ‖² = σᵀ H σ with H_ij = aᵢaⱼ bᵢ·bⱼ, a Gram matrix, and the best pattern is attained.
public enum LipCSTToQCMH: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "v = -L²", sizeLaw: "n variables; the nonzero entries of the Gram matrix",
    validWhen: "one output, no negative output weight", decision: .yesToNo, preservesRatios: true,
    reference: "Gram matrix; attainment by one-flip optimality")

  public static func apply(_ source: LipCST) throws(UnsupportedProblem) -> Reduced<QCMH> {
    guard source.isAttained else {
      throw UnsupportedProblem(
        "lip-cst → qcmh needs one output and no negative output weight: otherwise the best pattern may not be attained",
        remedy: "solve the network itself with `lipbench exact`")
    }
    return Reduced(QCMH(semidefinite: gram(source)), law: ValueLaw(scale: -1))
  }

  public static func size(of source: LipCST) -> ProblemSize {
    QCMH(semidefinite: gram(source)).size
  }

  private static func gram(_ source: LipCST) -> RationalMatrix {
    let scaled = RationalMatrix(rows: source.inner.rows, columns: source.inner.columns) {
      source.outer[0, $0] * source.inner[$0, $1]
    }
    let n = scaled.rows
    let sparse = (0..<n).map { i in scaled.row(i).enumerated().filter { !$0.element.isZero } }
    var h = RationalMatrix(rows: n, columns: n) { _, _ in 0 }
    for i in 0..<n {
      var dense = [Int: Rational](minimumCapacity: sparse[i].count)
      for (column, value) in sparse[i] { dense[column] = value }
      for j in 0...i {
        let product = sparse[j].reduce(into: Rational.zero) { sum, entry in
          if let other = dense[entry.offset] { sum += entry.element * other }
        }
        h[i, j] = product
        h[j, i] = product
      }
    }
    return h
  }
}
