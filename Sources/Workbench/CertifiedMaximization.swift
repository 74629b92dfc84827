import BigInt
import Certificates
import ExactArithmetic
import Problems
import QuadraticSearch
import RandomNumbers

/// The optimum of a problem with its certificate: the search's steps are written as they come, the solution and the
/// conclusion after them; then the checker reads the file against the instance.
struct CertifiedMaximization {
  private let instance: ProblemInstance
  private let request: CertificateRequest
  private let claim: String

  init(_ instance: ProblemInstance, _ request: CertificateRequest) {
    self.instance = instance
    self.request = request
    // A lip-cst is a network: its constant where the best pattern is attained, else the maximum over all patterns.
    let network = (instance.problem as? LipCST).map { $0.isAttained ? "attainable" : "free" }
    claim = network.map { "claim constant norm 2 patterns \($0) domain all" } ?? "claim optimum"
  }

  func solve(_ threshold: OptimumThreshold?, _ settings: QuadraticSettings) throws -> Maximization {
    let file = try request.begin()
    file.write(claim)
    file.write("proof spins")
    var settings = settings
    settings.proof = SpinProofWriter(file)
    var answer = try Maximization(instance, threshold: threshold, settings: settings)
    file.write("qed")
    if answer.isSettledBySolution {
      // The solution says it all.
      try file.restart()
      file.write(claim)
    }
    try solution(answer).forEach(file.write)
    file.write("conclude \(conclusion(answer))")
    answer.certificate = try request.finish(file)
    return answer
  }

  private func conclusion(_ answer: Maximization) -> String {
    guard let threshold = answer.threshold, let verdict = answer.verdict else {
      let (lower, upper) = answer.enclosure
      return "\(CertificateNumber.text(lower)) \(CertificateNumber.text(upper))"
    }
    let question =
      request.asksOwnQuestion
      ? "own" : "\(threshold.relation == .atMost ? "at-most" : "at-least") \(threshold.value)"
    return "\(question) \(verdict ? "yes" : "no")"
  }

  private func solution(_ answer: Maximization) throws -> [String] {
    guard let problem = instance.problem as? LipCST else {
      return ["solution " + answer.result.solution.map { $0 > 0 ? "+" : "-" }.joined()]
    }
    let jacobian = problem.jacobian(answer.solution)
    // The zero map needs no witness.
    guard jacobian.elements.contains(where: { !$0.isZero }) else { return [] }
    let place: String
    if problem.isAttained {
      guard let point = problem.strictPoint(answer.solution) else {
        throw ContradictedSearch("\(instance.name): no point attains the pattern of value \(answer.value)")
      }
      place = "x " + point.map { CertificateNumber.text($0) }.joined(separator: " ")
    } else {
      place = "pattern " + answer.solution.map(String.init).joined()
    }
    // One output: v = Jᵀ; one input: v = 1.
    let direction = problem.outputs == 1 ? jacobian.elements : [1]
    return [place, "v " + direction.map { CertificateNumber.text($0) }.joined(separator: " ")]
  }
}

extension LipCST {
  /// A point where the network is differentiable and has this pattern, but for units that do not matter: z = Jᵀ, or a small
  /// step aside where a unit without weight has its kink there.
  fileprivate func strictPoint(_ pattern: [Int]) -> [Rational]? {
    let point = attainingPoint(pattern)
    var random = SplitMix64(seed: 1)
    for power in [0, 6, 16, 32, 64, 128] {
      let x = point.map {
        power == 0
          ? $0
          : $0 + Dyadic(mantissa: 1, exponent: -power).fraction * Rational(Int(random.next() % 1024) - 512)
      }
      let fits = pattern.indices.allSatisfy { i in
        let row = (0..<inner.columns).map { inner[i, $0] }
        guard row.contains(where: { !$0.isZero }) else { return true }
        let value = zip(row, x).reduce(into: Rational.zero) { $0 += $1.0 * $1.1 }
        return !value.isZero && (outer[0, i].isZero || (value.signum > 0) == (pattern[i] == 1))
      }
      if fits { return x }
    }
    return nil
  }
}
