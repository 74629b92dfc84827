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
        lipbench decide question.json
      """)

  @OptionGroup var network: NetworkOptions
  @OptionGroup var search: SearchOptions

  @Option(help: ArgumentHelp("What a problem file holds, where its name does not say.", valueName: "KIND"))
  var kind: String?

  @Option(help: ArgumentHelp("Is L ≤ V? Of a problem: is the optimum ≤ V?", valueName: "V"))
  var atMost: String?

  @Option(help: ArgumentHelp("Is L² ≤ V?", valueName: "V"))
  var atMostSquared: String?

  @Option(help: ArgumentHelp("Is L ≥ V? Of a problem: is the optimum ≥ V?", valueName: "V"))
  var atLeast: String?

  func validate() throws {
    guard [atMost, atMostSquared, atLeast].compactMap({ $0 }).count <= 1 else {
      throw ValidationError("give only one of --at-most V, --at-most-squared V, --at-least V")
    }
    if let kind { _ = try ProblemKind.parse(kind, "--kind") }
  }

  func run() throws {
    let hint = try kind.map { try ProblemKind.parse($0, "--kind") }
    guard NetworkFile.isNetwork(network.network, kind: hint) else { return try decideProblem(hint) }
    let (threshold, claim) = try question()
    let decision = try ExactConstant(
      try network.question(search.settings(threshold: threshold)), sink: search.sink)
    print(search.json ? decision.json : decision.decisionText(claim.yes, negation: claim.no))
    if decision.result.verdict == nil { throw ExitCode(2) }
  }

  /// A problem file: its own threshold, or the one given.
  private func decideProblem(_ hint: ProblemKind?) throws {
    let instance = try ProblemFile.read(network.network, kind: hint)
    for note in instance.notes { Terminal.note("note: \(note)") }
    let isNetwork = instance.problem.kind == .lipCST
    func number(_ text: String) throws -> Rational {
      do { return try Rational.parseSigned(text) } catch { throw ValidationError("\(error)") }
    }
    var threshold: OptimumThreshold
    if let text = atMost {
      threshold = OptimumThreshold(.atMost, try number(text))
    } else if let text = atLeast {
      threshold = OptimumThreshold(.atLeast, try number(text))
    } else if let text = atMostSquared {
      guard isNetwork else { throw ValidationError("--at-most-squared is for networks and lip-cst") }
      threshold = OptimumThreshold(.atMost, try number(text))
    } else if let own = instance.threshold {
      threshold = OptimumThreshold(instance.problem.ownRelation, own)
    } else {
      throw ValidationError("the file holds no threshold: give one of --at-most V, --at-least V")
    }
    // LIP-CST asks for L, its value is L².
    if isNetwork, atMost != nil || atLeast != nil {
      threshold = OptimumThreshold(
        threshold.relation, threshold.value.signum < 0 ? -1 : threshold.value.squared)
    }
    if let problem = instance.problem as? LipCST, !problem.isAttained {
      let network = try problem.network(name: instance.name)
      let limit =
        threshold.value.signum < 0
        ? Threshold.atLeast(squared: 0)
        : threshold.relation == .atMost
          ? .atMost(squared: threshold.value) : .atLeast(squared: threshold.value)
      let decision = try ExactConstant(
        try BoundQuestion(network, domain: .all, settings: search.settings(threshold: limit)),
        sink: search.sink)
      let claim = threshold.claim(about: "L(f)²")
      print(search.json ? decision.json : decision.decisionText(claim.yes, negation: claim.no))
      if decision.result.verdict == nil { throw ExitCode(2) }
      return
    }
    var settings = QuadraticSettings(search.limits)
    settings.engine = QuadraticEngine(rawValue: search.engine)
    let decision = try Maximization(instance, threshold: threshold, settings: settings)
    let name = isNetwork ? "L(f)²" : instance.problem.sense == .maximize ? "maximum" : "minimum"
    let claim = threshold.claim(about: name)
    print(
      search.json
        ? decision.json(seed: search.limits.seed) : decision.decisionText(claim.yes, negation: claim.no))
    if decision.verdict == nil { throw ExitCode(2) }
  }

  /// The threshold, the statement asked about, and what holds where it is false.
  private func question() throws -> (threshold: Threshold, claim: (yes: String, no: String)) {
    func number(_ text: String) throws -> Rational {
      do { return try Rational.parse(text) } catch { throw ValidationError("\(error)") }
    }
    if let atMost {
      return (.atMost(squared: try number(atMost).squared), ("L(f, X) ≤ \(atMost)", "L(f, X) > \(atMost)"))
    }
    if let atMostSquared {
      return (
        .atMost(squared: try number(atMostSquared)),
        ("L(f, X)² ≤ \(atMostSquared)", "L(f, X)² > \(atMostSquared)")
      )
    }
    if let atLeast {
      return (
        .atLeast(squared: try number(atLeast).squared), ("L(f, X) ≥ \(atLeast)", "L(f, X) < \(atLeast)")
      )
    }
    throw ValidationError("give one of --at-most V, --at-most-squared V, --at-least V")
  }
}
