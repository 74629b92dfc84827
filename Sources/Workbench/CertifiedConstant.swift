import Bounds
import Certificates
import ExactArithmetic
import PatternSearch
import QuadraticSearch

/// The constant with its certificate: the search's steps are written as they come, the witness and the conclusion after
/// them; then the checker reads the file against the instance, and only what it accepts is called certified.
struct CertifiedConstant {
  typealias Answer = (SearchResult, upperSquared: Rational, ExactConstant.UpperSoundness, CertificateReport?)

  private let question: BoundQuestion
  private let patterns: ExactConstant.Patterns
  private let request: CertificateRequest
  private let claim: ConstantClaim

  init(_ question: BoundQuestion, _ patterns: ExactConstant.Patterns, _ request: CertificateRequest) {
    self.question = question
    self.patterns = patterns
    self.request = request
    claim = ConstantClaim(question: question, isAttainable: patterns == .attainable)
  }

  func solve(_ sink: @escaping SearchSink) throws -> Answer {
    let file = try CertificateFile(request.path)
    file.write(claim.line)
    var (result, bound, soundness) = try search(file, sink)
    if let witness = result.enclosure.witness { claim.lines(witness).forEach(file.write) }
    if let threshold = question.settings.threshold, let verdict = result.verdict {
      if threshold.isSettled(verdict) {
        // The witness says it all.
        try file.restart()
        file.write(claim.line)
        if let witness = result.enclosure.witness { claim.lines(witness).forEach(file.write) }
      }
      file.write("conclude \(text(threshold)) \(verdict ? "yes" : "no")")
    } else {
      let lower = result.enclosure.witness.map(ConstantClaim.lower) ?? "-"
      file.write("conclude \(lower) \(bound.map { CertificateNumber.text($0) } ?? "-")")
    }
    try file.finish()
    let report = try request.check()
    if report.isAccepted, let bound {
      soundness = .certified
      result.enclosure.upper = max(result.enclosure.lower, bound.squareRootRoundedUp)
    }
    return (result, bound ?? .zero, soundness, report)
  }

  private func search(
    _ file: CertificateFile, _ sink: @escaping SearchSink
  ) throws -> (SearchResult, bound: Rational?, ExactConstant.UpperSoundness) {
    file.write("proof patterns")
    defer { file.write("qed") }
    let writer = PatternProofWriter(file)
    var settings = question.settings
    settings.proof = writer
    let problem = patterns == .attainable ? question.attainableProblem : question.freeProblem
    let result = try problem.solve(settings, sink: sink)
    return (result, writer.bound, .floatingPoint)
  }

  private func text(_ threshold: Threshold) -> String {
    if request.asksOwnQuestion { return "own" }
    switch threshold {
    case .atMost(let squared): return "at-most \(squared)"
    case .atLeast(let squared): return "at-least \(squared)"
    }
  }
}

extension Threshold {
  /// Whether one pattern gave this answer, rather than a bound on all.
  fileprivate func isSettled(_ verdict: Bool) -> Bool {
    switch self {
    case .atMost: !verdict
    case .atLeast: verdict
    }
  }
}
