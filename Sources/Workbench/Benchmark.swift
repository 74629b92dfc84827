import Bounds
import Foundation
import LinearAlgebra
import Networks
public import PatternSearch
import RandomNumbers

/// The performance tables: seeded problems and the networks of a folder, with counts (the same everywhere) and times
/// (of this machine).
public struct Benchmark: Sendable {
  public enum Suite: String, Sendable, CaseIterable {
    /// Free patterns, two layers, dense Gaussian: SeqLip factors and FGL.
    case free
    /// Attainable patterns: the networks of a folder, on all of Rⁿ and on a box.
    case networks
  }

  public struct Row: Sendable, Encodable {
    public var suite: String
    public var instance: String
    public var seed: UInt64
    public var lower: Double
    public var upper: Double?
    public var status: String
    public var engine: String
    public var counts: SearchStatistics
    public var seconds: Double
  }

  public let settings: SearchSettings

  public init(settings: SearchSettings) { self.settings = settings }

  /// Runs one suite, reporting each row as it is done.
  ///
  /// - Parameter folder: where the networks' `.json` files are.
  public func run(_ suite: Suite, folder: String, report: (Row) -> Void) throws {
    switch suite {
    case .free: try runFree(report)
    case .networks: try runNetworks(folder, report)
    }
  }

  private func runFree(_ report: (Row) -> Void) throws {
    for (units, outputs, inputs) in [
      (20, 20, 20), (20, 1, 20), (50, 1, 50), (50, 10, 50), (50, 50, 50), (80, 1, 80),
    ] {
      for seed in UInt64(0)..<3 {
        var random = SplitMix64(seed: seed)
        let inner = Matrix(rows: units, columns: inputs) { _, _ in random.gaussian() }
        let outer = Matrix(rows: outputs, columns: units) { _, _ in random.gaussian() }
        let result = try PatternProblem(outer: outer, inner: inner).solve(settings)
        report(row(.free, "gaussian-\(inputs)-\(units)-\(outputs)", seed, result))
      }
    }
  }

  private func runNetworks(_ folder: String, _ report: (Row) -> Void) throws {
    for network in try Self.networks(folder) {
      for domain in ["all", "box:0:1", "box:0:0.1"] {
        let question = try BoundQuestion(
          network, domain: DomainText.parse(domain, inputs: network.inputs), settings: settings)
        report(
          row(
            .networks, "\(network.name) \(domain)", settings.seed,
            try question.attainableProblem.solve(question.settings)))
      }
    }
  }

  /// The `.json` networks of a folder, by name.
  static func networks(_ folder: String) throws -> [MultilayerPerceptron] {
    let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
      $0.hasSuffix(".json")
    }.sorted()
    guard !files.isEmpty else {
      throw InputError(
        file: folder, "holds no .json networks",
        remedy: "give --networks FOLDER, for example instances/networks")
    }
    return try files.map { try NetworkFile.read(folder + "/" + $0) }
  }

  private func row(_ suite: Suite, _ instance: String, _ seed: UInt64, _ result: SearchResult) -> Row {
    Row(
      suite: suite.rawValue, instance: instance, seed: seed, lower: result.enclosure.lower,
      upper: JSONReport.finite(result.enclosure.upper),
      status: result.isOptimal ? "optimal" : result.reason.rawValue,
      engine: result.engine.rawValue, counts: result.statistics, seconds: result.seconds)
  }

  public static func json(_ rows: [Row]) -> String { JSONReport.text(rows) }

  public static func text(_ rows: [Row]) -> String {
    var table = TextTable(
      header: [
        "instance", "seed", "lower", "status", "engine", "nodes", "relaxations", "LPs", "exact", "seconds",
      ],
      alignments: [.left, .right, .right, .left, .left, .right, .right, .right, .right, .right])
    for row in rows {
      let counts = row.counts
      table.rows.append([
        row.instance, "\(row.seed)", String(format: "%.6g", row.lower), row.status, row.engine,
        "\(counts.nodes)",
        "\(counts.relaxations)", "\(counts.linearPrograms)", "\(counts.exactDecisions)",
        secondsText(row.seconds),
      ])
    }
    return table.lines().joined(separator: "\n")
  }
}
