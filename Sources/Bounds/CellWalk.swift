import PatternSearch

/// The largest Jacobian norm on a walk from cell to cell, each time across the facet that promises most, from the middle of the
/// domain, the user's points (`--data`) and many others; confirmed in exact arithmetic at a point where the network is
/// differentiable.
///
/// - Network: any MLP.
/// - Side: lower bound on L(f, X).
/// - Cost: one Jacobian, in the 2-norm with its singular vectors, a cell; small linear programs.
/// - Reference: steepest ascent within iterated local search (Lourenço, Martin and Stützle 2003).
public struct CellWalk: BoundMethod {
  public static let name = "cell-walk"
  public static let isForAllNorms = true
  public static let side = BoundSide.lower
  public static let soundness = Soundness.floatingPoint
  public static let summary = "largest Jacobian norm on a walk over neighbouring cells, confirmed exactly"
  public static let reference = "Lourenço, Martin and Stützle 2003"

  /// Jacobians that may be formed.
  public var budget: Int

  public init() { self.init(budget: 2000) }
  public init(budget: Int) { self.budget = budget }

  public func bound(_ question: BoundQuestion) -> LabelledBound {
    let (witness, isStopped) = question.attainableProblem.bestWalk(
      budget: budget, settings: question.settings)
    return Self.answer(
      witness?.lower ?? 0, isStopped: isStopped, evidence: witness.map { .witness($0) })
  }
}
