import Foundation
import LinearAlgebra
import Networks
import RandomNumbers
import Testing

/// Activations that become ReLUs and passing units, against sorting and maxima of integers.
@Suite struct LoweringTests {
  /// Two layers of small integers around one activation of `width` units, of which `after` come out.
  private struct Sample {
    var generator: SplitMix64
    let first: Matrix
    let bias: [Double]
    let second: Matrix

    init(seed: UInt64, inputs: Int = 3, width: Int, after: Int? = nil, outputs: Int = 2) {
      var generator = SplitMix64(seed: seed)
      func matrix(_ rows: Int, _ columns: Int) -> Matrix {
        Matrix(rows: rows, columns: columns) { _, _ in Double(Int.random(in: -4...4, using: &generator)) }
      }
      first = matrix(width, inputs)
      second = matrix(outputs, after ?? width)
      bias = (0..<width).map { _ in Double(Int.random(in: -3...3, using: &generator)) }
      self.generator = generator
    }

    func text(_ activation: String) -> String {
      func rows(_ matrix: Matrix) -> String { "\((0..<matrix.rows).map { Array(matrix.row($0)) })" }
      return #"{"layers": [{"weights": \#(rows(first)), "bias": \#(bias), \#(activation)}, "#
        + #"{"weights": \#(rows(second))}]}"#
    }

    mutating func points() -> [[Double]] {
      (0..<30).map { _ in
        (0..<first.columns).map { _ in Double(Int.random(in: -5...5, using: &generator)) }
      }
    }

    func value(_ x: [Double], _ activation: ([Double]) -> [Double]) -> [Double] {
      second * activation(zip(first * x, bias).map { $0 + $1 })
    }
  }

  private func check(
    _ sample: Sample, _ activation: String, layers: Int, _ oracle: ([Double]) -> [Double]
  ) throws {
    var sample = sample
    let network = try JSONFormat.read(Data(sample.text(activation).utf8), name: "n")
    #expect(network.notes == [] && network.layers.count == layers)
    #expect(network.activations.allSatisfy { $0 == .relu } && network.passing.allSatisfy { !$0.isEmpty })
    for x in sample.points() { #expect(network(x) == sample.value(x, oracle)) }
    #expect(try JSONFormat.read(JSONFormat.write(network), name: "n") == network)
  }

  @Test(arguments: 0..<5 as Range<UInt64>) func maxMin(seed: UInt64) throws {
    try check(Sample(seed: seed, width: 6), #""activation": "maxmin""#, layers: 2) { z in
      (0..<3).flatMap { [max(z[2 * $0], z[2 * $0 + 1]), min(z[2 * $0], z[2 * $0 + 1])] }
    }
  }

  @Test(arguments: [(2, 1), (3, 3), (4, 3), (5, 6), (6, 6), (7, 6), (8, 6)])
  func groupSort(group: Int, stages: Int) throws {
    for seed in 0..<3 as Range<UInt64> {
      try check(
        Sample(seed: seed, width: 2 * group), #""activation": "group-sort", "group": \#(group)"#,
        layers: stages + 1
      ) { z in z[..<group].sorted() + z[group...].sorted() }
    }
  }

  @Test(arguments: [(2, 1), (3, 2), (4, 2), (5, 3), (9, 4)]) func maxPool(group: Int, levels: Int) throws {
    for seed in 0..<3 as Range<UInt64> {
      try check(
        Sample(seed: seed, width: 3 * group, after: 3), #""activation": "max-pool", "group": \#(group)"#,
        layers: levels + 1
      ) { z in (0..<3).map { z[$0 * group..<($0 + 1) * group].max() ?? 0 } }
    }
  }

  @Test func theSortingNetworkSortsEveryVectorOfBits() {
    for n in 1...10 {
      for code in 0..<1 << n {
        var bits = (0..<n).map { code >> $0 & 1 }
        for stage in LayerBuilder.mergeExchange(n) {
          #expect(Set(stage.flatMap { [$0, $1] }).count == 2 * stage.count)
          for (i, j) in stage where bits[i] > bits[j] { bits.swapAt(i, j) }
        }
        #expect(bits == bits.sorted())
      }
    }
    #expect(LayerBuilder.mergeExchange(4).map(\.count) == [2, 2, 1])
  }

  /// The parts first, then what is kept: max(a, b) = b + ρ(a − b) from three units a pair.
  @Test func unitsStandInTheirOrder() throws {
    let text = #"""
      {"activation": "maxmin", "layers": [{"weights": [[1, 0], [0, 1]], "bias": [5, 2]}, {"weights": [[1, 10]]}]}
      """#
    let network = try JSONFormat.read(Data(text.utf8), name: "n")
    #expect(network.layers[0].weights == Matrix([[1, -1], [1, 0], [0, 1]]))
    #expect(network.layers[0].bias == [3, 0, 0])
    #expect(network.passing == [[1, 2]])
    // 1 · (x₂ + 2 + ρ) + 10 · (x₁ + 5 − ρ)
    #expect(network.layers[1].weights == Matrix([[-9, 10, 1]]) && network.layers[1].bias == [52])
  }

  @Test func aSharedValueIsCarriedOnce() throws {
    let builder = LayerBuilder(inputs: 4)
    var rounding = FormatRounding()
    let maxima = try builder.maxima(
      builder.input, windows: [[0, 1], [1, 2], [2, 3], [0, 1, 2], [3]], &rounding, at: nil)
    let network = try builder.network(name: "n", output: maxima)
    // ρ(x₁ − x₂), ρ(x₂ − x₃), ρ(x₃ − x₄), then x₂, x₃, x₄; then max(x₁, x₂) − x₃ and five values of which two are units.
    #expect(network.hiddenWidths == [6, 6] && network.passing == [[3, 4, 5], [1, 2, 3, 4, 5]])
    #expect(network([3, 1, 2, 7]) == [3, 2, 7, 3, 7])
  }

  @Test func clips() throws {
    for (lower, upper) in [(-1.0, 2.0), (nil, 2.0), (-1.0, nil), (nil, nil)] as [(Double?, Double?)] {
      let builder = LayerBuilder(inputs: 2)
      var rounding = FormatRounding()
      let clipped = try builder.clipped(
        builder.input, lower: lower.map { [$0, $0 + 1] }, upper: upper.map { [$0, $0 + 1] }, &rounding,
        at: nil)
      let network = try builder.network(name: "n", output: clipped)
      #expect(network.passing.allSatisfy(\.isEmpty) && !rounding.hasRounded)
      for z in -5...5 {
        let expected = [0.0, 1].map { shift in
          min(max(Double(z), lower.map { $0 + shift } ?? -.infinity), upper.map { $0 + shift } ?? .infinity)
        }
        #expect(network([Double(z), Double(z)]) == expected)
      }
    }
  }

  @Test func slopesOfTheirOwn() throws {
    let builder = LayerBuilder(inputs: 3)
    var rounding = FormatRounding()
    let network = try builder.network(
      name: "n", output: builder.leaky(builder.input, slopes: [0.5, -2, 3], &rounding, at: nil))
    #expect(network([1, 2, 3]) == [1, 2, 3] && network([-1, -2, -3]) == [-0.5, 4, -9])
  }

  @Test func roundingIsNoted() throws {
    let text = #"""
      {"activation": "maxmin", "layers": [{"weights": [[1], [1e-30]]}, {"weights": [[1, 1]]}]}
      """#
    let network = try JSONFormat.read(Data(text.utf8), name: "n")
    #expect(network.notes == ["layers[0] was folded with rounding (and 1 more)"])
  }

  @Test func passingUnitsReadBack() throws {
    let network = try MultilayerPerceptron(
      name: "n",
      layers: [
        AffineLayer(weights: Matrix([[1], [-1], [2]]), bias: [0, 1, 2]),
        AffineLayer(weights: Matrix([[1, 2, 3], [1, 2, 3]])), AffineLayer(weights: Matrix([[1, -1]])),
      ], activations: [.abs, .leakyReLU(slope: 0.25)], passing: [[2, 0], [1]])
    #expect(network([-3]) == [-0.25 * 7 + 7])
    #expect(try JSONFormat.read(JSONFormat.write(network), name: "n") == network)
    let plain = try MultilayerPerceptron(
      name: "n", layers: network.layers, activations: network.activations)
    #expect(plain != network && plain([-3]) == [plain([-3])[0]] && plain.passing == [[], []])
    let error = try #require(throws: InputError.self) {
      try NNetFormat.write(
        MultilayerPerceptron(
          name: "n", layers: network.layers, activations: [.relu, .relu], passing: [[], [1]]))
    }
    #expect(error.place == "layer 2" && error.remedy.contains(".json"))
  }

  @Test func passingUnitsAreUnitsOfTheLayer() throws {
    let layers = [AffineLayer(weights: Matrix([[1]])), AffineLayer(weights: Matrix([[1]]))]
    for passing in [[[1]], [[-1]], [[0], [0]]] as [[Set<Int>]] {
      #expect(throws: InputError.self) {
        try MultilayerPerceptron(name: "n", layers: layers, activations: [.relu], passing: passing)
      }
    }
  }

  @Test(arguments: [
    (#""activation": "maxmin""#, "layers[0].activation", "groups of 2 but the layer has 3"),
    (#""activation": "group-sort""#, "layers[0].activation", "no group"),
    (#""activation": "group-sort", "group": 2"#, "layers[0].activation", "groups of 2"),
    (#""activation": "group-sort", "group": 0"#, "layers[0].group", "no positive"),
    (#""activation": "group-sort", "group": "3""#, "layers[0].group", "no positive"),
    (#""activation": "max-pool", "group": 1.5"#, "layers[0].group", "no positive"),
    (#""activation": "max-pool", "group": 1e300"#, "layers[0].group", "no positive"),
    (#""activation": "max-pool", "group": 6"#, "layers[0].activation", "groups of 6"),
    (#""activation": "relu", "group": 3"#, "layers[0].group", "beside a group"),
    (#""activation": "maxmin", "slope": 3"#, "layers[0].slope", "beside a slope"),
    (#""activation": "abs", "slope": 3"#, "layers[0].slope", "beside a slope"),
    (#""activation": "relu", "passing": 1"#, "layers[0].passing", "a number stands here"),
    (#""activation": "relu", "passing": [3]"#, "layers[0].passing[0]", "none of the layer's 3 units"),
    (#""activation": "relu", "passing": [0, 0]"#, "layers[0].passing[1]", "none of the layer's"),
    (#""activation": "relu", "passing": [0.5]"#, "layers[0].passing[0]", "none of the layer's"),
    (#""activation": "max-pool", "group": 3, "passing": [1]"#, "layers[0].passing", "no passing units"),
  ])
  func refusesMalformed(_ activation: String, _ place: String, _ problem: String) throws {
    let text = Sample(seed: 1, width: 3).text(activation)
    let error = try #require(throws: InputError.self) { try JSONFormat.read(Data(text.utf8), name: "n") }
    #expect(error.place == place && error.problem.contains(problem) && !error.remedy.isEmpty, "\(error)")
  }

  @Test func theLastLayerHasNoPassingUnits() throws {
    let error = try #require(throws: InputError.self) {
      try JSONFormat.read(Data(#"{"layers": [{"weights": [[1]], "passing": []}]}"#.utf8), name: "n")
    }
    #expect(error.place == "layers[0].passing")
  }
}
