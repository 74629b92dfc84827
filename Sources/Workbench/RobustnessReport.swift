import Bounds
import ExactArithmetic
import Foundation
import Networks
import PatternSearch

private let digits = 6

/// Rounded as asked; `–` for what is infinite.
private func decimal(_ value: Double, _ rounding: DirectedRounding) -> String {
  value.isFinite ? directedDecimal(value, digits: digits, rounding) : "–"
}

/// How outputs become classes.
private func classesLine(_ network: MultilayerPerceptron) -> String {
  network.outputs == 1
    ? "class 1 where the output is above 0, class 0 elsewhere"
    : "the largest of \(network.outputs) outputs, classes from 0"
}

extension Robustness {
  /// What `lipbench robustness --data` prints.
  public var text: String {
    var lines = headingLines + [""]
    lines += rowTable.lines() + [""]
    if !pairs.isEmpty { lines += pairTable.lines() + [""] }
    return (lines + summary).joined(separator: "\n")
  }

  var headingLines: [String] {
    [
      "network   \(network.summaryLine)",
      "question  certified radius up to \(DomainText.short(radius)) in the \(norm.name)-norm, "
        + "X = \(DomainText.sentence(domain, inputs: network.inputs))",
      "data      \(data.path), \(data.points.count) points, "
        + (data.labels == nil
          ? "no labels: the network's own classes"
          : "with labels" + (data.otherLabelName.map { " from column “\($0)”" } ?? "")),
      "classes   \(classesLine(network))",
    ] + noteLines(network.notes)
  }

  static let soundnessLine =
    "margins are exact, constants floating-point upper bounds with margins for rounding; radii are rounded down"

  private func radiusText(_ value: Double) -> String {
    value >= radius ? DomainText.short(radius) : decimal(value, .down)
  }

  var rowTable: TextTable {
    var table = TextTable(
      header: ["point", "class", "nearest", "margin", "constant", "radius", "closed", "remark"],
      alignments: [.right, .right, .right, .right, .right, .right, .left, .left])
    for row in rows {
      let start = ["\(row.point)", row.outcome == .outside && data.labels == nil ? "–" : "\(row.label)"]
      guard let nearest = row.nearest else {
        table.rows.append(start + ["–", "–", "–", row.outcome == .outside ? "–" : "0", "–", row.remark])
        continue
      }
      table.rows.append(
        start + [
          "\(nearest.label)", decimal(nearest.margin, .down), decimal(nearest.constant, .up),
          radiusText(nearest.radius), row.isClosed ? "yes" : "no", "",
        ])
    }
    return table
  }

  var pairTable: TextTable {
    var table = TextTable(
      header: ["class", "against", "points", "largest constant", "smallest radius", "at point", "closed"],
      alignments: [.right, .right, .right, .right, .right, .right, .left])
    for pair in pairs {
      table.rows.append([
        "\(pair.label)", "\(pair.rival)", "\(pair.points)", decimal(pair.largestConstant, .up),
        radiusText(pair.smallestRadius), "\(pair.smallestPoint)", pair.isClosed ? "yes" : "no",
      ])
    }
    return table
  }

  var summary: [String] {
    var lines: [String] = []
    if isInterrupted { lines.append("interrupted: \(rows.count) of \(data.points.count) points") }
    let share = pointCount == 0 ? 0 : 1000 * certifiedCount / pointCount
    lines.append(
      "certified at \(DomainText.short(radius)): \(certifiedCount) of \(pointCount) points "
        + "(\(share / 10).\(share % 10) %); median radius \(medianRadius.map(radiusText) ?? "–"); "
        + "\(secondsText(seconds)) s")
    let others = [
      (misclassifiedCount, "misclassified"), (tieCount, "tied"),
      (outsideCount, "outside the domain, left out"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    if !others.isEmpty { lines.append(others.joined(separator: "; ")) }
    lines.append(Self.soundnessLine)
    if !isClosed {
      lines.append(
        "not closed: a limit stopped the search; the constant is an upper bound, and the radius holds")
    }
    return lines
  }
}

extension Robustness.Row {
  /// Why there is no radius.
  var remark: String {
    switch outcome {
    case .certified: ""
    case .misclassified(let other): "misclassified as \(other)"
    case .tie(let other): "tied with \(other)"
    case .outside: "outside the domain"
    }
  }

  /// One word, in JSON.
  var outcomeName: String {
    switch outcome {
    case .certified: "classified"
    case .misclassified: "misclassified"
    case .tie: "tie"
    case .outside: "outside"
    }
  }
}

extension ClassPairConstants {
  /// What `lipbench robustness` prints without data.
  public var text: String {
    var lines = [
      "network   \(network.summaryLine)",
      "question  \(network.outputs == 1 ? "L_01 = L(f, X)" : "L_ij = L(f_i - f_j, X)"), \(norm.name)-norm, X = \(DomainText.sentence(domain, inputs: network.inputs))",
      "classes   \(classesLine(network))", "",
    ]
    lines.insert(contentsOf: noteLines(network.notes), at: 3)
    var table = TextTable(
      header: ["i", "j", "lower", "L_ij", "closed", "autolip", "ratio", "seconds"],
      alignments: [.right, .right, .right, .right, .left, .right, .right, .right])
    for pair in pairs {
      table.rows.append([
        "\(pair.first)", "\(pair.second)", decimal(pair.lower, .down), decimal(pair.upper, .up),
        pair.isClosed ? "yes" : "no", decimal(pair.autolip, .up),
        pair.upper > 0 ? ratioText(pair.autolip / pair.upper) : "–", secondsText(pair.seconds),
      ])
    }
    lines += table.lines()
    if isInterrupted { lines += ["", "interrupted: \(pairs.count) of \(pairCount) pairs"] }
    lines += [
      "",
      "lower ends are proved by witnesses, L_ij and autolip are floating-point upper bounds with margins for rounding",
      network.outputs == 1
        ? "a point where the output is m or -m keeps its class within the distance m / L_01"
        : "a point with f_i - f_j = m is not taken for j, instead of i, within the distance m / L_ij",
    ]
    return lines.joined(separator: "\n")
  }
}

// MARK: JSON

extension JSONReport {
  fileprivate struct Robustness: Encodable {
    struct Row: Encodable {
      var point: Int
      var line: Int
      var label: Int
      var outcome: String
      var takenFor: Int?
      var nearest: Int?
      var margin: Double?
      var constant: Double?
      var certifiedRadius: Double?
      var closed: Bool?
    }

    struct Pair: Encodable {
      var label: Int
      var against: Int
      var points: Int
      var largestConstant: Double?
      var smallestRadius: Double
      var point: Int
      var closed: Bool
    }

    var network: Network
    var norm: String
    var domain: String
    var box: JSONReport.Box?
    var radius: Double
    var data: String
    var labelled: Bool
    /// Of the constants.
    var soundness = Soundness.floatingPoint
    var marginSoundness = ExactConstant.UpperSoundness.exact
    var rows: [Row]
    var pairs: [Pair]
    var points: Int
    var certified: Int
    var misclassified: Int
    var tied: Int
    var outside: Int
    var medianRadius: Double?
    var closed: Bool
    var interrupted: Bool
    var seconds: Double
  }

  fileprivate struct PairConstants: Encodable {
    struct Pair: Encodable {
      var i: Int
      var j: Int
      var lower: Double
      var upper: Double?
      var closed: Bool
      var autolip: Double?
      var seconds: Double
    }

    var network: Network
    var norm: String
    var domain: String
    var box: JSONReport.Box?
    /// Of `upper` and `autolip`; lower ends are proved by witnesses.
    var soundness = Soundness.floatingPoint
    var lowerSoundness = "proved"
    var pairs: [Pair]
    var closed: Bool
    var interrupted: Bool
  }
}

extension Robustness {
  public var json: String {
    JSONReport.text(
      JSONReport.Robustness(
        network: network.report, norm: norm.name, domain: DomainText.describe(domain),
        box: JSONReport.Box(domain), radius: radius,
        data: data.path, labelled: data.labels != nil, rows: rows.map(\.report),
        pairs: pairs.map {
          JSONReport.Robustness.Pair(
            label: $0.label, against: $0.rival, points: $0.points,
            largestConstant: JSONReport.finite($0.largestConstant), smallestRadius: $0.smallestRadius,
            point: $0.smallestPoint, closed: $0.isClosed)
        },
        points: pointCount, certified: certifiedCount, misclassified: misclassifiedCount, tied: tieCount,
        outside: outsideCount, medianRadius: medianRadius, closed: isClosed, interrupted: isInterrupted,
        seconds: seconds))
  }
}

extension Robustness.Row {
  fileprivate var report: JSONReport.Robustness.Row {
    let other: Int? =
      switch outcome {
      case .misclassified(let other), .tie(let other): other
      case .certified, .outside: nil
      }
    return JSONReport.Robustness.Row(
      point: point, line: line, label: label, outcome: outcomeName, takenFor: other, nearest: nearest?.label,
      margin: nearest?.margin, constant: nearest.flatMap { JSONReport.finite($0.constant) },
      certifiedRadius: outcome == .outside ? nil : certifiedRadius,
      closed: outcome == .certified ? isClosed : nil)
  }
}

extension ClassPairConstants {
  public var json: String {
    JSONReport.text(
      JSONReport.PairConstants(
        network: network.report, norm: norm.name, domain: DomainText.describe(domain),
        box: JSONReport.Box(domain),
        pairs: pairs.map {
          JSONReport.PairConstants.Pair(
            i: $0.first, j: $0.second, lower: $0.lower, upper: JSONReport.finite($0.upper),
            closed: $0.isClosed,
            autolip: JSONReport.finite($0.autolip), seconds: $0.seconds)
        },
        closed: isClosed, interrupted: isInterrupted))
  }
}
