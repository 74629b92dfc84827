public import Bounds
import ExactArithmetic
import Foundation
import Networks
import PatternSearch

extension MultilayerPerceptron {
  /// One line: name, architecture, activations, parameters.
  var summaryLine: String {
    let kinds = activations.reduce(into: [String]()) { if !$0.contains($1.label) { $0.append($1.label) } }
    let units = hiddenUnits == 0 ? "affine" : "\(kinds.joined(separator: ", ")), \(hiddenUnits) units"
    return "\(name)  \(architecture)  (\(units), \(parameters) parameters)"
  }
}

extension LabelledBound {
  /// The value rounded away from the truth: upper bounds up, lower bounds down.
  func printed(digits: Int) -> String {
    guard let value else { return "–" }
    switch side {
    case .upper: return directedDecimal(value, digits: digits, .up)
    case .lower: return directedDecimal(value, digits: digits, .down)
    case .estimate: return directedDecimal(value, digits: digits, .nearest)
    }
  }
}

/// Four decimals, or four digits where the ratio is huge.
func ratioText(_ ratio: Double) -> String { String(format: ratio < 1e5 ? "%.4f" : "%.4g", ratio) }

/// Notes of a reader, as every report has them.
func noteLines(_ notes: [String]) -> [String] { notes.map { "note      \($0)" } }

/// Up to eight coordinates.
private func vector(_ x: [Double]) -> String {
  let shown = x.prefix(8).map { String(format: "%.6g", $0) }.joined(separator: ", ")
  return x.count > 8 ? "\(shown), … \(x.count) coordinates" : shown
}

package func secondsText(_ seconds: Double) -> String {
  seconds < 0.0005 ? "<0.001" : String(format: seconds < 10 ? "%.3f" : "%.1f", seconds)
}

extension ExactConstant {
  private var domainLine: String { DomainText.sentence(question.domain, inputs: question.network.inputs) }

  /// A line of its own for what differs from the usual: another norm, one output.
  private var normLine: String {
    question.norm == .two && question.outputs == nil ? "" : "\nnorm      \(question.normText)"
  }

  private var fixedInputsLine: String {
    DomainText.fixedInputs(question.domain).map { "\n" + noteLines([$0])[0] } ?? ""
  }

  /// What `lipbench exact` prints.
  public func text(explain: Bool) -> String {
    let enclosure = result.enclosure
    let statistics = result.statistics
    var lines = [
      "network   \(question.network.summaryLine)",
      "question  \(patterns == .attainable ? "L(f, X)" : "FGL, all patterns"), \(question.normText), X = \(domainLine)",
      "",
    ]
    lines.insert(contentsOf: noteLines(question.notes), at: 2)
    let label = patterns == .attainable ? "L(f, X)" : "FGL"
    if result.isOptimal {
      lines.append(
        "\(label) = \(directedDecimal(value, digits: 12, .nearest))"
          + (upperSoundness == .unchecked ? "   (says GLPK, not checked)" : ""))
    } else {
      lines.append(
        "\(directedDecimal(enclosure.lower, digits: 12, .down)) ≤ \(label) ≤ "
          + "\(directedDecimal(enclosure.upper, digits: 12, .up))  (the search stopped: \(stopText))")
    }
    lines.append(
      "  lower   \(directedDecimal(enclosure.lower, digits: 12, .down))"
        + (enclosure.witness == nil
          ? "   no constant is below 0" : "   proved: the witness, evaluated in exact arithmetic"))
    lines.append(
      "  upper   \(directedDecimal(enclosure.upper, digits: 12, .up))   "
        + upperSoundness.text
    )
    lines.append("  gap     \(String(format: "%.1e", enclosure.relativeGap)) relative")
    if let witness = enclosure.witness {
      lines.append("")
      if let x = witness.x { lines.append("  at x         (\(vector(x)))") }
      lines.append("  direction    (\(vector(witness.direction)))")
    }
    lines.append("")
    lines.append(
      "engine \(result.engine.rawValue): \(statistics.nodes) nodes, \(statistics.cells) cells, "
        + "\(statistics.relaxations) relaxations, \(statistics.linearPrograms) linear programs, "
        + "\(statistics.exactDecisions) exact decisions, \(secondsText(result.seconds)) s")
    if explain { lines.append("because \(result.explanation)") }
    if let certificate { lines.append(certificate.text) }
    return lines.joined(separator: "\n")
  }

  public var stopText: String {
    switch result.reason {
    case .gap: "gap reached"
    case .time: "time limit"
    case .nodes: "node limit"
    case .interrupt: "interrupted"
    case .memory: "memory limit"
    case .decided: "question decided"
    case .thin: "double precision resolves no more"
    }
  }

  /// What `lipbench decide` prints.
  ///
  /// - Parameters:
  ///   - claim: the question as a statement.
  ///   - negation: what holds where the answer is no.
  public func decisionText(_ claim: String, negation: String) -> String {
    let enclosure = result.enclosure
    let verdict =
      switch result.verdict {
      case true?: "yes: \(claim)"
      case false?: "no: \(negation)"
      case nil: "undecided (\(stopText)): \(claim)"
      }
    return """
      \(verdict)
      network   \(question.network.summaryLine)
      X         \(domainLine)\(normLine)\(fixedInputsLine)
      known     \(directedDecimal(enclosure.lower, digits: 12, .down)) ≤ L(f, X) ≤ \
      \(directedDecimal(enclosure.upper, digits: 12, .up))
      bound     \(upperSoundness.text)
      engine    \(result.engine.rawValue), \(result.statistics.nodes) nodes, \(secondsText(result.seconds)) s
      """ + (certificate.map { "\n" + $0.text } ?? "")
  }
}

extension Audit {
  private static let digits = 7

  /// The lower bounds, the exact constant, and the rest from the tightest to the loosest.
  var methodsTable: TextTable {
    TextTable(
      header: [
        "method", "value", "is", "soundness", exact.result.isOptimal ? "ratio to L" : "ratio to lower",
        "seconds",
      ], alignments: [.left, .right, .left, .left, .right, .right], rows: methodsRows)
  }

  private var methodsRows: [[String]] {
    let enclosure = exact.result.enclosure
    func ratio(_ value: Double?) -> String {
      guard let value, exact.value > 0 else { return "–" }
      return ratioText(value / exact.value)
    }
    var rows = methods.filter { $0.side == .lower }.map { row($0, ratio($0.value)) }
    rows.append([
      "exact", directedDecimal(exact.value, digits: Self.digits, .nearest),
      exact.result.isOptimal ? "the constant" : "lower, stopped",
      exact.upperSoundness == .exact
        ? "exact in integers" : "lower proved, upper \(exact.upperSoundness.rawValue)",
      ratio(exact.value), secondsText(exact.result.seconds),
    ])
    if !exact.result.isOptimal {
      rows.append([
        "exact (upper end)", directedDecimal(enclosure.upper, digits: Self.digits, .up), "upper bound",
        exact.upperSoundness.rawValue, ratio(enclosure.upper), "",
      ])
    }
    let rest = methods.filter { $0.side != .lower }.sorted {
      ($0.value ?? .infinity) < ($1.value ?? .infinity)
    }
    return rows + rest.map { row($0, ratio($0.value)) }
  }

  /// Why methods have no value, and what else they have to say.
  var remarkLines: [String] {
    methods.filter { $0.value == nil }.map { "\($0.method): \($0.reason ?? "no value")" }
      + methods.compactMap { bound in bound.detail.map { "\(bound.method): \($0)" } }
  }

  /// What a stopped search and the methods know together.
  var togetherLine: String? {
    guard !exact.result.isOptimal, let known = waterfallEnds.first else { return nil }
    return "all together: \(directedDecimal(bestLower, digits: 10, .down)) ≤ L(f, X) ≤ "
      + "\(directedDecimal(bestUpper, digits: 10, .up))   (\(known.restsOn))"
  }

  /// The table and the waterfall, for a terminal or a paper.
  public var text: String {
    var lines = exact.text(explain: false).components(separatedBy: "\n")
    lines.append("")
    lines += methodsTable.lines() + remarkLines
    if let togetherLine { lines += ["", togetherLine] }
    lines.append("")
    lines += waterfallLines
    lines.append("")
    if isConsistent {
      lines.append("consistent: every lower bound is at most every upper bound")
    } else {
      lines += violations.map { "INCONSISTENT: \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ bound: LabelledBound, _ ratio: String) -> [String] {
    let kind =
      switch bound.side {
      case .upper: "upper bound"
      case .lower: "lower bound"
      case .estimate: "estimate"
      }
    let stopped = bound.isStopped ? ", stopped" : ""
    return [
      bound.method, bound.printed(digits: Self.digits), kind + stopped, bound.soundness.rawValue, ratio,
      secondsText(bound.seconds),
    ]
  }
}

extension LabelledBound {
  /// What `lipbench bound` prints.
  public var text: String {
    let stopped = isStopped ? ", stopped" : ""
    guard value != nil else { return "\(method): no value\(stopped): \(reason ?? "unknown reason")" }
    var lines = [
      "\(method) = \(printed(digits: 12))   (\(side == .estimate ? "estimate" : "\(side.rawValue) bound")\(stopped), "
        + "soundness: \(soundness.rawValue), \(secondsText(seconds)) s)"
    ]
    if let detail { lines.append(detail) }
    if case .witness(let witness)? = evidence, let x = witness.x {
      lines += ["", "  at x         (\(vector(x)))", "  direction    (\(vector(witness.direction)))"]
    }
    if !factors.isEmpty {
      var table = TextTable(
        header: ["factor", "value", "is", "method", "seconds"],
        alignments: [.left, .right, .left, .left, .right])
      for factor in factors {
        let rounding: DirectedRounding =
          factor.side == .upper ? .up : factor.side == .lower ? .down : .nearest
        table.rows.append([
          factor.name, directedDecimal(factor.value, digits: 10, rounding), factor.side.rawValue,
          factor.method,
          secondsText(factor.seconds),
        ])
      }
      lines += [""] + table.lines()
    }
    return lines.joined(separator: "\n")
  }
}

/// What `lipbench bound --list` prints.
public func methodList() -> String {
  var table = TextTable(
    header: ["method", "is", "soundness", "what", "reference"],
    alignments: [.left, .left, .left, .left, .left])
  for method in dataMethods + comparedMethods + boundMethods {
    table.rows.append([
      method.name, method.side == .estimate ? "estimate" : "\(method.side.rawValue) bound",
      method.soundness.rawValue,
      method.summary, method.reference,
    ])
  }
  return table.lines().joined(separator: "\n")
}
