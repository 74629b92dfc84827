import PatternSearch

/// The largest Jacobian norm at the ends of simulated annealing over the domain, confirmed in exact arithmetic.
///
/// - Network: any MLP.
/// - Side: lower bound on L(f, X).
/// - Cost: chains × steps forward passes and norms.
/// - Reference: Scaman & Virmaux 2018, section 7, the column “Annealing”.
public struct Annealing: BoundMethod {
  public static let name = "annealing"
  public static let isForAllNorms = true
  public static let side = BoundSide.lower
  public static let soundness = Soundness.floatingPoint
  public static let summary = "largest Jacobian norm that simulated annealing finds, confirmed exactly"
  public static let reference = "Scaman & Virmaux 2018, section 7"

  public var chains = 4
  public var steps = 2500

  public init() {}

  public func bound(_ question: BoundQuestion) -> LabelledBound {
    let (witness, isStopped) = question.attainableProblem.bestAnnealed(
      chains: chains, steps: steps, settings: question.settings)
    return Self.answer(
      witness?.lower ?? 0, isStopped: isStopped, evidence: witness.map { .witness($0) })
  }
}
