public import ExactArithmetic

/// Quadratic unconstrained binary optimisation.
///
///     value(x) = Σ_{i<j} q_ij x_i x_j + Σ q_ii x_i         x in {0,1}ⁿ
///
/// Every pair is counted once; xᵢ² = xᵢ makes the diagonal linear. File formats that count pairs twice are converted
/// when they are read.
public struct QUBO: Problem {
  public static let kind = ProblemKind.qubo
  public static let alphabet = Alphabet.bits

  public let bits: Int
  /// q_ij, i < j, sorted, one entry a pair, none zero.
  public let products: [PairTerm]
  /// q_ii, one entry a bit.
  public let linear: [Rational]
  public let sense: Sense

  public init(bits: Int, products: [PairTerm], linear: [Rational]? = nil, sense: Sense) {
    precondition(linear == nil || linear?.count == bits)
    self.bits = bits
    self.products = products.canonicalized(variables: bits)
    self.linear = linear ?? [Rational](repeating: 0, count: bits)
    self.sense = sense
  }

  /// The terms are the nonzero entries q_ij, i ≤ j.
  public var size: ProblemSize {
    ProblemSize(variables: bits, terms: products.count + linear.count { !$0.isZero })
  }

  public func value(of x: [Int]) -> Rational? {
    precondition(x.count == bits)
    return products.value(of: x) + linear.value(of: x)
  }
}
