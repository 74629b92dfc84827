import PatternSearch

/// The best Jacobian norm among sampled points of the domain (on all of Rⁿ half of them in the network's own box, where
/// its file stores one), each record confirmed in exact arithmetic at a point
/// where the network is differentiable.
///
/// - Network: any MLP.
/// - Side: lower bound on L(f, X).
/// - Cost: one forward pass and one spectral norm a point.
/// - Reference: Eq. (1) of Scaman & Virmaux 2018 (Rademacher).
public struct Sampling: BoundMethod {
  public static let name = "sampling"
  public static let isForAllNorms = true
  public static let side = BoundSide.lower
  public static let soundness = Soundness.floatingPoint
  public static let summary = "largest Jacobian norm among random points, confirmed exactly"
  public static let reference = "Scaman & Virmaux 2018, Eq. (1)"

  public var count: Int

  public init() { self.init(count: 2000) }
  public init(count: Int) { self.count = count }

  public func bound(_ question: BoundQuestion) -> LabelledBound {
    let (witness, isStopped) = question.attainableProblem.bestSample(
      count: count, settings: question.settings)
    return Self.answer(
      witness?.lower ?? 0, isStopped: isStopped, evidence: witness.map { .witness($0) })
  }
}
