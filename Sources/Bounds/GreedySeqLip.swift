import LinearAlgebra
import PatternSearch

/// Greedy SeqLip: Eq. (8) with each factor approached from below, by the best single flips from the all-ones pattern (the released
/// code's way), and by the paper's gradient ascent and flips from other starts: the better of the two. The gradient's whole step, the norm
/// being convex, ends in a vertex at once; see `DiagonalMaximization`.
///
/// - Network: any MLP.
/// - Side: estimate. Each factor is a lower bound of its maximum, and the product is neither an upper nor a
///   lower bound of L; on some networks it is too small by a factor of nearly two a layer.
/// - Cost: some SVDs of outputs × inputs of the pair a start, and O(width) power steps a flip.
/// - Reference: Scaman & Virmaux 2018, section 6.1.
public struct GreedySeqLip: BoundMethod {
  public static let name = "greedy-seqlip"
  public static let side = BoundSide.estimate
  public static let soundness = Soundness.none
  public static let summary = "SeqLip with each factor approached from below by gradient ascent and flips"
  public static let reference = "Scaman & Virmaux 2018, section 6.1"

  /// Random starts beside the all-ones pattern and those from singular vectors.
  public var restarts: Int

  public init() { self.init(restarts: 4) }
  public init(restarts: Int) { self.restarts = restarts }

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    guard question.weights.count > 1 else { return Self.answer(try question.weights[0].spectralNorm()) }
    var product = 1.0
    var factors: [BoundFactor] = []
    let watch = Stopwatch(question.settings)
    for (index, pair) in try SeqLipPairs(question).pairs.enumerated() {
      let (best, seconds) = try timed {
        try pair.ascentMaximum(restarts: restarts, seed: question.settings.seed, shouldStop: watch.shouldStop)
      }
      factors.append(
        BoundFactor(
          name: "layers \(index + 1)-\(index + 2)", method: "ascent and flips, \(restarts) restarts",
          side: .estimate,
          value: best.value, seconds: seconds))
      product *= best.value
    }
    return Self.answer(product, factors: factors, isStopped: watch.hasStopped)
  }
}
