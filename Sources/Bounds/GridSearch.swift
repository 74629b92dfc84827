import PatternSearch

/// The largest Jacobian norm on a grid over a bounded domain of up to three inputs, confirmed in exact arithmetic.
///
/// - Network: any MLP of at most three inputs that vary.
/// - Side: lower bound on L(f, X).
/// - Cost: a few forward passes for each of some millions of points.
/// - Reference: Scaman & Virmaux 2018, section 7, the column “Grid”.
public struct GridSearch: BoundMethod {
  public static let name = "grid"
  public static let isForAllNorms = true
  public static let side = BoundSide.lower
  public static let soundness = Soundness.floatingPoint
  public static let summary =
    "largest Jacobian norm on a grid over a box of up to three inputs, confirmed exactly"
  public static let reference = "Scaman & Virmaux 2018, section 7"

  private static let pointLimit = 1e9

  public init() {}

  public func bound(_ question: BoundQuestion) -> LabelledBound {
    let problem = question.attainableProblem
    guard question.domain.box != nil else {
      return Self.none("a grid needs a bounded domain, such as --domain box:0:1")
    }
    let inputs = problem.freeInputs.count
    guard inputs <= PatternProblem.gridInputLimit else {
      return Self.none("a grid over \(inputs) inputs; at most \(PatternProblem.gridInputLimit) are offered")
    }
    let perAxis = question.gridPointsPerAxis ?? [1, 4_000_000, 2000, 160][inputs]
    let count = (0..<inputs).reduce(1.0) { product, _ in product * Double(perAxis) }
    guard count <= Self.pointLimit else {
      return Self.none("a grid of \(perAxis) points an axis has more than a billion points")
    }
    let found = problem.bestGridPoint(pointsPerAxis: perAxis, settings: question.settings)
    var answer = Self.answer(
      found.witness?.lower ?? 0, isStopped: found.isStopped, evidence: found.witness.map { .witness($0) })
    answer.detail = "\(found.points) points, \(perAxis) an axis"
    return answer
  }
}
