import ExactArithmetic
import Foundation
import Problems
import QuadraticSearch
import RandomNumbers
import Testing
import TreeSearch

@Suite struct TreeTests {
  static func problem(_ seed: UInt64) -> Ising {
    QuadraticSearchTests.random(40, density: 0.6, seed: seed) { random in
      Rational(Int.random(in: -3...3, using: &random))
    }
  }

  /// Max-cut of a dense random graph: a tree of some dozen nodes.
  static func dense(_ seed: UInt64) -> Ising {
    QuadraticSearchTests.random(60, density: 0.5, seed: 6 * seed) { _ in 1 }
  }

  static func withFolder<T>(_ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  @Test("Two and three threads find the optimum of one", arguments: UInt64(1)...8)
  func threads(seed: UInt64) throws {
    let problem = Self.problem(seed)
    let one = try problem.solve(QuadraticSettings(engine: .semidefinite))
    for threads in [2, 3] {
      let more = try problem.solve(
        QuadraticSettings(engine: .semidefinite, tree: TreeSettings(threads: threads)))
      #expect(more.value == one.value && more.isOptimal)
      QuadraticSearchTests.check(more, problem, "seed \(seed)")
    }
  }

  @Test("A stopped search resumes node by node", arguments: UInt64(1)...3)
  func resume(seed: UInt64) throws {
    let problem = Self.dense(seed)
    try Self.withFolder { folder in
      let whole = try problem.solve(QuadraticSettings(engine: .semidefinite))
      let file = folder + "/tree"
      for limit in 1...max(1, whole.statistics.nodes) where limit < 4 || limit == whole.statistics.nodes {
        var settings = QuadraticSettings(
          engine: .semidefinite, nodeLimit: limit,
          tree: TreeSettings(checkpoint: CheckpointPlan(file: file)))
        try? FileManager.default.removeItem(atPath: file)
        let part = try problem.solve(settings)
        // What is there is not lost to a forgotten --resume.
        #expect(throws: CheckpointError.self) { try problem.solve(settings) }
        settings.nodeLimit = nil
        settings.tree.checkpoint?.resumes = true
        let rest = try problem.solve(settings)
        #expect(rest.value == whole.value && rest.isOptimal)
        #expect(rest.statistics == whole.statistics, "limit \(limit)")
        #expect(part.statistics.nodes <= limit)
        // Finished: once more changes nothing and expands nothing.
        let again = try problem.solve(settings)
        #expect(again.value == whole.value && again.isOptimal && again.statistics == rest.statistics)
        // A resumed question is another search, and so is one for another gap: what the wider gap pruned is lost.
        var narrow = settings
        narrow.relativeGap = 0.5
        #expect(throws: CheckpointError.self) { try problem.solve(narrow) }
        settings.goal = .init(value: 1, isStrict: false)
        #expect(throws: CheckpointError.self) { try problem.solve(settings) }
      }
    }
  }

  @Test("Little memory: nodes go without warm starts, or the search stops with an enclosure")
  func memory() throws {
    let problem = Self.dense(2)
    let whole = try problem.solve(QuadraticSettings(engine: .semidefinite))
    for limit in [0, 1000, 20_000] {
      let tight = try problem.solve(
        QuadraticSettings(engine: .semidefinite, tree: TreeSettings(memoryLimit: limit)))
      QuadraticSearchTests.check(tight, problem, "\(limit)")
      #expect(!problem.sense.prefers(whole.value, to: tight.bound))
      #expect(tight.isOptimal || tight.reason == .memory)
    }
  }

  @Test("No node excludes a known optimum", arguments: UInt64(1)...30)
  func tripwire(seed: UInt64) throws {
    let problem = QuadraticSearchTests.random(
      20, density: 0.7, seed: seed, number: QuadraticSearchTests.integer)
    let exact = try problem.solve(QuadraticSearchTests.unreduced(engine: .enumerate))
    var settings = QuadraticSearchTests.unreduced(engine: .semidefinite)
    settings.tripwire = exact.solution
    // A goal out of reach: nothing better is found, so every part must be bounded.
    #expect(try problem.solve(settings).value == exact.value)
  }

  @Test("Damaged checkpoints are refused with a line, whatever was damaged")
  func damaged() throws {
    let problem = Self.dense(2)
    try Self.withFolder { folder in
      let file = folder + "/tree"
      var settings = QuadraticSettings(
        engine: .semidefinite, nodeLimit: 2, tree: TreeSettings(checkpoint: CheckpointPlan(file: file)))
      _ = try problem.solve(settings)
      settings.nodeLimit = 3
      settings.tree.checkpoint?.resumes = true
      let text = try String(contentsOfFile: file, encoding: .utf8)
      let lines = text.split(separator: "\n").map(String.init)
      try #require(lines.count > 3)
      let node = lines[1]
      var copies: [String] = ["", "{}", "\n\n", String(text.dropLast(20)), String(text.dropFirst(7))]
      copies.append(lines.dropLast().joined(separator: "\n"))
      copies.append((lines + [lines[1]]).joined(separator: "\n"))
      copies.append(text.replacingOccurrences(of: "\"checkpoint\":1", with: "\"checkpoint\":2"))
      for (old, new) in [
        ("\"branching\":", "\"branching\":9"), ("\"branching\":", "\"branching\":-"),
        ("\"fixed\":\"", "\"fixed\":\"0"),
        ("\"fixed\":\"", "\"fixed\":\"x"), ("\"serial\":", "\"serial\":-"),
        ("\"dual\":\"", "\"dual\":\"AAAA"),
        ("\"dual\":\"", "\"dual\":\"////"), ("\"bound\":", "\"bind\":"),
      ] {
        let changed = node.replacingOccurrences(of: old, with: new)
        #expect(changed != node)
        copies.append(([lines[0], changed] + lines.dropFirst(2)).joined(separator: "\n"))
      }
      for copy in copies {
        try copy.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(throws: CheckpointError.self, "\(copy.prefix(200))") { try problem.solve(settings) }
      }
      // Nothing else is overwritten.
      for resumes in [false, true] {
        try "1 1\n1 1 1\n".write(toFile: file, atomically: true, encoding: .utf8)
        settings.tree.checkpoint = CheckpointPlan(file: file, resumes: resumes)
        #expect(throws: CheckpointError.self) { try problem.solve(settings) }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "1 1\n1 1 1\n")
        settings.tree.checkpoint = CheckpointPlan(file: folder, resumes: resumes)
        #expect(throws: CheckpointError.self) { try problem.solve(settings) }
      }
      settings.tree.checkpoint = CheckpointPlan(file: folder + "/no/such/folder")
      #expect(throws: CheckpointError.self) { try problem.solve(settings) }
    }
  }
}
