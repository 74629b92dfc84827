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
    guard question.norm == .two else { return try Self.otherNorm(question) }
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

  private static func otherNorm(_ question: BoundQuestion) throws -> LabelledBound {
    let norm = question.norm
    let slopes = question.network.activations.map(\.lipschitzConstant)
    let choices = norm.from == norm.to ? [0] : Array(question.weights.indices)
    let products = choices.map { middle in
      let factors = question.weights.enumerated().map { index, weights in
        let own: OperatorNorm = index == middle ? norm : index < middle ? norm.ofInputs : norm.ofOutputs
        return BoundFactor(
          name: "layer \(index + 1)", method: "\(own.name)-norm", side: .upper,
          value: own.upperBound(weights), seconds: 0)
      }
      return (factors, (factors.map(\.value) + slopes).reduce(1) { upwards($0, times: $1) })
    }
    guard let best = products.min(by: { $0.1 < $1.1 }) else { return none("no layers") }
    return answer(best.1, factors: best.0)
  }
}
