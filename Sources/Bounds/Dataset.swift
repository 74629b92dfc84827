import PatternSearch

/// The largest Jacobian norm at the points of a data set that lie in the domain, evaluated in exact arithmetic; beside a point on a
/// kink, at a point of the domain off it.
///
/// - Network: any MLP.
/// - Side: lower bound on L(f, X).
/// - Cost: one forward pass and one norm a point.
/// - Reference: Scaman & Virmaux 2018, section 7, the column “Dataset”.
public struct Dataset: BoundMethod {
  public static let name = "dataset"
  public static let isForAllNorms = true
  public static let side = BoundSide.lower
  public static let soundness = Soundness.floatingPoint
  public static let summary = "largest Jacobian norm at the points of a file (--data), confirmed exactly"
  public static let reference = "Scaman & Virmaux 2018, section 7"

  public init() {}

  public func bound(_ question: BoundQuestion) -> LabelledBound {
    guard let points = question.points else {
      return Self.none("there are no points; name their file with --data")
    }
    let data = question.attainableProblem.bestWitness(among: points, settings: question.settings)
    let notes = [
      (data.outside, "outside the domain, left out"), (data.moved, "on a kink, moved off it"),
      (data.skipped, "on a kink, left out"), (data.stopped, "after a limit, left out"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    guard points.count > data.outside + data.skipped + data.stopped else {
      var answer = Self.none("no point of \(points.count) could be used: \(notes.joined(separator: "; "))")
      answer.isStopped = data.stopped > 0
      return answer
    }
    // Without a witness every Jacobian was zero.
    var answer = Self.answer(
      data.witness?.lower ?? 0, isStopped: data.stopped > 0, evidence: data.witness.map { .witness($0) })
    let best = data.point.map { ["largest at point \($0 + 1)"] } ?? []
    answer.detail = (["\(points.count) points"] + best + notes).joined(separator: "; ")
    return answer
  }
}
