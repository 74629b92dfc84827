import Bounds
import ExactArithmetic
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import Testing
import Workbench

/// Two-layer networks whose Jacobian is a vector, solved in integers by way of spins, against the engines for patterns.
@Suite struct IntegerConstantTests {
  private func network(
    _ seed: UInt64, inputs: Int, outputs: Int, nonnegative: Bool, scale: Double = 1
  ) throws -> MultilayerPerceptron {
    var random = SplitMix64(seed: seed)
    let units = 1 + Int(seed % 9)
    let low = nonnegative ? 0 : -3
    let inner = Matrix(rows: units, columns: inputs) { _, _ in
      scale * Double(Int.random(in: -3...3, using: &random))
    }
    let outer = Matrix(rows: outputs, columns: units) { _, _ in
      scale * Double(Int.random(in: low...3, using: &random))
    }
    let bias = (0..<units).map { _ in seed % 2 == 0 ? Double(Int.random(in: -40...40, using: &random)) : 0 }
    return try MultilayerPerceptron(
      name: "seed \(seed)",
      layers: [
        AffineLayer(weights: inner, bias: bias),
        AffineLayer(weights: outer, bias: [Double](repeating: 0, count: outputs)),
      ], activations: [.relu])
  }

  private func solve(
    _ network: MultilayerPerceptron, _ patterns: ExactConstant.Patterns, _ settings: SearchSettings
  ) throws -> ExactConstant {
    try ExactConstant(BoundQuestion(network, domain: .all, settings: settings), patterns: patterns)
  }

  @Test(
    "The square of the constant is an integer, and the one that the other engines enclose",
    arguments: UInt64(1)...120)
  func integers(seed: UInt64) throws {
    let cases: [(inputs: Int, outputs: Int, nonnegative: Bool, patterns: ExactConstant.Patterns)] = [
      (4, 1, true, .attainable), (4, 1, true, .free), (4, 1, false, .free), (1, 3, false, .free),
    ]
    for (inputs, outputs, nonnegative, patterns) in cases {
      let network = try network(seed, inputs: inputs, outputs: outputs, nonnegative: nonnegative)
      let answer = try solve(network, patterns, SearchSettings())
      let other = try solve(network, patterns, SearchSettings(engine: .enumerate, relativeGap: 1e-9))
      let name = "\(patterns) \(inputs)-\(outputs)"
      #expect(answer.result.isOptimal, "\(name)")
      #expect(answer.lowerSquared == answer.upperSquared, "\(name)")
      #expect(answer.lowerSquared.denominator == 1, "\(name)")
      #expect(other.result.enclosure.lower <= answer.result.enclosure.upper, "\(name)")
      #expect(other.result.enclosure.upper >= answer.result.enclosure.lower, "\(name)")
      if patterns == .attainable, let witness = answer.result.enclosure.witness {
        let x = try #require(witness.x)
        #expect(
          PatternProblem(network, patterns: .attainable(.all)).hasPattern(witness.pattern, at: x), "\(name)")
      }
    }
  }

  @Test(
    "Spins know the 2-norm only: other norms of the same networks are not theirs", arguments: UInt64(1)...30)
  func otherNorms(seed: UInt64) throws {
    for (inputs, outputs) in [(3, 1), (1, 3)] {
      let network = try network(seed, inputs: inputs, outputs: outputs, nonnegative: true)
      for norm in OperatorNorm.all where norm != .two {
        for patterns in [ExactConstant.Patterns.attainable, .free] {
          let answer = try ExactConstant(BoundQuestion(network, norm: norm), patterns: patterns)
          let other = try ExactConstant(
            BoundQuestion(network, norm: norm, settings: SearchSettings(engine: .enumerate)),
            patterns: patterns)
          let name = "\(patterns) \(norm.name) \(inputs)-\(outputs)"
          #expect(other.result.enclosure.lower <= answer.result.enclosure.upper, "\(name)")
          #expect(other.result.enclosure.upper >= answer.result.enclosure.lower, "\(name)")
          #expect(answer.result.isOptimal && other.result.isOptimal, "\(name)")
        }
        #expect(throws: UnsupportedSearch.self) {
          try ExactConstant(
            BoundQuestion(network, norm: norm, settings: SearchSettings(engine: .elimination)))
        }
      }
    }
  }

  @Test("Engines named for spins take scaled weights, too; sizes multiply", arguments: UInt64(1)...20)
  func scaling(seed: UInt64) throws {
    for engine in [Engine.elimination, .linear, .milp] {
      let plain = try solve(
        try network(seed, inputs: 3, outputs: 1, nonnegative: true), .attainable,
        SearchSettings(engine: engine))
      let scaled = try solve(
        try network(seed, inputs: 3, outputs: 1, nonnegative: true, scale: 0.375), .attainable,
        SearchSettings(engine: engine))
      let factor = Rational(0.375 * 0.375)
      #expect(scaled.lowerSquared == factor * factor * plain.lowerSquared, "\(engine)")
      #expect(plain.result.engine == engine || plain.result.explanation.contains("presolve decides"))
    }
  }

  @Test("Decisions on both sides of the square, and at it", arguments: UInt64(1)...30)
  func decisions(seed: UInt64) throws {
    let network = try network(seed, inputs: 4, outputs: 1, nonnegative: true)
    let square = try solve(network, .attainable, SearchSettings()).lowerSquared
    for offset in [-1, 0, 1] {
      let q = square + Rational(offset)
      guard q.signum >= 0 else { continue }
      let atMost = try solve(network, .attainable, SearchSettings(threshold: .atMost(squared: q)))
      #expect(atMost.result.verdict == (offset >= 0))
      let atLeast = try solve(network, .attainable, SearchSettings(threshold: .atLeast(squared: q)))
      #expect(atLeast.result.verdict == (offset <= 0))
    }
  }

  @Test("Stopped at once, the enclosure holds")
  func stopped() throws {
    let network = try network(8, inputs: 6, outputs: 1, nonnegative: true)
    let whole = try solve(network, .attainable, SearchSettings())
    for settings in [SearchSettings(timeLimit: 0), SearchSettings(nodeLimit: 0)] {
      let stopped = try solve(network, .attainable, settings)
      #expect(stopped.result.enclosure.lower <= whole.result.enclosure.upper)
      #expect(stopped.result.enclosure.upper >= whole.result.enclosure.lower)
    }
  }

  @Test("Engines for spins refuse what is no quadratic problem")
  func refusals() throws {
    let two = try network(5, inputs: 3, outputs: 2, nonnegative: true)
    let mixed = try network(5, inputs: 3, outputs: 1, nonnegative: false)
    for network in [two, mixed] {
      #expect(throws: UnsupportedSearch.self) {
        try solve(network, .attainable, SearchSettings(engine: .elimination))
      }
    }
  }
}
