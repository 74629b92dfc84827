import LinearAlgebra
import PatternSearch
import RandomNumbers
import Testing

/// A search stopped early still encloses the maximum.
@Suite struct EarlyStopTests {
  private func problem(seed: UInt64, inputs: Int, patterns: PatternSet) -> PatternProblem {
    var random = SplitMix64(seed: seed)
    let sizes = [inputs, 5, 4, 2]
    var weights: [Matrix] = []
    for (columns, rows) in zip(sizes, sizes.dropFirst()) {
      weights.append(
        Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in random.gaussian() }))
    }
    let biases = weights.dropLast().map { $0.column(0) }
    return PatternProblem(weights: weights, biases: biases, slopes: [.relu, .relu], patterns: patterns)
  }

  private func cases(seed: UInt64) -> [(problem: PatternProblem, engines: [Engine])] {
    [1, 2, 3].flatMap { inputs -> [(PatternProblem, [Engine])] in
      let box = Domain.box(
        lower: [Double](repeating: -2, count: inputs), upper: [Double](repeating: 1, count: inputs))
      return [
        (problem(seed: seed, inputs: inputs, patterns: .free), [.enumerate, .semidefinite]),
        (problem(seed: seed, inputs: inputs, patterns: .attainable(.all)), Engine.forAttainable),
        (problem(seed: seed, inputs: inputs, patterns: .attainable(box)), Engine.forAttainable),
      ]
    }
  }

  private func check(_ seed: UInt64, _ reason: StopReason, _ limits: (Engine) -> SearchSettings) throws {
    for (problem, engines) in cases(seed: seed) {
      let truth = try problem.solve(SearchSettings(engine: .enumerate)).enclosure
      for engine in engines {
        let result = try problem.solve(limits(engine))
        let name = "seed \(seed), \(engine), \(problem.freeInputs.count) inputs, \(problem.patterns)"
        #expect(result.enclosure.lower <= truth.upper, "\(name)")
        #expect(result.enclosure.upper >= truth.lower, "\(name)")
        #expect(result.enclosure.lower <= result.enclosure.upper, "\(name)")
        // Either the gap was closed in spite of the limit, or the limit is the reason.
        let isClosed = result.enclosure.relativeGap <= 1e-6
        #expect(result.reason == (isClosed ? .gap : reason), "\(name): \(result.reason)")
        if let witness = result.enclosure.witness {
          #expect(witness.lower == result.enclosure.lower, "\(name)")
        }
      }
    }
  }

  @Test("Node limits", arguments: [0, 1, 2, 5], 1...5)
  func nodes(limit: Int, seed: UInt64) throws {
    try check(seed, .nodes) { SearchSettings(engine: $0, nodeLimit: limit) }
  }

  @Test("No time at all", arguments: 1...5)
  func time(seed: UInt64) throws {
    try check(seed, .time) { SearchSettings(engine: $0, timeLimit: 0) }
  }

  @Test("Interrupted at once", arguments: 1...5)
  func interrupt(seed: UInt64) throws {
    try check(seed, .interrupt) { SearchSettings(engine: $0, isInterrupted: { true }) }
  }

  @Test("The same seed visits the same nodes", arguments: 1...5)
  func repeatable(seed: UInt64) throws {
    for (problem, engines) in cases(seed: seed) {
      for engine in engines {
        let settings = SearchSettings(engine: engine, seed: seed)
        let (first, second) = (try problem.solve(settings), try problem.solve(settings))
        #expect(first.statistics == second.statistics, "seed \(seed), \(engine)")
        #expect(
          first.enclosure.lower == second.enclosure.lower && first.enclosure.upper == second.enclosure.upper)
      }
    }
  }
}
