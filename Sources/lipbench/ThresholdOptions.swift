import ArgumentParser
import LipBench

/// A question about an optimum or a Lipschitz constant.
struct ThresholdOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Is the optimum ≤ V? Of a network or lip-cst: is L ≤ V?", valueName: "V"))
  var atMost: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Of a network or lip-cst: is L² ≤ V?", valueName: "V"))
  var atMostSquared: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Is the optimum ≥ V? Of a network or lip-cst: is L ≥ V?", valueName: "V"))
  var atLeast: String?

  func validate() throws {
    guard [atMost, atMostSquared, atLeast].compactMap({ $0 }).count <= 1 else {
      throw ValidationError("give only one of --at-most V, --at-most-squared V, --at-least V")
    }
  }

  /// The question's name and its threshold, as they were written.
  var asked: (question: String, threshold: String)? {
    if let atMost { return ("at-most", atMost) }
    if let atMostSquared { return ("at-most-squared", atMostSquared) }
    return atLeast.map { ("at-least", $0) }
  }

  /// The question about L of a network; nil where none was asked.
  func aboutNetwork() throws -> (threshold: Threshold, claim: (yes: String, no: String))? {
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
    return try atLeast.map {
      (.atLeast(squared: try number($0).squared), ("L(f, X) ≥ \($0)", "L(f, X) < \($0)"))
    }
  }

  /// The question about a problem's own value; nil where none was asked. The value of lip-cst is L².
  func aboutOptimum(of kind: ProblemKind) throws -> OptimumThreshold? {
    func number(_ text: String) throws -> Rational {
      do { return try Rational.parseSigned(text) } catch { throw ValidationError("\(error)") }
    }
    func value(_ text: String) throws -> Rational {
      let number = try number(text)
      // Below every square, as every negative number is below every constant.
      return kind != .lipCST ? number : number.signum < 0 ? -1 : number.squared
    }
    if let atMost { return OptimumThreshold(.atMost, try value(atMost)) }
    if let atLeast { return OptimumThreshold(.atLeast, try value(atLeast)) }
    guard let atMostSquared else { return nil }
    guard kind == .lipCST else {
      throw ValidationError(
        "--at-most-squared is for networks and lip-cst, and this is \(kind.rawValue): give --at-most V")
    }
    return OptimumThreshold(.atMost, try number(atMostSquared))
  }
}
