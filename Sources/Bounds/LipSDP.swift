import LinearAlgebra
import PatternSearch

/// LipSDP-Neuron: the semidefinite relaxation of Eq. (7) with one multiplier a neuron.
///
/// - Network: any MLP (slopes α, β a layer).
/// - Side: upper bound on FGL. Every printed value belongs to multipliers whose matrix passed a Cholesky test with a
///   margin for rounding, so an early stop or an inaccurate solve only makes it larger. The variant that couples
///   neurons (LipSDP-Network) is unsound and not offered.
/// - Cost: O(N³) a Newton step, N = inputs + units; 25 to 60 steps.
/// - Reference: Fazlyab et al. 2019; Pauli et al. 2021 on the coupled variant.
public struct LipSDPNeuron: BoundMethod {
  public static let name = "lipsdp-neuron"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "semidefinite relaxation, one multiplier a neuron"
  public static let reference = "Fazlyab et al. 2019, Theorem 2 with diagonal T"

  public init() {}

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    try semidefinite(question, .neuron, Self.self)
  }
}

/// LipSDP-Layer: the same with one multiplier a layer; weaker and faster.
///
/// - Network: any MLP.
/// - Side: upper bound on FGL, never below LipSDP-Neuron's optimum.
/// - Cost: as LipSDP-Neuron, with a Newton system of the size of the number of layers.
/// - Reference: Fazlyab et al. 2019, section 3.
public struct LipSDPLayer: BoundMethod {
  public static let name = "lipsdp-layer"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "semidefinite relaxation, one multiplier a layer"
  public static let reference = "Fazlyab et al. 2019, LipSDP-Layer"

  public init() {}

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    try semidefinite(question, .layer, Self.self)
  }
}

private func semidefinite<Method: BoundMethod>(
  _ question: BoundQuestion, _ sharing: PatternProblem.MultiplierSharing, _ method: Method.Type
) throws -> LabelledBound {
  guard question.weights.count > 1 else { return try method.affine(question) }
  let watch = Stopwatch(question.settings)
  let (value, multipliers) = question.freeProblem.semidefiniteBound(
    sharing: sharing, shouldStop: watch.shouldStop)
  return method.answer(value, isStopped: watch.hasStopped, evidence: .multipliers(multipliers))
}
