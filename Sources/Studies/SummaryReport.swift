import ExactArithmetic
import Foundation
import Workbench

extension StudySummary {
  /// Unsolved jobs that the text lists; JSON has all of them.
  private static let listed = 20

  /// What `lipbench study summarize` prints.
  public var text: String {
    let statuses = JobStatus.allCases.map { ($0, count($0)) }.filter { $0.1 > 0 }
      .map { "\($0.1) \($0.0.words)" }.joined(separator: ", ")
    var lines = ["study    \(study): \(records.count) jobs, \(statuses)"]
    lines += Set(records.map(\.measured.machine)).sorted().map { "machine  \($0)" }
    lines += Set(records.map(\.version)).sorted().map { "version  \($0)" }
    lines += ["", "quantiles over the seeds; a job that is not solved is larger than every other", ""]
    lines += groupTable.lines()
    let fitted = growth.filter { $0.fit != nil }
    if !growth.isEmpty {
      lines += [
        "", "growth of the medians with the size, least squares on log₂ of those that are solved and above 0",
        "",
      ]
    }
    if !fitted.isEmpty { lines += Self.table(fitted).lines() }
    if fitted.count < growth.count {
      lines.append(
        "no fit for \(growth.count - fitted.count) of \(growth.count): it takes three sizes whose median is finite and above 0"
      )
    }
    lines += ["", "jobs solved within wall-clock seconds", ""] + solvedTable.lines()
    let unsolved = records.filter { $0.status != .solved }
    if !unsolved.isEmpty {
      lines += ["", "not solved", ""]
      lines += unsolved.prefix(Self.listed).map { "\($0.job.key): \($0.knowledge)" }
      if unsolved.count > Self.listed {
        lines.append("… and \(unsolved.count - Self.listed) more; --json has all")
      }
    }
    return lines.joined(separator: "\n")
  }

  private var groupTable: TextTable {
    var table = TextTable(
      header: [
        "family", "parameters", "method", "jobs", "solved", "nodes 10 %", "median", "90 %", "seconds 10 %",
        "median",
        "90 %",
      ], alignments: [.left, .left, .left] + [TextTable.Alignment](repeating: .right, count: 8))
    for group in groups {
      let nodes = group.nodes.map { [$0.low, $0.median, $0.high] }
      let seconds = [group.seconds.low, group.seconds.median, group.seconds.high]
      table.rows.append(
        [group.family, group.settingText, group.method, "\(group.records.count)", "\(group.solved.count)"]
          + (nodes?.map(nodesText) ?? ["–", "–", "–"]) + seconds.map(limitedSeconds))
    }
    return table
  }

  private static func table(_ growth: [Growth]) -> TextTable {
    TextTable(
      header: [
        "family", "parameters", "method", "of", "growth", "log₂ slope", "± error", "sizes", "unsolved sizes",
      ],
      alignments: [.left, .left, .left, .left, .left, .right, .right, .right, .right],
      rows: growth.map { growth in
        [growth.family, growth.setting, growth.method, growth.quantity.rawValue, growth.text ?? "–"]
          + [growth.fit?.slope, growth.fit?.standardError].map {
            $0.map { String(format: "%.4f", $0) } ?? "–"
          }
          + ["\(growth.sizes)", "\(growth.unsolvedSizes)"]
      })
  }

  private var solvedTable: TextTable {
    TextTable(
      header: ["family", "method", "jobs"] + times.map { "\(shortText($0)) s" },
      alignments: [.left, .left, .right] + times.map { _ in .right },
      rows: solvedBy.map { [$0.family, $0.method, "\($0.jobs)"] + $0.counts.map { "\($0)" } })
  }

  private func nodesText(_ value: Double) -> String {
    value.isFinite ? String(format: value < 1e7 ? "%.0f" : "%.3g", value) : "> limit"
  }

  private func limitedSeconds(_ value: Double) -> String { value.isFinite ? secondsText(value) : "> limit" }
}

extension JobStatus {
  /// As in `3 solved, 2 stopped by the time limit`.
  fileprivate var words: String {
    switch self {
    case .solved: "solved"
    case .limit: "stopped before the gap"
    case .time: "stopped by the time limit"
    case .memory: "stopped by the memory limit"
    case .failed: "failed"
    }
  }
}

extension JobRecord {
  /// What is known of an unsolved job's number, and why no more.
  var knowledge: String {
    let known: String? = result.flatMap { result in
      switch (result.side, result.lower, result.upper) {
      case (nil, let lower?, let upper?):
        "\(decimal(lower, .down)) ≤ \(result.quantity.rawValue) ≤ \(decimal(upper, .up))"
      case (nil, let lower?, nil): "\(decimal(lower, .down)) ≤ \(result.quantity.rawValue)"
      case (_, nil, let upper?): "\(result.quantity.rawValue) ≤ \(decimal(upper, .up))"
      case (_?, let lower?, _): "\(decimal(lower, .down)) ≤ \(result.quantity.rawValue)"
      case (_, nil, nil): nil
      }
    }
    return (known ?? "nothing known") + " (\(status == .failed ? "failed: " : "")\(reason ?? status.words))"
  }

  private func decimal(_ value: Double, _ rounding: DirectedRounding) -> String {
    if let integer = Int(exactly: value) { return "\(integer)" }
    return directedDecimal(value, digits: 8, rounding)
  }
}

extension StudySummary {
  private struct Report: Encodable {
    var study: String
    var jobs: Int
    var statuses: [String: Int]
    var machines: [String]
    var groups: [GroupReport]
    var growth: [GrowthReport]
    var solvedBy: [SolvedByReport]
    var unsolved: [UnsolvedReport]
  }

  /// Infinite quantiles are nil.
  private struct QuantileReport: Encodable {
    var low: Double?
    var median: Double?
    var high: Double?

    init(_ quantiles: Quantiles) {
      low = quantiles.low.isFinite ? quantiles.low : nil
      median = quantiles.median.isFinite ? quantiles.median : nil
      high = quantiles.high.isFinite ? quantiles.high : nil
    }
  }

  private struct GroupReport: Encodable {
    var family: String
    var parameters: [String: StudyValue]
    var sizeName: String
    var size: Double
    var method: String
    var jobs: Int
    var solved: Int
    var nodes: QuantileReport?
    var seconds: QuantileReport
  }

  private struct GrowthReport: Encodable {
    var family: String
    var parameters: String
    var method: String
    var size: String
    var quantity: Growth.Quantity
    var sizes: Int
    var unsolvedSizes: Int
    var log2Slope: Double?
    var standardError: Double?
    var factor: Double?
    var doublesEvery: Double?
  }

  private struct SolvedByReport: Encodable {
    var family: String
    var method: String
    var jobs: Int
    var seconds: [Double]
    var solved: [Int]
  }

  private struct UnsolvedReport: Encodable {
    var job: String
    var status: JobStatus
    var reason: String?
    var lower: Double?
    var upper: Double?
    var gap: Double?
  }

  /// What `--json` prints.
  public var json: String {
    JSONReport.text(
      Report(
        study: study, jobs: records.count,
        statuses: Dictionary(uniqueKeysWithValues: JobStatus.allCases.map { ($0.rawValue, count($0)) }),
        machines: Set(records.map(\.measured.machine)).sorted(),
        groups: groups.map { group in
          GroupReport(
            family: group.family,
            parameters: Dictionary(uniqueKeysWithValues: group.setting.map { ($0.name, $0.value) }),
            sizeName: group.sizeName, size: group.size, method: group.method, jobs: group.records.count,
            solved: group.solved.count, nodes: group.nodes.map(QuantileReport.init),
            seconds: QuantileReport(group.seconds))
        },
        growth: growth.map { growth in
          GrowthReport(
            family: growth.family, parameters: growth.setting, method: growth.method,
            size: growth.sizeLabel,
            quantity: growth.quantity, sizes: growth.sizes, unsolvedSizes: growth.unsolvedSizes,
            log2Slope: growth.fit?.slope,
            standardError: growth.fit?.standardError, factor: growth.factor,
            doublesEvery: growth.fit.flatMap { $0.slope > 0 ? 1 / $0.slope : nil })
        },
        solvedBy: solvedBy.map {
          SolvedByReport(
            family: $0.family, method: $0.method, jobs: $0.jobs, seconds: times, solved: $0.counts)
        },
        unsolved: records.filter { $0.status != .solved }.map {
          UnsolvedReport(
            job: $0.job.key, status: $0.status, reason: $0.reason, lower: $0.result?.lower,
            upper: $0.result?.upper,
            gap: $0.result?.gap)
        }))
  }
}
