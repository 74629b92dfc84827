import ExactArithmetic
import Foundation
import LinearAlgebra
import PatternSearch
import RandomNumbers
import Testing
import TreeSearch

@Suite struct TreeTests {
  /// Free two-layer, attainable over all of R⁴ and over a box, there also row by row of J: trees of some dozen nodes.
  private func problems(_ seed: UInt64) -> [PatternProblem] {
    func random(_ sizes: [Int], _ patterns: PatternSet, _ norm: OperatorNorm = .two) -> PatternProblem {
      var random = SplitMix64(seed: seed)
      let weights = zip(sizes, sizes.dropFirst()).map { columns, rows in
        Matrix(rows: rows, columns: columns) { _, _ in random.gaussian() }
      }
      let biases = weights.dropLast().map { $0.column(0) }
      return PatternProblem(
        weights: weights, biases: biases,
        slopes: [UnitSlopes](repeating: .relu, count: sizes.count - 2), patterns: patterns, norm: norm)
    }
    let box = Domain.box(lower: [-1, -2, -1, -1], upper: [1, 1, 2, 1])
    return [
      random([24, 32, 3], .free), random([4, 9, 8, 2], .attainable(.all)),
      random([4, 9, 8, 2], .attainable(box)), random([4, 9, 8, 3], .attainable(box), .infinity),
    ]
  }

  private func agree(_ a: SearchResult, _ b: SearchResult, _ name: String) {
    #expect(a.isOptimal && b.isOptimal, "\(name)")
    #expect(a.enclosure.lower <= b.enclosure.upper && b.enclosure.lower <= a.enclosure.upper, "\(name)")
  }

  @Test("Two threads find the maximum of one", arguments: UInt64(1)...5)
  func threads(seed: UInt64) throws {
    for problem in problems(seed) {
      let one = try problem.solve(SearchSettings(engine: .semidefinite))
      let two = try problem.solve(
        SearchSettings(engine: .semidefinite, tree: TreeSettings(threads: 2)))
      agree(one, two, "\(problem.patterns)")
    }
  }

  @Test("A stopped search resumes where it was", arguments: UInt64(1)...5)
  func resume(seed: UInt64) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for problem in problems(seed) {
      let name = "\(problem.patterns)"
      let whole = try problem.solve(SearchSettings(engine: .semidefinite))
      for limit in [1, 3, 10] where limit < whole.statistics.nodes {
        let file = folder.appendingPathComponent("\(limit)").path
        try? FileManager.default.removeItem(atPath: file)
        var settings = SearchSettings(
          engine: .semidefinite, nodeLimit: limit, tree: TreeSettings(checkpoint: CheckpointPlan(file: file)))
        let part = try problem.solve(settings)
        #expect(part.statistics.nodes == limit, "\(name)")
        settings.nodeLimit = nil
        settings.tree.checkpoint?.resumes = true
        let rest = try problem.solve(settings)
        agree(whole, rest, name)
        // Free patterns repeat exactly; cells made anew may choose other points.
        if !problem.isAttainable { #expect(rest.statistics.nodes == whole.statistics.nodes, "\(name)") }
        #expect(rest.statistics.nodes <= whole.statistics.nodes * 3 / 2 + 2, "\(name)")
        // The end is saved, too.
        let again = try problem.solve(settings)
        agree(whole, again, name)
        #expect(again.statistics.nodes == rest.statistics.nodes, "\(name)")
        settings.threshold = .atMost(squared: 1)
        #expect(throws: CheckpointError.self) { try problem.solve(settings) }
      }
    }
  }

  @Test("Cells that a checkpoint has lost keep their bounds, and give no witness", arguments: UInt64(1)...5)
  func lostCells(seed: UInt64) throws {
    for problem in problems(seed) where problem.isAttainable {
      let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
      defer { try? FileManager.default.removeItem(atPath: file) }
      let whole = try problem.solve(SearchSettings(engine: .semidefinite))
      var settings = SearchSettings(
        engine: .semidefinite, nodeLimit: 1, tree: TreeSettings(checkpoint: CheckpointPlan(file: file)))
      _ = try problem.solve(settings)
      let saved = try String(contentsOfFile: file, encoding: .utf8)
      let lines = saved.split(separator: "\n").dropLast().joined(separator: "\n") + "\n"
      let moved = lines.replacing(#/"point":\[[^\]]*\]/#, with: #""point":[1e9,1e9,1e9,1e9]"#)
      let sum = moved.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
      let digits = String(sum, radix: 16)
      let checksum = String(repeating: "0", count: 16 - digits.count) + digits
      try (moved + "{\"checksum\":\"\(checksum)\"}\n").write(toFile: file, atomically: true, encoding: .utf8)
      settings.nodeLimit = nil
      settings.tree.checkpoint?.resumes = true
      let rest = try problem.solve(settings)
      #expect(rest.enclosure.lower <= whole.enclosure.upper, "\(problem.norm.name)")
      #expect(rest.enclosure.upper >= whole.enclosure.lower, "\(problem.norm.name)")
      #expect(rest.enclosure.witness?.x != nil, "\(problem.norm.name)")
    }
  }

  @Test("Little memory", arguments: UInt64(1)...3)
  func memory(seed: UInt64) throws {
    for problem in problems(seed) {
      let whole = try problem.solve(SearchSettings(engine: .semidefinite))
      for limit in [0, 3000, 20_000] {
        let tight = try problem.solve(
          SearchSettings(engine: .semidefinite, tree: TreeSettings(memoryLimit: limit)))
        #expect(tight.isOptimal || tight.reason == .memory, "\(tight.reason)")
        #expect(tight.enclosure.lower <= whole.enclosure.upper)
        #expect(tight.enclosure.upper >= whole.enclosure.lower)
      }
    }
  }

  @Test("No node excludes a known pattern", arguments: UInt64(1)...10)
  func tripwire(seed: UInt64) throws {
    for problem in problems(seed) {
      let known = try problem.solve(SearchSettings(engine: .semidefinite)).enclosure.witness
      var settings = SearchSettings(engine: .semidefinite)
      settings.tripwire = known?.pattern
      #expect(try problem.solve(settings).isOptimal)
    }
  }

  @Test("A wrong tripwire is heard: a pattern that no point attains")
  func wrongTripwire() throws {
    // f = ρ(x) - ρ(x + 1) on R: on, off is attained nowhere, and its slope is as large as any.
    let weights = [
      Matrix(rows: 2, columns: 1, elements: [1, 1]), Matrix(rows: 1, columns: 2, elements: [2, -1]),
    ]
    let problem = PatternProblem(
      weights: weights, biases: [[0, 1]], slopes: [.relu], patterns: .attainable(.all))
    var settings = SearchSettings(engine: .semidefinite)
    #expect(try problem.solve(settings).enclosure.upper < 1.001)
    settings.tripwire = [.on, .off]
    #expect(throws: TripwireViolation.self) { try problem.solve(settings) }
  }
}
