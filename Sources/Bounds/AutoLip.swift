import LinearAlgebra
import Networks

/// AutoLip on an MLP: the product of the layers' spectral norms and the activations' largest slopes.
///
/// - Network: any MLP.
/// - Side: upper bound. Every spectral norm is rounded up by a proved bound (a singular value or a power method alone
///   would be an estimate from below).
/// - Cost: one symmetric eigenvalue problem and one Cholesky factorisation a layer.
/// - Reference: Scaman & Virmaux 2018, Algorithm 1 and Proposition 1.
public struct AutoLip: BoundMethod {
  public static let name = "autolip"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "product of the spectral norms"
  public static let reference = "Scaman & Virmaux 2018, Algorithm 1, Proposition 1"

  public init() {}

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    var product = 1.0
    var factors: [BoundFactor] = []
    for (index, weights) in question.weights.enumerated() {
      let (norm, seconds) = try timed { try weights.spectralNormUpperBound() }
      factors.append(
        BoundFactor(
          name: "layer \(index + 1)", method: "spectral norm", side: .upper, value: norm, seconds: seconds))
      product = upwards(product, times: norm)
      if index < question.network.activations.count {
        product = upwards(product, times: question.network.activations[index].lipschitzConstant)
      }
    }
    return Self.answer(product, factors: factors, evidence: .spectralNorms)
  }
}
