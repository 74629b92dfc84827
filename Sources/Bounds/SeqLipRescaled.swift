import LinearAlgebra
import Networks
import PatternSearch

/// SeqLip of the network with rescaled units and other splittings of its inner layers: the least of Eq. (8) as it is, with the scales that are best
/// for Frobenius norms, with those that are best for AutoLip (`DiagonalRescaling`), and with the splittings W_k = L_k R_k that a descent from
/// there finds (`SplitDescent`; Eq. (8) takes U Σ^½ and Σ^½ Vᵀ, any other is as sound). Two layers need none: Eq. (8) is Eq. (7) there, and
/// does not move.
///
/// - Network: any MLP.
/// - Side: upper bound, never above SeqLip, sound as that is where a search is stopped. With a time limit each part has a share of it.
/// - Cost: four times SeqLip's, `AutoLipRescaled`'s, and some hundred steps of a few matrix products a layer.
/// - Reference: Scaman & Virmaux 2018, Eq. (8), on a network that computes the same function; the splittings are this project's.
public struct SeqLipRescaled: BoundMethod {
  public static let name = "seqlip-rescaled"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "SeqLip, least over rescalings of the units and splittings of the layers"
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
    func left(among parts: Double) -> Double? {
      original.settings.timeLimit.map { max(0.01, ($0 - watch.seconds) / parts) }
    }
    let stages = try DiagonalRescaling.stages(of: question.weights, shouldStop: descent.shouldStop)
    var start = stages[0]
    var least = Double.infinity
    func offer(_ rescaling: DiagonalRescaling, _ splitting: SeqLipPairs?, _ residuals: [Double]) throws {
      var found = try SeqLip.product(question, weights: rescaling.weights, splitting: splitting)
      found.value =
        (found.value + slopes * (try rescaling.productError(residuals: residuals)) * (1 + 1e-12)).nextUp
      isStopped = isStopped || found.isStopped
      if found.value < least { (least, start) = (found.value, rescaling) }
      if found.value < best.value { best = found }
    }
    let none = question.weights.map { _ in 0.0 }
    for rescaling in stages {
      question.settings.timeLimit = left(among: 4)
      try offer(rescaling, nil, none)
    }
    question.settings.timeLimit = left(among: 2)
    let turning = Stopwatch(question.settings)
    var split = SplitDescent(try SeqLipPairs(question, weights: start.weights).pairs)
    try split.run(steps: Self.steps(question), shouldStop: turning.shouldStop)
    let residuals = none.indices.map { k in
      k == 0 || k + 1 == none.count ? 0 : split.residual(k, of: start.weights[k])
    }
    question.settings.timeLimit = left(among: 1)
    try offer(start, SeqLipPairs(question, inner: split.inner, outer: split.outer), residuals)
    let hasStopped = isStopped || descent.hasStopped || turning.hasStopped
    return Self.answer(best.value, factors: best.factors, isStopped: hasStopped)
  }

  /// Fewer for layers of hundreds of units.
  private static func steps(_ question: BoundQuestion) -> Int {
    let work = question.weights.reduce(0.0) {
      let size = Double(min($1.rows, $1.columns))
      return $0 + size * size * Double(max($1.rows, $1.columns))
    }
    return Int(min(400, max(40, 2e9 / max(work, 1))))
  }
}
