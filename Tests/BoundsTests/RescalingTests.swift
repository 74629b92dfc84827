import Bounds
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import Testing

/// AutoLip and SeqLip of rescaled networks: sound, never above the plain ones, and blind to how units are scaled.
@Suite struct RescalingTests {
  private func value(_ method: some BoundMethod, _ network: MultilayerPerceptron) throws -> Double {
    try #require(method.run(BoundQuestion(network)).value)
  }

  private func random(seed: Int, slope: Double = 0) throws -> MultilayerPerceptron {
    var random = SplitMix64(seed: UInt64(seed) + 900)
    let layers = 2 + seed % 4
    let sizes = (0...layers).map { _ in Int.random(in: 1...8, using: &random) }
    return try network(
      zip(sizes, sizes.dropFirst()).map { gaussian($1, $0, &random) }, activation: .leakyReLU(slope: slope))
  }

  private func network(_ weights: [Matrix], activation: Activation = .relu) throws -> MultilayerPerceptron {
    try MultilayerPerceptron(
      name: "rescaled",
      layers: weights.map { AffineLayer(weights: $0, bias: [Double](repeating: 0, count: $0.rows)) },
      activations: weights.dropLast().map { _ in activation })
  }

  /// Rows times t, the next columns divided by t.
  private func rescaling(_ weights: [Matrix], by factors: [[Double]]) -> [Matrix] {
    weights.indices.map { k in
      var result = weights[k]
      if k < factors.count { result = result.scalingRows(by: factors[k]) }
      return k > 0 ? result.scalingColumns(by: factors[k - 1].map { 1 / $0 }) : result
    }
  }

  @Test(arguments: 0..<60) func betweenTheFormalConstantAndThePlainBound(seed: Int) throws {
    let network = try random(seed: seed, slope: [0, 0.1, -1.5, 3][seed % 4])
    let formal = try BoundQuestion(network).freeProblem.solve().enclosure
    let (autoLip, rescaled) = (try value(AutoLip(), network), try value(AutoLipRescaled(), network))
    let (seqLip, both) = (try value(SeqLip(), network), try value(SeqLipRescaled(), network))
    #expect(formal.lower <= rescaled && formal.lower <= both)
    #expect(rescaled <= autoLip && both <= seqLip * (1 + 1e-12))
    if network.layers.count == 2 { #expect(abs(both - seqLip) <= 1e-6 * seqLip) }
    if network.layers.count > 2 { #expect(both <= rescaled * (1 + 1e-5)) }
  }

  @Test("Scales of units up to 10^±12 change nothing but the plain bounds", arguments: 0..<24)
  func blindToScales(seed: Int) throws {
    let before = try random(seed: seed * 4 + 1)
    var random = SplitMix64(seed: UInt64(seed))
    let range = seed % 2 == 0 ? 2.0 : 12.0
    let factors = before.layers.dropLast().map { layer in
      (0..<layer.weights.rows).map { _ in Double.random(in: -range...range, using: &random) }
    }
    let after = try network(
      rescaling(
        before.layers.map(\.weights),
        by: factors.map { $0.map { Double(sign: .plus, exponent: Int(3 * $0), significand: 1) } }))
    let (a, b) = (try value(AutoLipRescaled(), before), try value(AutoLipRescaled(), after))
    #expect(abs(a - b) <= 1e-3 * a, "\(a), \(b)")
    let plain = (try value(AutoLip(), before), try value(AutoLip(), after))
    if seed % 2 == 1, before.layers[0].weights.rows > 2 { #expect(plain.1 > 10 * plain.0) }
  }

  @Test func diagonalLayersAreRescaledToTheConstant() throws {
    // AutoLip = r², L = r: T = diag(1, r) and its like.
    let layers = [Matrix([[1e3, 0], [0, 1]]), Matrix([[1, 0], [0, 1e3]])]
    let found = try value(AutoLipRescaled(), network(layers))
    #expect(found >= 1e3 && found <= 1e3 * (1 + 1e-4))
    #expect(try value(AutoLip(), network(layers)) >= 1e6)
  }

  @Test func edges() throws {
    for (weights, constant): ([Matrix], Double) in [
      ([Matrix([[3, 4]])], 5), ([Matrix([[2]]), Matrix([[3]])], 6),
      ([Matrix([[1e-9]]), Matrix([[3e9]]), Matrix([[2]])], 6),
      ([Matrix([[0, 0], [0, 0]]), Matrix([[1, 1]])], 0),
      // Units that nothing reaches or that reach nothing do not count.
      ([Matrix([[1], [0]]), Matrix([[1, 1e9]])], 1), ([Matrix([[1], [1e9]]), Matrix([[1, 0]])], 1),
      ([Matrix([[1], [0]]), Matrix([[1, 0], [0, 7]]), Matrix([[5, 1e6]])], 5),
      ([Matrix([[1], [2]]), Matrix([[0, 0]]), Matrix([[5]])], 0),
    ] {
      let network = try network(weights)
      for found in [try value(AutoLipRescaled(), network), try value(SeqLipRescaled(), network)] {
        #expect(found >= constant && found <= constant * (1 + 1e-4), "\(constant): \(found)")
      }
    }
  }

  @Test func anInterruptedDescentIsSound() throws {
    let network = try random(seed: 3)
    let formal = try BoundQuestion(network).freeProblem.solve().enclosure.lower
    let question = try BoundQuestion(network, settings: SearchSettings(isInterrupted: { true }))
    for answer in [AutoLipRescaled().run(question), SeqLipRescaled().run(question)] {
      #expect(answer.isStopped && answer.value! >= formal && answer.side == .upper)
    }
  }

  @Test func otherNormsHaveNoAnswer() throws {
    let question = try BoundQuestion(random(seed: 1), norm: .infinity)
    #expect(AutoLipRescaled().run(question).value == nil && SeqLipRescaled().run(question).value == nil)
  }
}
