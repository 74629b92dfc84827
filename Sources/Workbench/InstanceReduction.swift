import ExactArithmetic
public import Problems
public import Reductions

/// An instance carried to another kind, ready to be written.
public struct InstanceReduction: Sendable {
  public let source: ProblemInstance
  public let target: ProblemInstance
  public let chain: ReductionChain
  public let result: ReducedProblem
  /// What of the source the target's files cannot hold.
  public let notes: [String]

  /// - Parameters:
  ///   - via: a kind to pass through.
  ///   - threshold: a question to carry along; nil for the source file's own, if the target can ask it.
  /// - Throws: `UnsupportedProblem` where no chain applies, or the target's files cannot ask the question.
  public init(
    _ source: ProblemInstance, to kind: ProblemKind, via: ProblemKind? = nil,
    threshold: OptimumThreshold? = nil
  ) throws(UnsupportedProblem) {
    let (chain, result) = try source.problem.reduced(to: kind, via: via)
    self.chain = chain
    self.result = result
    self.source = source
    let law = result.law
    let asked = threshold ?? source.threshold.map { OptimumThreshold(source.problem.ownRelation, $0) }
    let carried = asked.map {
      OptimumThreshold(law.scale.signum > 0 ? $0.relation : $0.relation.opposite, law.pushThreshold($0.value))
    }
    let fits = carried?.relation == result.target.ownRelation
    var notes: [String] = []
    if let carried, !fits {
      let problem =
        "the question becomes “is the optimum \(carried.relation.rawValue) \(carried.value)?”, which a "
        + "file of kind \(kind.rawValue) does not ask"
      if let threshold {
        throw UnsupportedProblem(problem, remedy: Self.complement(of: threshold, about: source.problem))
      }
      notes.append("\(problem); it is left out")
    }
    self.notes = notes
    let planted = source.planted.map {
      PlantedOptimum(
        value: law.push($0.value), solution: result.carry($0.solution),
        proof: "carried along \(chain.name): \($0.proof)")
    }
    target = ProblemInstance(
      name: source.name, problem: result.target, threshold: fits ? carried?.value : nil, planted: planted)
  }

  private static func complement(of threshold: OptimumThreshold, about problem: any Problem) -> String {
    let swapped = "yes and no change places"
    guard let other = problem.complement(of: threshold) else {
      return "ask the opposite: the other option with the next value the data allow; \(swapped)"
    }
    if problem.kind == .lipCST {
      guard other.relation == .atMost else { return "decide the source itself" }
      return "ask the opposite, --at-most-squared \(other.value): \(swapped)"
    }
    let option = other.relation == .atMost ? "--at-most" : "--at-least"
    return "ask the opposite, \(option) \(other.value): \(swapped)"
  }

  public var map: SolutionMapFile { SolutionMapFile(source: source.problem, chain: chain, result: result) }

  public var text: String {
    var lines = [
      "source  \(source.name)  (\(source.problem.summaryLine))", "target  \(target.problem.summaryLine)",
      "chain   \(chain.steps.isEmpty ? "none: the kinds are the same" : chain.name)",
      "law     \(result.law.formula())",
    ]
    if let threshold = target.threshold {
      lines.append("asks    is the optimum \(target.problem.ownRelation.rawValue) \(threshold)?")
    }
    if let planted = target.planted { lines.append("planted \(planted.value)") }
    return lines.joined(separator: "\n")
  }

  private struct Report: Encodable {
    var source: String
    var from: String
    var to: String
    var chain: String
    var variables: Int
    var terms: Int
    var valueLaw: String
    var threshold: String?
    var planted: String?
  }

  public var json: String {
    JSONReport.text(
      Report(
        source: source.name, from: source.problem.kind.rawValue, to: target.problem.kind.rawValue,
        chain: chain.name, variables: target.problem.variables, terms: target.problem.size.terms,
        valueLaw: result.law.formula(), threshold: target.threshold?.description,
        planted: target.planted?.value.description))
  }
}
