import LinearAlgebra

/// Theorem 3's bound on SeqLip, and so on L: AutoLip times, for each activation layer,
///
///     √((1 - r_k - r_{k+1}) max_σ ⟨σ·v_{k+1}, u_k⟩² + r_k + r_{k+1} + r_k r_{k+1})
///
/// with r the ratio of the second to the first singular value, u_k and v_{k+1} the first singular vectors. The inner
/// maximum is ½(Σ|u_i v_i| + |⟨u, v⟩|), in closed form. Where r_k + r_{k+1} ≥ 1 the theorem says nothing and the
/// factor is 1.
///
/// - Network: slopes in [0, 1].
/// - Side: upper bound.
/// - Cost: one SVD a layer.
/// - Reference: Scaman & Virmaux 2018, Theorem 3.
public struct TheoremThree: BoundMethod {
  public static let name = "theorem3"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "AutoLip times the misalignment of first singular vectors"
  public static let reference = "Scaman & Virmaux 2018, Theorem 3"

  public init() {}

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    guard question.hasUnitSlopes else { return Self.none("defined for activation slopes in [0, 1]") }
    guard let autoLip = try AutoLip().bound(question).value, autoLip > 0 else { return Self.answer(0) }
    let decompositions = try question.weights.map { try $0.singularValueDecomposition() }
    func ratio(_ svd: SingularValueDecomposition) -> Double {
      svd.singularValues.count > 1 ? svd.singularValues[1] / svd.singularValues[0] : 0
    }
    var product = autoLip
    var factors: [BoundFactor] = []
    for k in 0..<(decompositions.count - 1) {
      let (lower, upper) = (decompositions[k], decompositions[k + 1])
      let (r, next) = (ratio(lower), ratio(upper))
      // Singular vectors of a simple first singular value are good to about 1e-12 here, which counts where they are nearly
      // orthogonal; the margin of the factor covers the rest.
      let alignment = min(
        1,
        Self.alignment(lower.leftVectors.column(0), Array(upper.rightVectorsTransposed.row(0))) + 1e-12)
      let square = (1 - r - next) * alignment * alignment + r + next + r * next
      let factor = r + next >= 1 ? 1 : min(1, square.squareRoot() * (1 + 1e-10))
      factors.append(
        BoundFactor(
          name: "activation \(k + 1)", method: r + next >= 1 ? "r + r' ≥ 1: no statement" : "Theorem 3",
          side: .upper,
          value: factor, seconds: 0))
      product = upwards(product, times: factor)
    }
    return Self.answer(product, factors: factors)
  }

  /// max over σ in [0,1]^n of |⟨σ·v, u⟩|: the larger of the sums of positive and of negative products.
  ///
  /// Lemma 2: for independent uniform unit vectors it tends to 1/π as n grows.
  public static func alignment(_ u: [Double], _ v: [Double]) -> Double {
    var positive = 0.0
    var negative = 0.0
    for (a, b) in zip(u, v) { if a * b > 0 { positive += a * b } else { negative -= a * b } }
    return max(positive, negative)
  }
}
