import LinearAlgebra
import Networks
import PatternSearch

/// SeqLip of the network with rescaled units: the least of Eq. (8) as it is, with the scales that are best for Frobenius norms and with
/// those that are best for AutoLip (`DiagonalRescaling`). Two layers need none: Eq. (8) is Eq. (7) there, and does not move.
///
/// - Network: any MLP.
/// - Side: upper bound, never above SeqLip, sound as that is where a search is stopped. With a time limit each of the three has a third
///   of it.
/// - Cost: three times SeqLip's, and `AutoLipRescaled`'s.
/// - Reference: Scaman & Virmaux 2018, Eq. (8), on a network that computes the same function.
public struct SeqLipRescaled: BoundMethod {
  public static let name = "seqlip-rescaled"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "SeqLip, least over some rescalings of the units"
  public static let reference = "Scaman & Virmaux 2018, Eq. (8); rescaled for the least AutoLip"

  public init() {}

  public func bound(_ original: BoundQuestion) throws -> LabelledBound {
    guard original.weights.count > 1 else { return try Self.affine(original) }
    var question = original
    question.proofs = nil
    guard question.weights.count > 2 else {
      let found = try SeqLip.product(question, weights: question.weights)
      return Self.answer(found.value, factors: found.factors, isStopped: found.isStopped)
    }
    question.settings.timeLimit = original.settings.timeLimit.map { $0 / 3 }
    let watch = Stopwatch(original.settings)
    let slopes = original.network.activations.reduce(1) { $0 * $1.lipschitzConstant }
    var best = try SeqLip.product(question, weights: question.weights)
    var isStopped = best.isStopped
    let descent = Stopwatch(question.settings)
    for rescaling in try DiagonalRescaling.stages(of: question.weights, shouldStop: descent.shouldStop) {
      question.settings.timeLimit = original.settings.timeLimit.map { max(0.01, ($0 - watch.seconds) / 2) }
      var found = try SeqLip.product(question, weights: rescaling.weights)
      found.value = (found.value + slopes * (try rescaling.productError()) * (1 + 1e-12)).nextUp
      isStopped = isStopped || found.isStopped
      if found.value < best.value { best = found }
    }
    return Self.answer(best.value, factors: best.factors, isStopped: isStopped || descent.hasStopped)
  }
}
