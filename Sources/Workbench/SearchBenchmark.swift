import Bounds
import ExactArithmetic
import Foundation
import Generators
import LinearAlgebra
import Networks
public import PatternSearch
import Problems
public import QuadraticSearch
import RandomNumbers
import Reductions

/// How fast the exact searches are, kind by kind: medians over seeds of nodes and CPU seconds, beside other solvers where
/// they are installed.
public struct SearchBenchmark: Sendable {
  public enum Suite: String, Sendable, CaseIterable {
    /// Quadratic 0/1 problems: QCMH, max-cut, spin glasses.
    case quadratic
    /// Two layers, several outputs, free patterns.
    case outputs
    /// The SeqLip factors of trained networks.
    case seqlip
  }

  public struct Row: Sendable, Encodable {
    public var kind: String
    public var seed: UInt64
    public var isSolved: Bool
    public var engine: String
    public var nodes: Int
    /// (upper - lower) / upper where it was stopped.
    public var relativeGap: Double
    public var cpuSeconds: Double
    public var peers: [PeerSolvers.Outcome]
  }

  /// Family and parameters.
  private static let quadratic: [(String, [String: String])] = [
    ("qcmh-gauss", ["n": "60"]), ("qcmh-gauss", ["n": "100", "rank": "5"]),
    ("g05", ["n": "60"]), ("g05", ["n": "80"]), ("g05", ["n": "100"]), ("pm1s", ["n": "100"]),
    ("torus-2d-pm1", ["rows": "10", "columns": "10"]), ("torus-2d-pm1", ["rows": "12", "columns": "12"]),
    ("torus-2d-pm1", ["rows": "15", "columns": "15"]), ("torus-2d-pm1", ["rows": "20", "columns": "20"]),
  ]
  /// Inputs, units, outputs.
  private static let outputs = [(50, 50, 10), (80, 80, 10), (100, 100, 10), (20, 100, 10)]

  public let seeds: Int
  public let quadraticSettings: QuadraticSettings
  public let patternSettings: SearchSettings
  public let peers: PeerSolvers?

  public init(
    seeds: Int, quadraticSettings: QuadraticSettings, patternSettings: SearchSettings, peers: PeerSolvers?
  ) {
    self.seeds = seeds
    self.quadraticSettings = quadraticSettings
    self.patternSettings = patternSettings
    self.peers = peers
  }

  /// Runs one suite, reporting each row as it is done.
  ///
  /// - Parameter folder: where `seqlip` finds its networks.
  public func run(_ suite: Suite, folder: String, report: (Row) -> Void) throws {
    switch suite {
    case .quadratic:
      for (family, parameters) in Self.quadratic {
        for seed in 0..<UInt64(seeds) where !quadraticSettings.isInterrupted() {
          // A kind that the engine asked for does not take has no row.
          do { report(try quadratic(family, parameters, seed)) } catch let refusal as UnsupportedProblem
            where refusal.isRequest
          {}
        }
      }
    case .outputs:
      for sizes in Self.outputs {
        for seed in 0..<UInt64(seeds) where !patternSettings.isInterrupted() {
          report(try outputs(sizes, seed))
        }
      }
    case .seqlip:
      for network in try Benchmark.networks(folder) { try seqLip(network, report) }
    }
  }

  private func quadratic(_ family: String, _ parameters: [String: String], _ seed: UInt64) throws -> Row {
    guard case .problem(let instance) = try generate(family, parameters: parameters, seed: seed) else {
      preconditionFailure("family \(family) generates problems")
    }
    let (answer, seconds) = try cpuTimed { try Maximization(instance, settings: quadraticSettings) }
    let words = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    var others: [PeerSolvers.Outcome] = []
    if let peers {
      let (_, reduced) = try instance.problem.reduced(to: .qubo)
      if let qubo = reduced.target as? QUBO {
        others = try peers.solve(qubo)
        try check(answer, reduced.law.push(answer.value).approximation, others)
      }
    }
    let (value, bound) = (answer.value.approximation, answer.bound.approximation)
    return Row(
      kind: ([family] + words).joined(separator: " "), seed: seed, isSolved: answer.isOptimal,
      engine: answer.result.engine.rawValue, nodes: answer.result.statistics.nodes,
      relativeGap: answer.isOptimal ? 0 : abs(bound - value) / max(abs(bound), abs(value)),
      cpuSeconds: seconds, peers: others)
  }

  /// What we and a peer both call an optimum must agree to the peer's accuracy.
  private func check(_ answer: Maximization, _ value: Double, _ others: [PeerSolvers.Outcome]) throws {
    for outcome in others where outcome.isSolved && answer.isOptimal {
      guard let theirs = outcome.value, abs(theirs - value) <= 1e-6 * max(1, abs(value)) else {
        throw ContradictedSearch(
          "\(answer.instance.name): we prove \(value), \(outcome.peer.rawValue) \(outcome.value ?? .nan)")
      }
    }
  }

  private func outputs(_ sizes: (Int, Int, Int), _ seed: UInt64) throws -> Row {
    let (inputs, units, outputs) = sizes
    var random = SplitMix64(seed: seed)
    let inner = Matrix(rows: units, columns: inputs) { _, _ in random.gaussian() }
    let outer = Matrix(rows: outputs, columns: units) { _, _ in random.gaussian() }
    let (result, seconds) = try cpuTimed {
      try PatternProblem(outer: outer, inner: inner).solve(patternSettings)
    }
    return Row(
      kind: "gaussian \(inputs)-\(units)-\(outputs)", seed: seed, isSolved: result.isOptimal,
      engine: result.engine.rawValue, nodes: result.statistics.nodes,
      relativeGap: result.enclosure.relativeGap, cpuSeconds: seconds, peers: [])
  }

  private func seqLip(_ network: MultilayerPerceptron, _ report: (Row) -> Void) throws {
    let pairs = try SeqLip.pairs(of: BoundQuestion(network, domain: .all))
    for (k, pair) in pairs.enumerated() {
      let (result, seconds) = try cpuTimed { try pair.solve(patternSettings) }
      report(
        Row(
          kind: "\(network.name) layers \(k + 1)-\(k + 2)", seed: patternSettings.seed,
          isSolved: result.isOptimal, engine: result.engine.rawValue, nodes: result.statistics.nodes,
          relativeGap: result.enclosure.relativeGap, cpuSeconds: seconds, peers: []))
    }
  }

  public static func json(_ rows: [Row]) -> String { JSONReport.text(rows) }

  /// Medians over the seeds; a search that did not end counts as longer than every other.
  public static func text(_ rows: [Row]) -> String {
    let peers = PeerSolvers.Peer.allCases.filter { peer in
      rows.contains { $0.peers.contains { $0.peer == peer && $0.seconds != nil } }
    }
    var table = TextTable(
      header: ["kind", "solved", "engine", "nodes", "CPU s", "largest s"] + peers.map { "\($0.rawValue) s" },
      alignments: [.left, .right, .left, .right, .right, .right] + peers.map { _ in .right })
    var groups: [[Row]] = []
    for row in rows {
      if groups.last?.first?.kind == row.kind {
        groups[groups.count - 1].append(row)
      } else {
        groups.append([row])
      }
    }
    for group in groups {
      let solved = group.filter(\.isSolved).count
      let gap = group.map(\.relativeGap).max() ?? 0
      let engines = Set(group.map(\.engine)).sorted().joined(separator: ", ")
      table.rows.append(
        [
          group[0].kind,
          "\(solved)/\(group.count)" + (solved < group.count ? String(format: " (gap %.1e)", gap) : ""),
          engines, "\(median(group.map { Double($0.nodes) }).map { "\(Int($0))" } ?? "–")",
          median(group.map { $0.isSolved ? $0.cpuSeconds : nil }).map(secondsText) ?? "–",
          secondsText(group.map(\.cpuSeconds).max() ?? 0),
        ]
          + peers.map { peer in
            let outcomes = group.flatMap(\.peers).filter { $0.peer == peer && $0.seconds != nil }
            guard let longest = outcomes.compactMap(\.seconds).max() else { return "–" }
            return median(outcomes.map { $0.isSolved ? $0.seconds : nil }).map(secondsText)
              ?? ">" + secondsText(longest)
          })
    }
    return table.lines().joined(separator: "\n")
  }

  /// Nil where the middle one is.
  private static func median(_ values: [Double?]) -> Double? {
    let sorted = values.map { $0 ?? .infinity }.sorted()
    guard let middle = sorted.isEmpty ? nil : sorted[sorted.count / 2], middle.isFinite else { return nil }
    return middle
  }
}

/// The CPU seconds, user and system, of this process's threads while `body` runs.
package func cpuTimed<Result>(_ body: () throws -> Result) rethrows -> (Result, Double) {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
  let start = now()
  let result = try body()
  return (result, now() - start)
}
