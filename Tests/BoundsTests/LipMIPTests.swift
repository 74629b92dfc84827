import Bounds
import ExactArithmetic
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import TestSupport
import Testing

/// Engine `milp` on networks: mixed-integer programs for GLPK, against brute force and the other engines.
@Suite struct LipMIPTests {
  static let norms = [OperatorNorm.one, .infinity, .largestEntry]

  private func check(
    _ problem: PatternProblem, _ value: Double, _ domain: Domain, _ label: String
  ) throws {
    let result = try problem.solve(SearchSettings(engine: .milp))
    let (lower, upper) = (result.enclosure.lower, result.enclosure.upper)
    let room = 1e-9 * value
    #expect(
      abs(lower - value) <= room && value <= upper + room && upper - lower <= 1e-6 * upper,
      "\(label), \(problem.norm.name): \(value) is not \(lower) … \(upper)")
    #expect(result.engine == .milp)
    if let x = result.enclosure.witness?.x { #expect(domain.contains(x), "\(label)") }
  }

  @Test(
    "Brute force: dead, equal, zero and passing units, slopes of any sign, boxes with faces on kinks",
    arguments: [DyadicExample.DomainKind.box, .slice, .polytopeInBox], 0..<4)
  func bruteForce(_ kind: DyadicExample.DomainKind, _ block: Int) throws {
    for seed in block * 30..<(block + 1) * 30 {
      let example = try DyadicExample(seed: UInt64(seed), kind)
      let jacobians = BruteForce(example.network, domain: example.domain, isExact: true).attainable()
      for norm in Self.norms {
        let question = try BoundQuestion(example.network, domain: example.domain, norm: norm)
        try check(
          question.attainableProblem, jacobians.answer(norm).maximum, example.domain, "\(kind), seed \(seed)")
      }
    }
  }

  @Test("Free patterns", arguments: 0..<2)
  func free(_ block: Int) throws {
    for seed in block * 30..<(block + 1) * 30 {
      let example = try DyadicExample(seed: UInt64(seed) + 1000, seed % 2 == 0 ? .slice : .all)
      let jacobians = BruteForce(example.network, domain: example.domain).free()
      for norm in Self.norms {
        let question = try BoundQuestion(example.network, domain: example.domain, norm: norm)
        try check(
          question.freeProblem, jacobians.answer(norm).maximum, example.domain, "free, seed \(seed)")
      }
    }
  }

  @Test("The other engines, for all outputs, one, and the difference of two", arguments: UInt64(1)...12)
  func engines(seed: UInt64) throws {
    let network = try CellWalkTests.network(seed: seed, sizes: [3, 6, 5, seed % 2 == 0 ? 4 : 6, 3])
    let radius = [0.2, 1, 3][Int(seed % 3)]
    let domain = Domain.box(
      lower: [Double](repeating: -radius, count: 3), upper: [Double](repeating: radius, count: 3))
    for output in [nil, OutputChoice(output: 1), OutputChoice(output: 2, minus: 0)] {
      for norm in Self.norms {
        let question = try BoundQuestion(network, domain: domain, norm: norm, outputs: output)
        let problem = question.attainableProblem
        let exact = try problem.solve(SearchSettings(engine: .semidefinite)).enclosure
        let cells = try problem.solve(SearchSettings(engine: .cells)).enclosure
        #expect(abs(exact.lower - cells.lower) <= 1e-6 * exact.lower)
        let result = try problem.solve(SearchSettings(engine: .milp))
        let label = "seed \(seed), \(norm.name), \(output?.name ?? "all"): \(result.enclosure)"
        #expect(result.isOptimal && result.reason == .gap, "\(label)")
        #expect(result.enclosure.lower <= exact.upper && exact.lower <= result.enclosure.upper, "\(label)")
      }
    }
  }

  @Test("Stopped early it holds an enclosure and the reason", arguments: UInt64(1)...4)
  func limits(seed: UInt64) throws {
    let network = try CellWalkTests.network(seed: seed, sizes: [4, 9, 9, 3])
    let domain = Domain.box(lower: [-2, -2, -2, -2], upper: [2, 2, 2, 2])
    for norm in Self.norms {
      let problem = try BoundQuestion(network, domain: domain, norm: norm).attainableProblem
      let exact = try problem.solve(SearchSettings(engine: .semidefinite)).enclosure
      for limit in [0, 1, 5, 20] {
        let result = try problem.solve(SearchSettings(engine: .milp, nodeLimit: limit))
        #expect(result.isOptimal || result.reason == .nodes, "\(limit): \(result.reason)")
        #expect(result.enclosure.lower <= exact.upper && exact.lower <= result.enclosure.upper * (1 + 1e-9))
      }
      let late = try problem.solve(SearchSettings(engine: .milp, timeLimit: 0))
      #expect(late.reason == .time && exact.lower <= late.enclosure.upper && late.enclosure.upper.isFinite)
      let interrupted = try problem.solve(SearchSettings(engine: .milp, isInterrupted: { true }))
      #expect(interrupted.reason == .interrupt && exact.lower <= interrupted.enclosure.upper)
    }
  }

  @Test("What it does not take is refused in one line")
  func refusals() throws {
    let network = try CellWalkTests.network(seed: 1, sizes: [2, 3, 3, 1])
    let box = Domain.box(lower: [-1, -1], upper: [1, 1])
    let half = Domain.polytope(rows: Matrix([[1, 1]]), bounds: [1], lower: nil, upper: nil)
    func refusal(_ domain: Domain, _ norm: OperatorNorm, _ threshold: Threshold? = nil) throws -> String {
      let problem = try BoundQuestion(network, domain: domain, norm: norm).attainableProblem
      let refusal = #expect(throws: UnsupportedSearch.self) {
        try problem.solve(SearchSettings(engine: .milp, threshold: threshold))
      }
      return refusal?.description ?? ""
    }
    for text in [
      try refusal(box, .two), try refusal(.all, .one), try refusal(half, .infinity),
      try refusal(box, .one, .atMost(squared: 1)),
    ] {
      #expect(text.contains("use --engine semidefinite") && !text.contains("\n"), "\(text)")
    }
  }
}
