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
    guard [atMost, atMostSquared, atLeast].compactMap({ $0 }).count <= 1 else {
      throw ValidationError("give only one of --at-most V, --at-most-squared V, --at-least V")
    }
    _ = try question()
  }

  func run() throws {
    let (threshold, claim) = try question()
    let decision = try ExactConstant(
      try network.question(search.settings(threshold: threshold)), sink: search.sink)
    print(search.json ? decision.json : decision.decisionText(claim.yes, negation: claim.no))
    if decision.result.verdict == nil { throw ExitCode(2) }
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
