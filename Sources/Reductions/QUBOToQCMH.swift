import ExactArithmetic
public import Problems

/// QUBO → QCMH, for any signs and linear terms.
///
/// xᵢ² = xᵢ at vertices, so weight may move between the diagonal of H and c. To minimise q: H_ij = -q_ij off the
/// diagonal (-xᵀHx counts every pair twice, hence the factor 2), and H_ii large enough for H to be diagonally
/// dominant, hence semidefinite: H_ii = max(Σⱼ|q_ij|, -2 q_ii), c_i = 2 q_ii + H_ii ≥ 0. To maximise, q is negated first.
/// The objective is concave on [0,1]ⁿ, so the relaxation to the cube changes nothing.
public enum QUBOToQCMH: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "v = ±2 q, + to minimise q",
    sizeLaw: "n variables; the nonzero products, diagonal entries and cᵢ", validWhen: "", decision: .yesToYes,
    preservesRatios: true, reference: "diagonal shift; Hammer and Rubin 1970")

  public static func apply(_ source: QUBO) -> Reduced<QCMH> {
    let sign: Rational = source.sense == .minimize ? 1 : -1
    let n = source.bits
    let diagonal = diagonal(source)
    var h = RationalMatrix(rows: n, columns: n) { i, j in i == j ? diagonal[i] : 0 }
    for product in source.products {
      h[product.i, product.j] = -sign * product.coefficient
      h[product.j, product.i] = -sign * product.coefficient
    }
    let linear = (0..<n).map { Rational(2) * sign * source.linear[$0] + diagonal[$0] }
    return Reduced(QCMH(semidefinite: h, linear: linear), law: ValueLaw(scale: Rational(2) * sign))
  }

  public static func size(of source: QUBO) -> ProblemSize {
    let sign: Rational = source.sense == .minimize ? 1 : -1
    let diagonal = diagonal(source)
    let linear = diagonal.indices.count { !(Rational(2) * sign * source.linear[$0] + diagonal[$0]).isZero }
    return ProblemSize(
      variables: source.bits, terms: source.products.count + diagonal.count { !$0.isZero } + linear)
  }

  private static func diagonal(_ source: QUBO) -> [Rational] {
    let sign: Rational = source.sense == .minimize ? 1 : -1
    var sums = [Rational](repeating: 0, count: source.bits)
    for product in source.products {
      sums[product.i] += product.coefficient.magnitude
      sums[product.j] += product.coefficient.magnitude
    }
    return sums.indices.map { max(sums[$0], Rational(-2) * sign * source.linear[$0]) }
  }
}

/// QCMH → QUBO: the restriction to vertices, where a concave function attains its minimum.
public enum QCMHToQUBO: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "q = v", sizeLaw: "n bits, the nonzero H_ij (i < j) and nonzero c_i - H_ii", validWhen: "",
    decision: .yesToYes, preservesRatios: true,
    reference: "concavity: a vertex of the cube attains the minimum")

  public static func apply(_ source: QCMH) -> Reduced<QUBO> {
    let n = source.matrix.rows
    let products = (0..<n).flatMap { i in
      (i + 1..<n).map { PairTerm(i, $0, Rational(-2) * source.matrix[i, $0]) }
    }
    let linear = (0..<n).map { source.linear[$0] - source.matrix[$0, $0] }
    return Reduced(QUBO(bits: n, products: products, linear: linear, sense: .minimize), law: .identity)
  }

  public static func size(of source: QCMH) -> ProblemSize {
    let h = source.matrix
    let n = h.rows
    let pairs = (0..<n).reduce(0) { sum, i in sum + (i + 1..<n).count { !h[i, $0].isZero } }
    return ProblemSize(
      variables: n, terms: pairs + (0..<n).count { source.linear[$0] != h[$0, $0] })
  }
}
