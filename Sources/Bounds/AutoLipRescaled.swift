import LinearAlgebra
import Networks
import PatternSearch

/// AutoLip of the network whose units are rescaled so that it is least: the product of ‖T_k W_k T_{k-1}⁻¹‖ over positive
/// diagonal T_k, which commute with the slopes, whatever these are (`DiagonalRescaling`). In logarithms the problem is convex.
///
/// - Network: any MLP.
/// - Side: upper bound, never above AutoLip. Norms are rounded up, with what rounding the scaled weights may have cost; a time
///   limit leaves the best scales so far. The least value over T may be lower by some 1e-4.
/// - Cost: one symmetric eigenvalue problem a layer and step, hundreds of steps.
/// - Reference: Scaman & Virmaux 2018, Algorithm 1, on a network that computes the same function.
public struct AutoLipRescaled: BoundMethod {
  public static let name = "autolip-rescaled"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "product of the spectral norms, least over rescalings of the units"
  public static let reference = "Scaman & Virmaux 2018, Algorithm 1; convex in log scales"

  public init() {}

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    guard question.weights.count > 1 else { return try Self.affine(question) }
    let plain = try AutoLip().bound(question)
    let watch = Stopwatch(question.settings)
    let rescaling = try DiagonalRescaling.leastProduct(of: question.weights, shouldStop: watch.shouldStop)
    let slopes = question.network.activations.map(\.lipschitzConstant)
    var product = 1.0
    var factors: [BoundFactor] = []
    for (index, (value, seconds)) in try rescaling.norms().enumerated() {
      factors.append(
        BoundFactor(
          name: "layer \(index + 1)", method: "spectral norm of the rescaled layer", side: .upper,
          value: value,
          seconds: seconds))
      product = upwards(product, times: value)
      if index < slopes.count { product = upwards(product, times: slopes[index]) }
    }
    if let value = plain.value, value <= product {
      return Self.answer(value, factors: plain.factors, isStopped: watch.hasStopped)
    }
    return Self.answer(product, factors: factors, isStopped: watch.hasStopped)
  }
}
