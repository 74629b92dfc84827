public import ExactArithmetic

/// The Ising problem: spins with pair couplings and local fields.
///
///     value(s) = Σ J_ij s_i s_j + Σ h_i s_i         s in {-1,1}ⁿ
///
/// Physicists minimise the energy -Σ J s s - Σ h s; here the sense is part of the problem and no sign is hidden.
public struct Ising: Problem {
  public static let kind = ProblemKind.ising
  public static let alphabet = Alphabet.spins

  public let spins: Int
  /// i < j, sorted, one entry a pair, none zero.
  public let couplings: [PairTerm]
  /// One entry a spin.
  public let fields: [Rational]
  public let sense: Sense

  public init(spins: Int, couplings: [PairTerm], fields: [Rational]? = nil, sense: Sense) {
    precondition(fields == nil || fields?.count == spins)
    self.spins = spins
    self.couplings = couplings.canonicalized(variables: spins)
    self.fields = fields ?? [Rational](repeating: 0, count: spins)
    self.sense = sense
  }

  /// The terms are the nonzero couplings and fields.
  public var size: ProblemSize {
    ProblemSize(variables: spins, terms: couplings.count + fields.count { !$0.isZero })
  }

  public func value(of spins: [Int]) -> Rational? {
    precondition(spins.count == self.spins)
    return couplings.value(of: spins) + fields.value(of: spins)
  }

  public var hasFields: Bool { fields.contains { !$0.isZero } }
}
