import LinearAlgebra
import Networks

/// The product of the layers' Frobenius norms and the activations' largest slopes.
///
/// - Network: any MLP.
/// - Side: upper bound, since ‖W‖₂ ≤ ‖W‖_F; each norm rounded up.
/// - Cost: one pass over the weights.
/// - Reference: Scaman & Virmaux 2018, section 7, method (3).
public struct Frobenius: BoundMethod {
  public static let name = "frobenius"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "product of the Frobenius norms"
  public static let reference = "Scaman & Virmaux 2018, section 7"

  public init() {}

  public func bound(_ question: BoundQuestion) -> LabelledBound {
    var product = 1.0
    var least = 1.0
    var factors: [BoundFactor] = []
    for (index, weights) in question.weights.enumerated() {
      let (norm, seconds) = timed { weights.frobeniusNormUpperBound() }
      factors.append(
        BoundFactor(
          name: "layer \(index + 1)", method: "Frobenius norm", side: .upper, value: norm, seconds: seconds))
      product = upwards(product, times: norm)
      least = downwards(least, times: weights.frobeniusNormLowerBound())
      if index < question.network.activations.count {
        product = upwards(product, times: question.network.activations[index].lipschitzConstant)
        least = downwards(least, times: question.network.activations[index].lipschitzConstant)
      }
    }
    return Self.answer(product, factors: factors, evidence: .frobeniusNorms, ownLower: least)
  }
}
