import LinearAlgebra
import Networks
import PatternSearch

/// AutoLip on an MLP: the product of the layers' norms and the activations' largest slopes. In a norm P → Q with P ≠ Q one
/// layer has that norm, those before it P → P and those after it Q → Q, whichever layer gives the least.
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

  public static let isForAllNorms = true

  public init() {}

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    let norm = question.norm
    let slopes = question.network.activations.map(\.lipschitzConstant)
    // In one norm throughout it does not matter which layer has it.
    let choices = norm.from == norm.to ? [0] : Array(question.weights.indices)
    let products = try choices.map { chosen in
      var product = 1.0
      var least = 1.0
      var factors: [BoundFactor] = []
      for (index, weights) in question.weights.enumerated() {
        let own = index == chosen ? norm : index < chosen ? norm.ofInputs : norm.ofOutputs
        let (value, seconds) = try timed { try own.upperBound(weights) }
        factors.append(
          BoundFactor(
            name: "layer \(index + 1)", method: own == .two ? "spectral norm" : "\(own.name)-norm",
            side: .upper, value: value, seconds: seconds))
        product = upwards(product, times: value)
        least = downwards(least, times: try own.lowerBound(weights))
        if index < slopes.count {
          product = upwards(product, times: slopes[index])
          least = downwards(least, times: slopes[index])
        }
      }
      return (value: product, least: least, factors: factors)
    }
    guard let best = products.min(by: { $0.value < $1.value }) else { return Self.none("no layers") }
    return Self.answer(
      best.value, factors: best.factors, evidence: norm == .two ? .spectralNorms : nil,
      ownLower: products.map(\.least).min())
  }
}
