import BigInt
import Certificates
public import ExactArithmetic
import Foundation
public import Problems
import QuadraticSearch
import Reductions

extension Rational {
  /// An integer or short fraction as it is; anything longer to 12 digits, rounded as asked.
  public func printed(_ rounding: DirectedRounding) -> String {
    if isInteger || description.count <= 24 { return description }
    // The nearest double is off by half a step at most; a whole step makes it a bound.
    let size = magnitude.approximation
    switch (rounding, signum < 0) {
    case (.nearest, let isNegative):
      return (isNegative ? "-" : "") + directedDecimal(size, digits: 12, .nearest)
    case (.down, false): return directedDecimal(size.nextDown, digits: 12, .down)
    case (.up, false): return directedDecimal(size.nextUp, digits: 12, .up)
    case (.down, true): return "-" + directedDecimal(size.nextUp, digits: 12, .up)
    case (.up, true): return "-" + directedDecimal(size.nextDown, digits: 12, .down)
    }
  }
}

extension Problem {
  /// `max-cut, 60 vertices, 885 edges`.
  public var summaryLine: String {
    func count(_ n: Int, _ one: String, _ many: String) -> String { "\(n) \(n == 1 ? one : many)" }
    let (n, m) = (size.variables, size.terms)
    switch kind {
    case .maxCut: return "max-cut, \(count(n, "vertex", "vertices")), \(count(m, "edge", "edges"))"
    case .ising:
      return "ising, \(count(n, "spin", "spins")), \(count(m, "coupling or field", "couplings and fields"))"
    case .qubo: return "qubo, \(count(n, "bit", "bits")), \(count(m, "term", "terms"))"
    case .partition: return "partition, \(count(n, "number", "numbers"))"
    case .qcmh:
      return "qcmh, \(count(n, "variable", "variables")), \(count(m, "nonzero entry", "nonzero entries"))"
    case .lipCST: return "lip-cst, \(count(n, "unit", "units")), \(count(m, "input", "inputs"))"
    case .milp: return "milp, \(count(n, "column", "columns")), \(count(m, "row", "rows"))"
    }
  }

  /// What the value is.
  var valueName: String {
    switch kind {
    case .maxCut: "cut weight"
    case .ising: "Σ J s s + Σ h s"
    case .qubo: "Σ q x x"
    case .partition: "|Σ a s|"
    case .qcmh: "-xᵀHx + cᵀx"
    case .lipCST: "L(f)²"
    case .milp: "cost"
    }
  }
}

extension Maximization {
  private var name: String { instance.problem.sense == .maximize ? "maximum" : "minimum" }

  public var stopText: String {
    switch result.reason {
    case .gap: "gap reached"
    case .decided: "question decided"
    case .time: "time limit"
    case .nodes: "node limit"
    case .interrupt: "interrupted"
    case .memory: "memory limit"
    case .failure: "GLPK failed"
    }
  }

  /// Up to 60 variables: bits in one word, spins as + and -.
  private var solutionText: String {
    let shown = solution.prefix(60).map {
      $0 == 1 ? (instance.problem.alphabet == .spins ? "+" : "1") : $0 == 0 ? "0" : "-"
    }
    return shown.joined() + (solution.count > 60 ? "… (\(solution.count); --json has all)" : "")
  }

  private var boundText: String {
    if boundSoundness == .certified { return boundSoundness.text }
    return switch result.boundSource {
    case .presolve: "exact: reductions in integers decide every spin"
    case .enumeration: "exact: enumeration in integers"
    case .dynamicProgramming: "exact: dynamic programming in integers"
    case .sumOfMagnitudes: "exact: the sum of all magnitudes; the engine was stopped before it knew more"
    case .linearMultipliers: "exact: multipliers of a linear program, evaluated in integers"
    case .solver: "GLPK's bound, not checked"
    case .relaxation:
      "floating-point bounds with margins for rounding, moved to the values that the data allow"
    }
  }

  private var soundness: String { boundSoundness.rawValue }

  private var lines: [String] {
    let sense = instance.problem.sense
    let statistics = result.statistics
    var lines = [
      "instance  \(instance.name)  (\(instance.problem.summaryLine))",
      "question  \(sense.rawValue) \(instance.problem.valueName)",
    ]
    lines += noteLines(instance.notes)
    lines.append("")
    if isOptimal {
      lines.append(
        "\(name) = \(value.printed(.nearest))" + rootText
          + (result.boundSource == .solver ? "   (says GLPK, not checked)" : ""))
    } else {
      let (lower, upper) = enclosure
      lines.append(
        "\(lower.printed(.down)) ≤ \(name) ≤ \(upper.printed(.up))  (the search stopped: \(stopText))")
    }
    lines.append(
      "  value     \(value.printed(.nearest))   exact: the solution below, evaluated in integers or fractions"
    )
    lines.append("  bound     \(bound.printed(sense == .maximize ? .up : .down))   \(boundText)")
    lines.append("  solution  \(solutionText)")
    if let planted = instance.planted {
      let agreement =
        value == planted.value
        ? "reached" : sense.prefers(value, to: planted.value) ? "BEATEN" : "not reached"
      lines.append("  planted   \(planted.value.printed(.nearest))   \(agreement); \(planted.proof)")
    }
    lines.append("")
    lines.append(
      "engine \(result.engine.rawValue): \(statistics.nodes) nodes, \(statistics.relaxations) relaxations, "
        + "\(secondsText(result.seconds)) s")
    if let certificate { lines.append(certificate.text) }
    return lines
  }

  private var rootText: String {
    guard instance.problem.kind == .lipCST else { return "" }
    return ", so L(f) = \(directedDecimal(max(value, 0).squareRootRoundedDown, digits: 12, .nearest))"
  }

  /// What `lipbench maximize` prints.
  public func text(explain: Bool) -> String {
    guard explain else { return lines.joined(separator: "\n") }
    let way =
      !chain.steps.isEmpty
      ? "carried along \(chain.name)"
      : instance.problem.kind == .qcmh ? "it is a QCMH" : "it is an Ising problem"
    return (lines + ["because \(way); \(result.explanation)"]).joined(separator: "\n")
  }

  /// What `lipbench decide` prints.
  public func decisionText(_ claim: String, negation: String) -> String {
    let verdict =
      switch verdict {
      case true?: "yes: \(claim)"
      case false?: "no: \(negation)"
      case nil: "undecided (\(stopText)): \(claim)"
      }
    let (lower, upper) = enclosure
    return [
      verdict, "instance  \(instance.name)  (\(instance.problem.summaryLine))",
      "known     \(lower.printed(.down)) ≤ \(name) ≤ \(upper.printed(.up))",
      "bound     \(boundText)",
      "engine    \(result.engine.rawValue), \(result.statistics.nodes) nodes, \(secondsText(result.seconds)) s",
      certificate?.text,
    ].compactMap { $0 }.joined(separator: "\n")
  }

  private struct Report: Encodable {
    var instance: String
    var kind: String
    var variables: Int
    var terms: Int
    var sense: String
    var value: JSONNumber
    var lower: JSONNumber
    var upper: JSONNumber
    /// The same three as exact fractions.
    var exact: Exact
    var status: String
    var reason: String
    var chain: String
    var engine: String
    var explanation: String
    var soundness: String
    var nodes: Int
    var statistics: QuadraticStatistics
    var seconds: Double
    var seed: UInt64
    var solution: [Int]
    var planted: String?
    var verdict: String?
    var question: String?
    var threshold: String?
    var certificate: String?
    var certificateRejected: String?
    var notes: [String]
  }

  private struct Exact: Encodable {
    var value: String
    var lower: String
    var upper: String
  }

  /// What `--json` prints.
  ///
  /// - Parameter asked: the question of `decide`, `at-most`, `at-most-squared` or `at-least`, and its threshold as it was written.
  public func json(seed: UInt64, asked: (question: String, threshold: String)? = nil) -> String {
    let (lower, upper) = enclosure
    let verdict = threshold.map { _ in self.verdict.map { $0 ? "yes" : "no" } ?? "undecided" }
    return JSONReport.text(
      Report(
        instance: instance.name, kind: instance.problem.kind.rawValue, variables: instance.problem.variables,
        terms: instance.problem.size.terms, sense: instance.problem.sense.rawValue,
        value: JSONNumber(value, .nearest),
        lower: JSONNumber(lower, .down), upper: JSONNumber(upper, .up),
        exact: Exact(value: value.description, lower: lower.description, upper: upper.description),
        status: isOptimal ? "optimal" : "stopped", reason: result.reason.rawValue, chain: chain.name,
        engine: result.engine.rawValue, explanation: result.explanation,
        soundness: soundness, nodes: result.statistics.nodes,
        statistics: result.statistics, seconds: result.seconds, seed: seed, solution: solution,
        planted: instance.planted?.value.description, verdict: verdict,
        question: asked?.question, threshold: asked?.threshold,
        certificate: certificate?.acceptedPath, certificateRejected: certificate?.check.reason,
        notes: instance.notes))
  }
}

/// An integer as a JSON integer; anything else as a double, rounded as asked; beyond the range of doubles as text.
struct JSONNumber: Encodable {
  let value: Rational
  let rounding: DirectedRounding

  init(_ value: Rational, _ rounding: DirectedRounding) {
    self.value = value
    self.rounding = rounding
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if value.isInteger, let integer = Int128(fitting: value.numerator) {
      return try container.encode(integer)
    }
    let nearest = value.approximation
    guard nearest.isFinite else { return try container.encode(value.description) }
    switch rounding {
    case .down where Rational(nearest) > value: try container.encode(nearest.nextDown)
    case .up where Rational(nearest) < value: try container.encode(nearest.nextUp)
    default: try container.encode(nearest)
    }
  }
}
