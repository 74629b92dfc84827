import ArgumentParser
import LipBench

struct DecideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decide",
    abstract:
      "LIP-CST: is L(f, X) at most (or at least) a given number? And the same of any problem's optimum.",
    discussion: """
      Thresholds are exact: integers, fractions p/q, decimals as written. Ties are settled in exact arithmetic.
      A problem file with a threshold of its own (LIP-CST: ell or ellSquared) needs no option.
      Exit code 0 for yes and for no, 2 where a limit left it undecided.

      EXAMPLES
        lipbench decide net.json --at-most 12.5
        lipbench decide net.json --at-most-squared 5 --domain box:0:1
        lipbench decide net.json --at-least 7/3 --json
        lipbench decide graph.mc --at-least 12
        lipbench decide question.json --certificate answer.cert
      """)

  @OptionGroup var network: NetworkOptions
  @OptionGroup var search: SearchOptions
  @OptionGroup var checkpoint: CheckpointOptions
  @OptionGroup var proof: CertificateOptions

  @Option(help: ArgumentHelp("What a problem file holds, where its name does not say.", valueName: "KIND"))
  var kind: String?

  @OptionGroup var question: ThresholdOptions

  func validate() throws {
    if let kind { _ = try ProblemKind.parse(kind, "--kind") }
  }

  func run() throws {
    let hint = try kind.map { try ProblemKind.parse($0, "--kind") }
    guard try NetworkFile.isNetwork(network.network, kind: hint) else { return try decideProblem(hint) }
    guard let (threshold, claim) = try question.aboutNetwork(), let asked = question.asked else {
      throw ValidationError("give one of --at-most V, --at-most-squared V, --at-least V")
    }
    let decision = try ExactConstant(
      try network.question(search.settings(threshold: threshold, checkpoint: checkpoint)),
      certificate: try proof.request(network.network, place: network.place, checkpoint: checkpoint),
      sink: search.sink)
    try report(decision, claim, asked)
  }

  /// A problem file: its own threshold, or the one given.
  private func decideProblem(_ hint: ProblemKind?) throws {
    try network.place.refuseForProblems()
    let instance = try ProblemFile.read(network.network, kind: hint)
    for note in instance.notes { Terminal.note("note: \(note)") }
    let own = instance.threshold.map { OptimumThreshold(instance.problem.ownRelation, $0) }
    let given = try question.aboutOptimum(of: instance.problem.kind)
    var certificate = try proof.request(network.network, kind: hint, checkpoint: checkpoint)
    certificate?.asksOwnQuestion = given == nil
    guard let threshold = given ?? own else {
      throw ValidationError("the file holds no threshold: give one of --at-most V, --at-least V")
    }
    // The value of lip-cst is L².
    let relation =
      threshold.relation == .atLeast
      ? "at-least" : instance.problem.kind == .lipCST ? "at-most-squared" : "at-most"
    let asked = question.asked ?? (relation, "\(threshold.value)")
    if let problem = instance.problem as? LipCST, !problem.isAttained {
      return try decideNetwork(try problem.network(name: instance.name), threshold, asked, certificate)
    }
    let decision = try Maximization.solve(
      instance, threshold: threshold, settings: search.quadraticSettings(checkpoint), certificate: certificate
    )
    for warning in decision.result.warnings { Terminal.note("warning: \(warning)") }
    checkpoint.note(decision.result.engine.keepsTree, engine: decision.result.engine.rawValue)
    let name =
      instance.problem.kind == .lipCST
      ? "L(f)²" : instance.problem.sense == .maximize ? "maximum" : "minimum"
    let claim = threshold.claim(about: name)
    print(
      search.json
        ? decision.json(seed: search.limits.seed, asked: asked)
        : decision.decisionText(claim.yes, negation: claim.no))
    try proof.require(decision.certificate)
    if decision.verdict == nil { throw ExitCode(2) }
  }

  /// LIP-CST that no reduction leads on from: a network over all of Rⁿ.
  private func decideNetwork(
    _ network: MultilayerPerceptron, _ threshold: OptimumThreshold,
    _ asked: (question: String, threshold: String), _ certificate: CertificateRequest?
  ) throws {
    var certificate = certificate
    // Every square is at least 0: at least a negative number, and not at most one.
    let isNegative = threshold.value.signum < 0
    let limit =
      isNegative
      ? Threshold.atLeast(squared: 0)
      : threshold.relation == .atMost
        ? .atMost(squared: threshold.value) : .atLeast(squared: threshold.value)
    if isNegative {
      let asksOwn = certificate?.asksOwnQuestion == true
      certificate?.conclusion =
        threshold.relation == .atMost
        ? "\(asksOwn ? "own" : "at-most \(threshold.value)") no" : "at-least \(threshold.value) yes"
    }
    let decision = try ExactConstant(
      try BoundQuestion(
        network, domain: .all, settings: search.settings(threshold: limit, checkpoint: checkpoint)),
      certificate: certificate, sink: search.sink)
    try report(
      isNegative ? decision.answering(threshold.relation == .atLeast) : decision,
      threshold.claim(about: "L(f)²"), asked)
  }

  private func report(
    _ decision: ExactConstant, _ claim: (yes: String, no: String),
    _ asked: (question: String, threshold: String)
  ) throws {
    for warning in decision.result.warnings { Terminal.note("warning: \(warning)") }
    checkpoint.note(decision.result.engine.keepsTree, engine: decision.result.engine.rawValue)
    print(
      search.json
        ? decision.decisionJSON(question: asked.question, threshold: asked.threshold)
        : decision.decisionText(claim.yes, negation: claim.no))
    try proof.require(decision.certificate)
    if decision.result.verdict == nil { throw ExitCode(2) }
  }
}
