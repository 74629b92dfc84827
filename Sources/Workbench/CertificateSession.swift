import Bounds
import Certificates
import ExactArithmetic
import PatternSearch

/// Answers with one certificate file for all of them: each answer's claim is written while it is found.
final class CertificateSession {
  let file: CertificateFile
  private let request: CertificateRequest
  /// How many claims were written.
  var claims = 0

  init(_ request: CertificateRequest) throws {
    file = try request.begin()
    self.request = request
  }

  /// The checker's word on the finished file.
  func finish() throws -> CertificateReport {
    try request.finish(file)
  }

  // MARK: The constant

  /// The search's steps as they come, the witness and the conclusion after them.
  ///
  /// - Returns: the result; the square of the upper end, where one is proved.
  func constant(
    _ question: BoundQuestion, _ patterns: ExactConstant.Patterns, sink: @escaping SearchSink
  ) throws -> ExactConstant.Found {
    let claim = ConstantClaim(question: question, isAttainable: patterns == .attainable)
    file.write(claim.line)
    var found: ExactConstant.Found = try search(question, patterns, sink)
    let result = found.result
    let witness = result.enclosure.witness.map(claim.lines) ?? claim.interiorLine.map { [$0] } ?? []
    if let threshold = question.settings.threshold, let verdict = result.verdict {
      if threshold.isSettled(verdict), claims == 0 {
        // The witness says it all; nothing is proved of the upper end.
        try file.restart()
        file.write(claim.line)
        found.upperSquared = nil
      }
      witness.forEach(file.write)
      file.write("conclude \(request.conclusion ?? "\(text(threshold)) \(verdict ? "yes" : "no")")")
    } else {
      witness.forEach(file.write)
      let lower = result.enclosure.witness.map(ConstantClaim.lower) ?? "-"
      file.write("conclude \(lower) \(found.upperSquared.map { CertificateNumber.text($0) } ?? "-")")
    }
    claims += 1
    return found
  }

  private func search(
    _ question: BoundQuestion, _ patterns: ExactConstant.Patterns, _ sink: @escaping SearchSink
  ) throws -> ExactConstant.Found {
    if let (route, engine) = ExactConstant.route(question, patterns) {
      file.write("proof spins")
      defer { file.write("qed") }
      return try route.solve(engine: engine, proof: SpinProofWriter(file), sink: sink)
    }
    let problem = patterns == .attainable ? question.attainableProblem : question.freeProblem
    // Where no input varies, there is nothing to prove.
    if problem.freeInputs.isEmpty {
      return (try problem.solve(question.settings, sink: sink), .zero, .floatingPoint)
    }
    file.write("proof patterns")
    defer { file.write("qed") }
    let writer = PatternProofWriter(file)
    var settings = question.settings
    settings.proof = writer
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
