/// Branching on inputs: a box is halved as long as that decides phases of deep units faster than branching on units would
/// (Wang et al. 2018, ReluVal; Katz et al. 2017 for the networks that made it usual).
///
/// Branching on units in layer order decides the first layers exactly, but what it knows of later ones it has from bounds over
/// the box, which such branching does not shrink. A box costs one forward and one backward pass, and no linear program.
struct InputSplitting: Sendable {
  /// Halving an interval decides at most about half of the phases whose ranges it causes. So many make it worthwhile.
  private static let worthwhile = 1.5
  /// A relaxation is solved only where the interval bound is not farther above the cutoff: it is hardly ever better by more.
  private static let reach = 100.0

  /// The first layer's, the same in every box.
  let forms: LayerForms

  /// Nil where the domain is no bounded box.
  init?(_ problem: PatternProblem) {
    guard Self.applies(to: problem) else { return nil }
    forms = LayerForms(problem: problem)
  }

  static func applies(to problem: PatternProblem) -> Bool {
    guard let box = problem.freeBox else { return false }
    return problem.constraintUnits.isEmpty && problem.hiddenLayers > 1
      && (box.lower + box.upper).allSatisfy(\.isFinite)
  }

  /// The input to halve the box at, and where; nil where branching on units is better.
  ///
  /// - Parameter splitsInVain: around a point where many kinks meet splits decide nothing, however many: when each input has had
  ///   its turn, it is for units to go on.
  func choice(
    _ decisions: SymbolicBounds.Decisions, _ box: FreeBox, splitsInVain: Int
  ) -> InputSplit? {
    let influence = decisions.influence
    guard splitsInVain <= influence.count,
      let best = influence.indices.max(by: { influence[$0] < influence[$1] }),
      influence[best] / 2 > Self.worthwhile, let middle = box.middle(best)
    else { return nil }
    return InputSplit(input: best, value: middle)
  }

  /// Whether the relaxation of a box may be worth its time.
  static func isRelaxationWorthwhile(intervalBound: Double, cutoff: Double) -> Bool {
    intervalBound < reach * cutoff
  }
}

/// The hyperplane x_input = value.
public struct InputSplit: Sendable, Hashable, Codable {
  /// Among the inputs that vary.
  public let input: Int
  public let value: Double
}
