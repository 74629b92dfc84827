import ExactArithmetic
import Foundation
import Generators
import Problems
import QuadraticSearch
import Reductions

/// How hard planted instances are, against the parameter that is meant to tune it: tabu searches from random starts until the
/// planted optimum is met, and the work of each engine to prove it.
public struct PlantedStudy: Sendable {
  public struct Row: Sendable, Encodable {
    public var family: String
    public var parameters: String
    public var spins: Int
    public var seed: UInt64
    /// Starts until the planted optimum was met; nil where `restartLimit` did not suffice.
    public var restarts: Int?
    public var engines: [Proof]
  }

  /// One engine on one instance.
  public struct Proof: Sendable, Encodable {
    public var engine: String
    /// Nodes of branch and bound, table entries of elimination; nil where the engine does not apply or stopped.
    public var nodes: Int?
    public var seconds: Double
  }

  /// The families with what is varied.
  static let cases: [(family: String, parameters: [[String]])] = [
    ("wishart", [0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5].map { ["n=40", "alpha=\($0)"] }),
    ("tile-planting", [0.0, 0.25, 0.5, 0.75, 1.0].map { ["size=6", "c1=\($0)", "c2=\(1 - $0)", "c3=0"] }),
    ("xorsat-3", [15, 20, 25, 30].map { ["n=\($0)"] }),
  ]

  public let seeds: Int
  public let restartLimit: Int
  public let timeLimit: Double
  public let isInterrupted: @Sendable () -> Bool

  public init(
    seeds: Int = 5, restartLimit: Int = 2000, timeLimit: Double = 20,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.seeds = seeds
    self.restartLimit = restartLimit
    self.timeLimit = timeLimit
    self.isInterrupted = isInterrupted
  }

  /// Runs everything, reporting each row as it is done.
  public func run(report: (Row) -> Void) throws {
    for (family, choices) in Self.cases {
      for words in choices {
        for seed in 1...UInt64(seeds) where !isInterrupted() {
          let pairs = words.map { $0.split(separator: "=").map(String.init) }
          let parameters = Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) })
          guard case .problem(let instance) = try generate(family, parameters: parameters, seed: seed),
            let ising = instance.problem as? Ising, let planted = instance.planted
          else { continue }
          let row = try study(ising, planted.value, seed: seed)
          report(
            Row(
              family: family, parameters: words.joined(separator: " "), spins: ising.spins, seed: seed,
              restarts: row.restarts, engines: row.engines))
        }
      }
    }
  }

  private func study(
    _ ising: Ising, _ optimum: Rational, seed: UInt64
  ) throws -> (restarts: Int?, engines: [Proof]) {
    let engines = try [QuadraticEngine.semidefinite, .elimination].map { engine in
      let settings = QuadraticSettings(
        engine: engine, timeLimit: timeLimit, seed: seed, isInterrupted: isInterrupted)
      guard let result = try? ising.solve(settings) else {
        return Proof(engine: engine.rawValue, nodes: nil, seconds: 0)
      }
      guard !result.isOptimal || result.value == optimum else {
        throw UnsupportedProblem(
          "\(engine.rawValue) proves \(result.value), planted is \(optimum)", remedy: "report this")
      }
      return Proof(
        engine: engine.rawValue, nodes: result.isOptimal ? result.statistics.nodes : nil,
        seconds: result.seconds)
    }
    return (ising.restartsToReach(optimum, limit: restartLimit, seed: seed), engines)
  }

  public static func json(_ rows: [Row]) -> String { JSONReport.text(rows) }

  /// Medians over the seeds; a search that did not end counts as larger than every other.
  public static func text(_ rows: [Row]) -> String {
    var table = TextTable(
      header: [
        "family", "parameters", "spins", "seeds", "starts to meet it", "semidefinite nodes", "seconds",
        "elimination entries", "seconds",
      ],
      alignments: [.left, .left, .right, .right, .right, .right, .right, .right, .right])
    var groups: [(key: String, rows: [Row])] = []
    for row in rows {
      let key = row.family + " " + row.parameters
      if groups.last?.key == key {
        groups[groups.count - 1].rows.append(row)
      } else {
        groups.append((key, [row]))
      }
    }
    func median(_ values: [Int?]) -> String {
      let sorted = values.map { $0 ?? Int.max }.sorted()
      let middle = sorted[sorted.count / 2]
      return middle == Int.max ? "–" : "\(middle)"
    }
    func seconds(_ values: [Double]) -> String { secondsText(values.sorted()[values.count / 2]) }
    for group in groups {
      let rows = group.rows
      table.rows.append([
        rows[0].family, rows[0].parameters, "\(rows[0].spins)", "\(rows.count)", median(rows.map(\.restarts)),
        median(rows.map { $0.engines[0].nodes }), seconds(rows.map { $0.engines[0].seconds }),
        median(rows.map { $0.engines[1].nodes }), seconds(rows.map { $0.engines[1].seconds }),
      ])
    }
    return table.lines().joined(separator: "\n")
  }
}
