public import ExactArithmetic

/// LIP-CST (Problem 1 of the paper): the Lipschitz constant of f = M2 ∘ ρ ∘ M1 with ρ = ReLU, no biases.
///
///     value(σ) = ‖M2 D(σ) M1‖², maximised over the patterns σ in {0,1}ˡ
///
/// The value is the *square* of the constant: with one output or one input it is rational. Over all patterns its maximum
/// is FGL²; it is L(f)² where the best pattern is attainable, which nonnegative output weights and one output
/// guarantee (`isAttained`).
public struct LipCST: Problem {
  public static let kind = ProblemKind.lipCST
  public static let alphabet = Alphabet.bits

  /// M1, units × inputs.
  public let inner: RationalMatrix
  /// M2, outputs × units.
  public let outer: RationalMatrix

  public init(inner m1: RationalMatrix, outer m2: RationalMatrix) {
    precondition(m1.rows == m2.columns)
    inner = m1
    outer = m2
  }

  public var sense: Sense { .maximize }
  /// The terms are the inputs.
  public var size: ProblemSize { ProblemSize(variables: inner.rows, terms: inner.columns) }
  public var outputs: Int { outer.rows }

  /// One output and no negative output weight: f(x) = Σ aᵢ ρ(bᵢ·x), aᵢ ≥ 0. Then the maximum over all patterns is
  /// attained, so it is L(f)²: with σ optimal and z = Σ σᵢ aᵢ bᵢ, flipping unit i cannot improve, so bᵢ·z ≥ aᵢ‖bᵢ‖²/2
  /// where σᵢ = 1 and ≤ -aᵢ‖bᵢ‖²/2 where σᵢ = 0; x = z has the pattern σ strictly.
  public var isAttained: Bool { outputs == 1 && outer.elements.allSatisfy { $0.signum >= 0 } }

  /// ‖J(σ)‖² where it is rational: one output or one input; nil otherwise, where `compare` decides.
  public func value(of pattern: [Int]) -> Rational? {
    let j = jacobian(pattern)
    guard min(j.rows, j.columns) <= 1 else { return nil }
    return j.elements.reduce(into: Rational.zero) { $0 += $1 * $1 }
  }

  /// J(σ) = M2 D(σ) M1.
  public func jacobian(_ pattern: [Int]) -> RationalMatrix {
    precondition(pattern.count == inner.rows)
    let on = pattern.indices.filter { pattern[$0] == 1 }
    return RationalMatrix(rows: outer.rows, columns: inner.columns) { i, j in
      on.reduce(into: Rational.zero) {
        if !outer[i, $1].isZero, !inner[$1, j].isZero { $0 += outer[i, $1] * inner[$1, j] }
      }
    }
  }

  /// z = Jᵀ for one output: where the best pattern is attained (see `isAttained`), a point of its cell.
  public func attainingPoint(_ pattern: [Int]) -> [Rational] {
    precondition(outputs == 1)
    return jacobian(pattern).elements
  }
}
