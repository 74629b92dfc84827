import ArgumentParser
import LipBench

struct DecideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decide",
    abstract: "LIP-CST: is L(f, X) at most (or at least) a given number?",
    discussion: """
      Thresholds are exact: integers, fractions p/q, decimals as written. Ties are settled in exact arithmetic.
      Exit code 0 for yes and for no, 2 where a limit left it undecided.

      EXAMPLES
        lipbench decide net.json --at-most 12.5
        lipbench decide net.json --at-most-squared 5 --domain box:0:1
        lipbench decide net.json --at-least 7/3 --json
      """)

  @OptionGroup var network: NetworkOptions
  @OptionGroup var search: SearchOptions

  @Option(help: ArgumentHelp("Is L ≤ V?", valueName: "V"))
  var atMost: String?

  @Option(help: ArgumentHelp("Is L² ≤ V?", valueName: "V"))
  var atMostSquared: String?

  @Option(help: ArgumentHelp("Is L ≥ V?", valueName: "V"))
  var atLeast: String?

  func validate() throws {
    guard [atMost, atMostSquared, atLeast].compactMap({ $0 }).count == 1 else {
      throw ValidationError("give one of --at-most V, --at-most-squared V, --at-least V")
    }
  }

  func run() throws {
    let threshold: Threshold
    /// The statement asked about, and what holds where it is false.
    let claim: (yes: String, no: String)
    if let atMost {
      threshold = .atMost(squared: try Rational.parse(atMost).squared)
      claim = ("L(f, X) ≤ \(atMost)", "L(f, X) > \(atMost)")
    } else if let atMostSquared {
      threshold = .atMost(squared: try Rational.parse(atMostSquared))
      claim = ("L(f, X)² ≤ \(atMostSquared)", "L(f, X)² > \(atMostSquared)")
    } else if let atLeast {
      threshold = .atLeast(squared: try Rational.parse(atLeast).squared)
      claim = ("L(f, X) ≥ \(atLeast)", "L(f, X) < \(atLeast)")
    } else {
      return
    }
    let decision = try ExactConstant(
      try network.question(search.settings(threshold: threshold)), sink: search.sink)
    print(search.json ? decision.json : decision.decisionText(claim.yes, negation: claim.no))
    if decision.result.verdict == nil { throw ExitCode(2) }
  }
}
