import BigInt
import Bounds
import ExactArithmetic
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import Testing

/// Laws that hold between networks: what scales, what stays, and what moves.
@Suite struct InvarianceTests {
  private static let always = ["fgl", "lipsdp-neuron"]
  private static let products = [
    "fgl", "lipsdp-neuron", "lipsdp-layer", "eclipse-fast", "combettes-pesquet", "seqlip", "autolip",
    "frobenius",
  ]

  private struct Parts {
    var weights: [Matrix]
    var biases: [[Double]]

    func network() throws -> MultilayerPerceptron {
      try MultilayerPerceptron(
        name: "law", layers: zip(weights, biases).map { AffineLayer(weights: $0, bias: $1) },
        activations: [Activation](repeating: .relu, count: weights.count - 1))
    }
  }

  private func parts(seed: Int) -> Parts {
    var random = SplitMix64(seed: UInt64(seed))
    let sizes = [2 + seed % 2, 4, 3 + seed % 2, 2]
    let weights = zip(sizes, sizes.dropFirst()).map { columns, rows in
      Matrix(rows: rows, columns: columns) { _, _ in random.gaussian() }
    }
    return Parts(
      weights: weights, biases: weights.map { matrix in (0..<matrix.rows).map { _ in random.gaussian() } })
  }

  private func values(_ parts: Parts) throws -> [String: Double] {
    let question = try BoundQuestion(parts.network())
    var result = ["exact": try question.attainableProblem.solve().enclosure.upper]
    for method in boundMethods where method.side != .lower {
      result[method.name] = method.init().run(question).value
    }
    return result
  }

  private func expectEqual(
    _ a: [String: Double], _ b: [String: Double], times factor: Double = 1, names: [String], _ comment: String
  ) throws {
    for name in names {
      let (x, y) = (try #require(a[name]) * factor, try #require(b[name]))
      #expect(abs(x - y) <= 3e-6 * max(abs(x), abs(y)), "\(comment): \(name)")
    }
  }

  @Test(arguments: 0..<10) func scalingLayersMultipliesEverything(seed: Int) throws {
    let before = parts(seed: seed)
    var after = before
    let factors = [0.5, 3, 0.25]
    var product = 1.0
    for (k, factor) in factors.enumerated() {
      product *= factor
      after.weights[k] = after.weights[k] * factor
      let scale = product
      after.biases[k] = after.biases[k].map { $0 * scale }
    }
    try expectEqual(
      values(before), values(after), times: product, names: ["exact", "theorem3"] + Self.products,
      "seed \(seed)")
  }

  @Test(arguments: 0..<10) func permutingUnitsChangesNothing(seed: Int) throws {
    let before = parts(seed: seed)
    var after = before
    var random = SplitMix64(seed: UInt64(seed) + 100)
    for k in 0..<2 {
      let order = Array(0..<before.weights[k].rows).shuffled(using: &random)
      after.weights[k] = after.weights[k].selecting(rows: order)
      after.biases[k] = order.map { before.biases[k][$0] }
      after.weights[k + 1] = after.weights[k + 1].selecting(columns: order)
    }
    try expectEqual(
      values(before), values(after), names: ["exact", "theorem3"] + Self.products, "seed \(seed)")
  }

  @Test(arguments: 0..<10) func orthogonalMapsOfInputAndOutputChangeNothing(seed: Int) throws {
    let before = parts(seed: seed)
    var after = before
    func reflection(_ size: Int) -> Matrix {
      let length = Double(size * (size + 1) * (2 * size + 1)) / 6
      return Matrix(rows: size, columns: size) {
        ($0 == $1 ? 1 : 0) - 2 * Double(($0 + 1) * ($1 + 1)) / length
      }
    }
    after.weights[0] = before.weights[0] * reflection(before.weights[0].columns)
    after.weights[2] = reflection(before.weights[2].rows) * before.weights[2]
    after.biases[2] = reflection(before.weights[2].rows) * before.biases[2]
    try expectEqual(
      values(before), values(after), names: ["exact", "theorem3"] + Self.products, "seed \(seed)")
  }

  @Test(arguments: 0..<10) func rescalingAUnitMovesOnlyTheBoundsThatSplit(seed: Int) throws {
    let before = parts(seed: seed)
    var after = before
    // Unit i of layer k: its row and bias times t, its column in the next layer by 1/t.
    let t = 64.0
    for k in 0..<2 {
      after.weights[k] = after.weights[k].scalingRows(by: (0..<after.weights[k].rows).map { $0 == 0 ? t : 1 })
      after.biases[k][0] *= t
      after.weights[k + 1] = after.weights[k + 1].scalingColumns(
        by: (0..<after.weights[k + 1].columns).map { $0 == 0 ? 1 / t : 1 })
    }
    let (a, b) = (try values(before), try values(after))
    try expectEqual(a, b, names: ["exact"] + Self.always, "seed \(seed)")
    for name in ["autolip", "seqlip", "lipsdp-layer", "frobenius"] {
      let (x, y) = (try #require(a[name]), try #require(b[name]))
      #expect(abs(x - y) > 1e-3 * x, "seed \(seed): \(name) did not move")
    }
  }
}

/// Small and empty things.
@Suite struct EdgeCaseTests {
  private func network(
    _ weights: [[[Double]]], _ biases: [[Double]]? = nil, activation: Activation = .relu
  ) throws -> MultilayerPerceptron {
    try MultilayerPerceptron(
      name: "edge",
      layers: weights.enumerated().map { AffineLayer(weights: Matrix($1), bias: biases?[$0]) },
      activations: [Activation](repeating: activation, count: weights.count - 1))
  }

  private func expectConstant(
    _ value: Double, _ network: MultilayerPerceptron, _ comment: String, on domain: Domain = .all
  ) throws {
    for engine in Engine.forAttainable {
      let question = try BoundQuestion(network, domain: domain, settings: SearchSettings(engine: engine))
      let result = try question.attainableProblem.solve(question.settings)
      #expect(result.isOptimal, "\(comment), \(engine)")
      #expect(result.enclosure.lower <= value * (1 + 1e-15), "\(comment), \(engine)")
      #expect(result.enclosure.upper >= value * (1 - 1e-15), "\(comment), \(engine)")
    }
  }

  @Test func theZeroNetworkIsZeroEverywhereAndNotNaN() throws {
    let zero = try network([[[0, 0], [0, 0]], [[0, 0]]])
    try expectConstant(0, zero, "zero")
    let question = try BoundQuestion(zero)
    for method in boundMethods { #expect(method.init().run(question).value == 0, "\(method.name)") }
    try expectConstant(0, network([[[1, 2], [3, 4]], [[0, 0]]]), "zero output layer")
    try expectConstant(0, network([[[0, 0], [0, 0]], [[1, 1]]], [[1, 1], [0]]), "zero input layer")
  }

  @Test func deadUnitsZeroRowsAndSingleUnits() throws {
    try expectConstant(6, network([[[2]], [[3]]]), "1-1-1")
    try expectConstant(6, network([[[2]], [[-3]]]), "1-1-1 negative")
    try expectConstant(5, network([[[3, 4]], [[1]]]), "one unit")
    // A unit that is off on the whole box.
    try expectConstant(
      1, network([[[1], [1]], [[1, 100]]], [[0, -10], [0]]), "dead unit", on: .box(lower: [-1], upper: [1]))
    // A zero row is constant, and its constant moves the later kink out of the box.
    try expectConstant(
      0, network([[[1], [0]], [[1, -1]], [[5]]], [[0, 7], [0], [0]]), "zero row",
      on: .box(lower: [-1], upper: [1]))
    try expectConstant(
      5, network([[[1], [0]], [[1, -1]], [[5]]], [[0, 7], [0], [0]]), "zero row, all of R")
    // More outputs than units.
    try expectConstant(3, network([[[1]], [[1], [2], [2]]]), "1-1-3")
  }

  @Test func leakySlopesOfAnySign() throws {
    try expectConstant(2, network([[[1]], [[1]]], activation: .leakyReLU(slope: 2)), "slope 2")
    try expectConstant(3, network([[[1]], [[1]]], activation: .leakyReLU(slope: -3)), "slope -3")
    try expectConstant(1, network([[[1], [-1]], [[1, -1]]], activation: .leakyReLU(slope: 0)), "slope 0")
    // x ↦ ρ(x) - ρ(-x) with slope a is (1 + a) x.
    try expectConstant(1.5, network([[[1], [-1]], [[1, -1]]], activation: .leakyReLU(slope: 0.5)), "odd")
  }

  /// Slope 1 everywhere is an affine map: every method that needs no strict kink gives its norm, √52.
  @Test func unitsOfOneSlopeAreLinear() throws {
    let affine = try network([[[1, 2], [3, 4]], [[1, 1]]], activation: .leakyReLU(slope: 1))
    let question = try BoundQuestion(affine)
    for name in ["fgl", "lipsdp-neuron", "lipsdp-layer"] {
      let method = try #require(boundMethods.first { $0.name == name })
      let value = try #require(method.init().run(question).value)
      #expect(abs(value - 52.0.squareRoot()) < 1e-6, "\(name)")
    }
  }

  /// A kink 1e300 away, and weights of the smallest size beside one: no engine may crash or lose the constant.
  @Test func kinksAtTheEndOfTheDoubleRange() throws {
    let far = try network([[[1e-300], [1]], [[1, 1]]], [[-1e60, 0], [0]])
    let tiny = Double.leastNonzeroMagnitude
    let small = try network([[[tiny, 1], [1, tiny]], [[1, 1]]], [[tiny, 0], [0]])
    for (net, constant) in [(far, 1.0), (small, 2.0.squareRoot())] {
      for engine in Engine.forAttainable {
        let question = try BoundQuestion(net, settings: SearchSettings(engine: engine))
        let enclosure = try question.attainableProblem.solve(question.settings).enclosure
        #expect(enclosure.lower <= constant * (1 + 1e-12) && enclosure.upper >= constant * (1 - 1e-12))
      }
    }
  }

  @Test func magnitudesThatWouldVanishAreRefused() throws {
    for net in [
      try network([[[1e-200]], [[1]]]), try network([[[1]], [[1]]], activation: .leakyReLU(slope: 1e-200)),
      try network([[[1]], [[1e300]]]),
    ] {
      #expect(throws: InputError.self) { try BoundQuestion(net) }
    }
  }

  @Test func constantInputsAreDropped() throws {
    let net = try network([[[3, 100], [0, 100]], [[1, 1]]], [[0, 0], [0]])
    try expectConstant(3, net, "one fixed input", on: .box(lower: [0, 1], upper: [1, 1]))
    let fixed = try BoundQuestion(net, domain: .box(lower: [0, 1], upper: [0, 1])).attainableProblem
    #expect(try fixed.solve(SearchSettings(threshold: .atLeast(squared: .zero))).verdict == true)
    #expect(try fixed.solve(SearchSettings(threshold: .atMost(squared: .zero))).verdict == true)
    #expect(try fixed.solve(SearchSettings(threshold: .atLeast(squared: Rational(1, 100)))).verdict == false)
    try expectConstant(0, net, "all inputs fixed", on: .box(lower: [0, 1], upper: [0, 1]))
  }

  /// The threshold question at, above and below the exact square of the constant, on free and attainable patterns.
  @Test(arguments: 0..<40) func thresholdsAreDecidedAtTheConstantItself(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let inputs = 1 + seed % 3
    let inner = (0..<4).map { _ in (0..<inputs).map { _ in Double(Int.random(in: -2...2, using: &random)) } }
    let outer = [(0..<4).map { _ in Double(Int.random(in: -2...2, using: &random)) }]
    let biases = [(0..<4).map { _ in Double(Int.random(in: -1...1, using: &random)) }, [0]]
    let question = try BoundQuestion(network([inner, outer], biases))
    for problem in [question.attainableProblem, question.freeProblem] {
      let square = try problem.solve().enclosure.witness?.ratioSquared ?? .zero
      let above = Rational(square.numerator * 1_000_001 + 1, square.denominator * 1_000_001)
      func decide(_ threshold: Threshold) throws -> Bool? {
        try problem.solve(SearchSettings(threshold: threshold)).verdict
      }
      #expect(try decide(.atMost(squared: square)) == true, "seed \(seed)")
      #expect(try decide(.atLeast(squared: square)) == true, "seed \(seed)")
      #expect(try decide(.atMost(squared: above)) == true, "seed \(seed)")
      #expect(try decide(.atLeast(squared: above)) == false, "seed \(seed)")
      if square > .zero {
        let below = Rational(square.numerator * 1_000_001 - 1, square.denominator * 1_000_001)
        #expect(try decide(.atMost(squared: below)) == false, "seed \(seed)")
        #expect(try decide(.atLeast(squared: below)) == true, "seed \(seed)")
      }
    }
  }
}
