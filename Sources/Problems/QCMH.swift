public import ExactArithmetic

/// Quadratic concave minimisation on a hypercube, the problem behind Theorem 2 of the paper.
///
///     value(x) = -xᵀ H x + cᵀ x, minimised over [0,1]ⁿ         H symmetric positive semidefinite
///
/// The objective is concave, so a vertex attains the minimum; solutions are vertices. H is checked to be semidefinite
/// by an exact factorisation.
public struct QCMH: Problem {
  public static let kind = ProblemKind.qcmh
  public static let alphabet = Alphabet.bits

  public let matrix: RationalMatrix
  public let linear: [Rational]

  /// H, and c where it is not zero.
  ///
  /// - Throws: `UnsupportedProblem` naming a direction of negative curvature where H is not positive semidefinite.
  public init(_ h: RationalMatrix, linear: [Rational]? = nil) throws(UnsupportedProblem) {
    precondition(h.isSymmetric && (linear == nil || linear?.count == h.rows))
    if case .indefinite(let direction) = h.semidefiniteFactorization() {
      throw Self.indefinite(h, direction)
    }
    self.init(semidefinite: h, linear: linear)
  }

  /// For H that is semidefinite by construction: a Laplacian, a Gram matrix, a diagonally dominant matrix.
  package init(semidefinite h: RationalMatrix, linear: [Rational]? = nil) {
    matrix = h
    self.linear = linear ?? [Rational](repeating: 0, count: h.rows)
  }

  public var sense: Sense { .minimize }

  /// The terms are the nonzero entries of H on and above the diagonal, and of c.
  public var size: ProblemSize {
    let n = matrix.rows
    let entries = (0..<n).reduce(0) { sum, i in sum + (i..<n).count { !matrix[i, $0].isZero } }
    return ProblemSize(variables: n, terms: entries + linear.count { !$0.isZero })
  }

  public func value(of x: [Int]) -> Rational? { value(at: x.map { Rational($0) }) }

  /// The value at any point of [0,1]ⁿ.
  public func value(at x: [Rational]) -> Rational {
    precondition(x.count == matrix.rows)
    let support = x.indices.filter { !x[$0].isZero }
    var sum = Rational.zero
    for i in support {
      sum += linear[i] * x[i]
      let row = support.reduce(into: Rational.zero) { $0 += matrix[i, $1] * x[$1] }
      sum -= row * x[i]
    }
    return sum
  }

  public var hasLinearTerm: Bool { linear.contains { !$0.isZero } }

  private static func indefinite(_ h: RationalMatrix, _ v: [Rational]) -> UnsupportedProblem {
    let n = h.rows
    let product = (0..<n).map { i in (0..<n).reduce(into: Rational.zero) { $0 += h[i, $1] * v[$1] } }
    let value = zip(v, product).reduce(into: Rational.zero) { $0 += $1.0 * $1.1 }
    let length = v.reduce(into: Rational.zero) { $0 += $1 * $1 }
    let quotient = (value / length).approximation
    return UnsupportedProblem(
      "H is not positive semidefinite: it has an eigenvalue at most \(quotient) (vᵀHv/vᵀv, exactly negative, for v = "
        + "(\(v.prefix(8).map(\.description).joined(separator: ", "))\(n > 8 ? ", …" : "")))",
      remedy: "write the problem as a qubo, which takes any sign")
  }
}
