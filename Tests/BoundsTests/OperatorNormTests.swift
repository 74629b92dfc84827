import Bounds
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import TestSupport
import Testing

@Suite struct OperatorNormTests {
  /// Small integers, with dead, repeated and passing units and an activation of each kind now and then.
  static func network(_ random: inout SplitMix64) throws -> MultilayerPerceptron {
    func below(_ n: Int) -> Int { Int(random.next() % UInt64(n)) }
    let sizes = [1 + below(3), 2 + below(3), 2 + below(2), 1 + below(3)]
    var layers: [AffineLayer] = []
    for (columns, rows) in zip(sizes, sizes.dropFirst()) {
      var weights = Matrix(rows: rows, columns: columns) { _, _ in Double(below(7) - 3) }
      if rows > 1, below(4) == 0 { for j in 0..<columns { weights[1, j] = -weights[0, j] } }
      if below(5) == 0 { for j in 0..<columns { weights[0, j] = 0 } }
      layers.append(AffineLayer(weights: weights, bias: (0..<rows).map { _ in Double(below(5) - 2) }))
    }
    let kinds: [Activation] = [.relu, .relu, .leakyReLU(slope: 0.25), .abs]
    return try MultilayerPerceptron(
      name: "random", layers: layers, activations: [kinds[below(4)], kinds[below(4)]],
      passing: below(3) == 0 ? [[0], []] : [])
  }

  @Test("All engines agree in every norm on every kind of domain", arguments: OperatorNorm.all, 0..<4)
  func enginesAgree(_ norm: OperatorNorm, _ kind: Int) throws {
    var random = SplitMix64(seed: UInt64(kind) + 17)
    for _ in 0..<75 {
      let network = try Self.network(&random)
      let domain = simpleDomain(kind, inputs: network.inputs)
      let values = try Engine.forAttainable.map { engine in
        let question = try BoundQuestion(network, domain: domain, norm: norm)
        let result = try question.attainableProblem.solve(SearchSettings(engine: engine))
        #expect(result.enclosure.lower <= result.enclosure.upper)
        if let x = result.enclosure.witness?.x { #expect(domain.contains(x)) }
        return result.enclosure.lower
      }
      for value in values {
        #expect(
          abs(value - values[0]) <= 1e-6 * max(1, values[0]), "\(norm.name), \(network.layers): \(values)")
      }
    }
  }

  @Test("A polytope in a corner of its box, where the search starts with a point from a linear program")
  func corner() throws {
    let one = AffineLayer(weights: Matrix([[1]]))
    let network = try MultilayerPerceptron(name: "x", layers: [one, one], activations: [.relu])
    let domain = Domain.polytope(rows: Matrix([[-1]]), bounds: [-0.875], lower: [0], upper: [1])
    for engine in Engine.forAttainable {
      let problem = try BoundQuestion(network, domain: domain).attainableProblem
      let result = try problem.solve(SearchSettings(engine: engine))
      #expect(result.isOptimal && result.enclosure.lower == 1, "\(engine): \(result.enclosure)")
    }
  }

  @Test("No norm is below the largest entry, and the 2-norm is at most the mean of norms 1 and inf")
  func order() throws {
    var random = SplitMix64(seed: 5)
    for _ in 0..<50 {
      let network = try Self.network(&random)
      func value(_ norm: OperatorNorm) throws -> Double {
        try BoundQuestion(network, norm: norm).attainableProblem.solve().enclosure.lower
      }
      let entry = try value(.largestEntry)
      for norm in OperatorNorm.all { #expect(try value(norm) >= entry * (1 - 1e-9)) }
      let product = try value(.one) * value(.infinity)
      #expect(try value(.two) <= product.squareRoot() * (1 + 1e-9))
    }
  }

  @Test("A difference of outputs is the network with that row")
  func outputs() throws {
    let network = try MultilayerPerceptron(
      name: "two",
      layers: [
        AffineLayer(weights: Matrix([[1, 2], [3, -1]])), AffineLayer(weights: Matrix([[1, 2], [0.1, -3]])),
      ],
      activations: [.relu])
    for (text, row) in [("0", [1, 2]), ("1-0", [0.1 - 1, -5])] {
      let chosen = try BoundQuestion(network, outputs: OutputChoice(text)).attainableProblem.solve()
      let single = try MultilayerPerceptron(
        name: "one", layers: [network.layers[0], AffineLayer(weights: Matrix([row]))], activations: [.relu])
      let expected = try BoundQuestion(single).attainableProblem.solve()
      #expect(abs(chosen.enclosure.lower - expected.enclosure.lower) < 1e-12)
    }
    #expect(throws: InputError.self) { try BoundQuestion(network, outputs: OutputChoice("2")) }
  }
}
