import ExactArithmetic
public import Problems

/// Max-cut → QCMH, for nonnegative weights.
///
/// H is the Laplacian Σ w (e_i - e_j)(e_i - e_j)ᵀ, semidefinite since w ≥ 0, and xᵀHx = Σ w (x_i - x_j)² = cut(x).
public enum MaxCutToQCMH: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "v = -cut", sizeLaw: "n variables; an entry for each edge and each vertex that has one",
    validWhen: "no negative weight", decision: .yesToYes, preservesRatios: true,
    reference: "Laplacian; Theorem 2 of Scaman and Virmaux starts from such problems")

  public static func apply(_ source: MaxCut) throws(UnsupportedProblem) -> Reduced<QCMH> {
    guard source.isNonnegative else {
      throw UnsupportedProblem(
        "max-cut → qcmh needs nonnegative weights, and some are negative",
        remedy: "go by way of ising, which takes any sign")
    }
    let n = source.vertices
    var h = RationalMatrix(rows: n, columns: n) { _, _ in 0 }
    for edge in source.edges {
      h[edge.i, edge.i] += edge.coefficient
      h[edge.j, edge.j] += edge.coefficient
      h[edge.i, edge.j] -= edge.coefficient
      h[edge.j, edge.i] -= edge.coefficient
    }
    return Reduced(QCMH(semidefinite: h), law: ValueLaw(scale: -1))
  }

  public static func size(of source: MaxCut) -> ProblemSize {
    let touched = Set(source.edges.flatMap { [$0.i, $0.j] }).count
    return ProblemSize(variables: source.vertices, terms: source.edges.count + touched)
  }
}
