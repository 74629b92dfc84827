import Bounds
import LinearAlgebra
import Networks
import PatternSearch
import TestSupport
import Testing
import TreeSearch

/// The searches against brute force on exact data: in every norm, on every kind of domain, with every engine.
@Suite struct OracleAgreementTests {
  private typealias Kind = DyadicExample.DomainKind

  /// Whether an enclosure holds the value and is closed.
  private func check(_ result: SearchResult, _ value: Double, _ label: @autoclosure () -> String) {
    let (lower, upper) = (result.enclosure.lower, result.enclosure.upper)
    let room = 1e-9 * value
    #expect(
      lower <= value + room && value <= upper + room && upper - lower <= 1.000001e-6 * upper,
      "\(label()): \(value) is not \(lower) … \(upper)")
  }

  /// The enclosures of all engines that apply.
  private func checkEngines(
    _ problem: PatternProblem, _ engines: [Engine?], _ value: Double, _ domain: Domain, _ label: String
  ) throws {
    for engine in engines {
      let result: SearchResult
      do {
        result = try problem.solve(SearchSettings(engine: engine))
      } catch is UnsupportedSearch {
        #expect(engine == .zonotope, "\(label)")
        continue
      }
      check(result, value, "\(label), \(problem.norm.name), \(result.engine)")
      if let x = result.enclosure.witness?.x { #expect(domain.contains(x), "\(label)") }
    }
  }

  @Test("Attainable patterns", arguments: DyadicExample.DomainKind.allCases, 0..<6)
  func attainable(_ kind: DyadicExample.DomainKind, _ block: Int) throws {
    for seed in block * 50..<(block + 1) * 50 {
      let example = try DyadicExample(seed: UInt64(seed), kind)
      let jacobians = BruteForce(example.network, domain: example.domain, isExact: true).attainable()
      #expect(jacobians.doubtful.isEmpty, "\(kind), seed \(seed)")
      for norm in OperatorNorm.all {
        let question = try BoundQuestion(example.network, domain: example.domain, norm: norm)
        try checkEngines(
          question.attainableProblem, (seed % 5 == 0 ? [nil] : []) + Engine.forAttainable,
          jacobians.answer(norm).maximum,
          example.domain,
          "\(kind), seed \(seed)")
      }
    }
  }

  /// Up to three brute-force cells of an example, each as a tripwire of the branch and bound: whether that bounds a part which
  /// holds the cell below the cell's own norm.
  private func violations(
    _ example: DyadicExample, _ norm: OperatorNorm, fault: PlantedPatternFault? = nil
  ) throws -> Int {
    let cells = BruteForce(example.network, domain: example.domain, isExact: true).attainable()
    let problem = try BoundQuestion(example.network, domain: example.domain, norm: norm).attainableProblem
    var rows = 0
    if case .polytope(let matrix, _, _, _) = example.domain { rows = matrix.rows }
    var count = 0
    for index in stride(from: 0, to: cells.patterns.count, by: max(1, cells.patterns.count / 3)) {
      // A polytope's rows are units at the end of the first layer.
      var pattern = cells.patterns[index]
      let first = example.network.hiddenWidths[0]
      pattern.insert(contentsOf: [Phase](repeating: .on, count: rows), at: first)
      var settings = SearchSettings(engine: .semidefinite)
      settings.tripwire = pattern
      settings.plantedFault = fault
      do {
        _ = try problem.solve(settings)
      } catch is TripwireViolation {
        count += 1
      }
    }
    return count
  }

  @Test("No part of the search is bounded below a cell in it", arguments: DyadicExample.DomainKind.allCases)
  func tripwires(_ kind: DyadicExample.DomainKind) throws {
    for seed in 0..<60 as Range<UInt64> {
      let norm = OperatorNorm.all[Int(seed % 6)]
      #expect(
        try violations(DyadicExample(seed: seed + 4000, kind), norm) == 0,
        "\(kind), seed \(seed), \(norm.name)")
    }
  }

  @Test(
    "Faults planted in the search are found so",
    arguments: [PlantedPatternFault.skippedCell, .optimisticBound])
  func faults(_ fault: PlantedPatternFault) throws {
    var found = 0
    for kind in DyadicExample.DomainKind.allCases {
      for seed in 0..<20 as Range<UInt64> {
        found += try violations(DyadicExample(seed: seed + 4000, kind), .two, fault: fault)
      }
    }
    #expect(found > 0)
  }

  @Test("Free patterns", arguments: 0..<6)
  func free(_ block: Int) throws {
    for seed in block * 50..<(block + 1) * 50 {
      let kind: DyadicExample.DomainKind = seed % 3 == 0 ? .slice : .all
      let example = try DyadicExample(seed: UInt64(seed) + 1000, kind)
      let jacobians = BruteForce(example.network, domain: example.domain).free()
      for norm in OperatorNorm.all {
        let question = try BoundQuestion(example.network, domain: example.domain, norm: norm)
        try checkEngines(
          question.freeProblem, [nil, .semidefinite, .enumerate, .zonotope], jacobians.answer(norm).maximum,
          example.domain, "free, seed \(seed)")
      }
    }
  }

  @Test("A last layer times 2ᵏ has 2ᵏ times the constant", arguments: DyadicExample.DomainKind.allCases)
  func scaling(_ kind: DyadicExample.DomainKind) throws {
    for seed in 0..<20 as Range<UInt64> {
      let example = try DyadicExample(seed: seed + 2000, kind)
      let factor = [0x1p-20, 0.5, 8, 0x1p30][Int(seed % 4)]
      var layers = example.network.layers
      let last = layers.removeLast()
      layers.append(AffineLayer(weights: last.weights * factor, bias: last.bias.map { factor * $0 }))
      let scaled = try MultilayerPerceptron(
        name: "scaled", layers: layers, activations: example.network.activations,
        passing: example.network.passing)
      for norm in OperatorNorm.all {
        func lower(_ network: MultilayerPerceptron) throws -> Double {
          let problem = try BoundQuestion(network, domain: example.domain, norm: norm).attainableProblem
          return try problem.solve().enclosure.lower
        }
        let (one, other) = (try lower(example.network), try lower(scaled))
        // The 2-norm's direction is a rounded one.
        let room = norm == .two ? 1e-9 * other : 0
        #expect(abs(factor * one - other) <= room, "\(kind), seed \(seed), \(norm.name): \(one), \(other)")
      }
    }
  }

  @Test(
    "A domain far from the origin, or a small one, has the same constant",
    arguments: DyadicExample.DomainKind.allCases)
  func moved(_ kind: DyadicExample.DomainKind) throws {
    for seed in Array(0..<30 as Range<UInt64>) + [50_024, 50_036, 50_061, 60_017, 60_021, 60_030] {
      let example = try DyadicExample(seed: seed, kind)
      let norm = OperatorNorm.all[Int(seed % 6)]
      let value = BruteForce(example.network, domain: example.domain, isExact: true).attainable().answer(norm)
        .maximum
      for (shift, scale) in [(0x1p18, 1.0), (-17, 0x1p-20)] {
        let moved = try example.moved(by: shift, scale: scale)
        let question = try BoundQuestion(moved.network, domain: moved.domain, norm: norm)
        try checkEngines(
          question.attainableProblem, Engine.forAttainable, value, moved.domain,
          "\(kind), seed \(seed), by \(shift)")
      }
    }
  }

  @Test("One output, or the difference of two", arguments: DyadicExample.DomainKind.allCases)
  func outputs(_ kind: DyadicExample.DomainKind) throws {
    var count = 0
    for seed in 0..<100 as Range<UInt64> {
      let example = try DyadicExample(seed: seed + 3000, kind)
      var layers = example.network.layers
      var last = layers.removeLast()
      let outputs = last.weights.rows
      if seed % 4 == 0 {
        // Differences that doubles do not hold get a layer of their own.
        for j in 0..<last.weights.columns { last.weights[outputs - 1, j] *= 0x1p-60 }
      }
      let network = try MultilayerPerceptron(
        name: "n", layers: layers + [last], activations: example.network.activations,
        passing: example.network.passing)
      let cells = BruteForce(network, domain: example.domain, isExact: true).attainable().certain
      for (i, j) in [(0, nil), (0, outputs - 1), (outputs - 1, 0)] as [(Int, Int?)] where i != j {
        // The difference of exact rows, which are far apart in size or not rounded.
        let rows = cells.map { cell in
          cell[i].indices.map { cell[i][$0] - (j.map { j in cell[j] } ?? cell[i].map { _ in 0 })[$0] }
        }
        for norm in OperatorNorm.all {
          let question = try BoundQuestion(
            network, domain: example.domain, norm: norm, outputs: OutputChoice(output: i, minus: j))
          try checkEngines(
            question.attainableProblem, [nil], rows.map { operatorNorm([$0], norm) }.max() ?? 0,
            example.domain,
            "\(kind), seed \(seed), output \(i) - \(String(describing: j))")
          count += 1
        }
      }
    }
    #expect(count > 600)
  }
}
