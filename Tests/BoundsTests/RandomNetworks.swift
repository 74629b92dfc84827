import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers

/// What a seeded example asks: a network on a domain.
struct Example {
  let network: MultilayerPerceptron
  let domain: Domain
  /// One output, ReLU, integer weights: L² is an integer.
  let hasIntegerSquare: Bool
}

/// The kinds of numbers in a random network.
private enum Numbers: CaseIterable {
  case gaussian, integer

  func draw(_ random: inout SplitMix64) -> Double {
    switch self {
    case .gaussian: random.gaussian()
    case .integer: Double(Int.random(in: -3...3, using: &random))
    }
  }
}

extension Example {
  /// A network with 2 to 4 affine layers on all of Rⁿ or a box; a third of them degenerate in some way.
  static func random(seed: Int, units: ClosedRange<Int> = 2...12) throws -> Example {
    var random = SplitMix64(seed: UInt64(seed) &* 0x9E37_79B9 &+ 17)
    func pick<T>(_ choices: [T]) -> T { choices.randomElement(using: &random)! }
    var widths: [Int] = []
    repeat {
      widths = (0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: 2...8, using: &random) }
    } while !units.contains(widths.reduce(0, +))
    let inputs = Int.random(in: 1...4, using: &random)
    let outputs = pick([1, 1, 2, 3])
    let sizes = [inputs] + widths + [outputs]
    let numbers = pick(Numbers.allCases)
    let hasBias = pick([true, true, false])
    var weights: [Matrix] = []
    var biases: [[Double]] = []
    for (columns, rows) in zip(sizes, sizes.dropFirst()) {
      var entries: [Double] = []
      for _ in 0..<rows * columns { entries.append(numbers.draw(&random)) }
      weights.append(Matrix(rows: rows, columns: columns, elements: entries))
      var bias: [Double] = []
      for _ in 0..<rows { bias.append(hasBias ? numbers.draw(&random) : 0) }
      biases.append(bias)
    }
    let slopes = [0.01, 0.1, 0.5, 0]
    let isLeaky = pick([false, false, true])
    let activations = widths.map { _ in isLeaky ? Activation.leakyReLU(slope: pick(slopes)) : .relu }

    let layer = Int.random(in: 0..<widths.count, using: &random)
    switch Int.random(in: 0..<15, using: &random) {
    case 0: copyRow(&weights[layer], &biases[layer], factor: 0)
    case 1: copyRow(&weights[layer], &biases[layer], factor: 1)
    case 2: copyRow(&weights[layer], &biases[layer], factor: -1)
    case 3: weights[layer] = weights[layer] * 0
    case 4:
      copyRow(&weights[layer], &biases[layer], factor: 0)
      biases[layer][1] = numbers.draw(&random)
    default: break
    }
    var domain = Domain.all
    if pick([true, true, false]) {
      let radius = pick([0.1, 1, 3])
      var lower: [Double] = []
      var upper: [Double] = []
      for _ in 0..<inputs {
        let middle = Int.random(in: -1...1, using: &random)
        lower.append(Double(middle) - radius)
        upper.append(Double(middle) + radius)
      }
      if Int.random(in: 0..<6, using: &random) == 0 { upper[0] = lower[0] }
      domain = .box(lower: lower, upper: upper)
    }
    let network = try MultilayerPerceptron(
      name: "seed \(seed)",
      layers: zip(weights, biases).map { AffineLayer(weights: $0, bias: $1) }, activations: activations)
    return Example(
      network: network, domain: domain,
      hasIntegerSquare: outputs == 1 && numbers == .integer
        && activations.allSatisfy { $0.negativeSlope == 0 })
  }

  /// Makes unit 1 the given multiple of unit 0.
  private static func copyRow(_ weights: inout Matrix, _ bias: inout [Double], factor: Double) {
    for j in 0..<weights.columns { weights[1, j] = factor * weights[0, j] }
    bias[1] = factor * bias[0]
  }
}

/// A network without biases unless given, ReLU unless given.
func network(
  _ weights: [[[Double]]], biases: [[Double]]? = nil, activation: Activation = .relu
) throws -> MultilayerPerceptron {
  try MultilayerPerceptron(
    name: "example",
    layers: weights.enumerated().map { AffineLayer(weights: Matrix($1), bias: biases?[$0]) },
    activations: weights.dropLast().map { _ in activation })
}

/// A matrix with standard normal entries.
func gaussian(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> Matrix {
  Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in random.gaussian() })
}

/// The network of these matrices, with standard normal biases where asked for.
func network(
  _ weights: [Matrix], biasesFrom random: inout SplitMix64, hasBias: Bool
) throws -> MultilayerPerceptron {
  var layers: [AffineLayer] = []
  for matrix in weights {
    layers.append(
      AffineLayer(weights: matrix, bias: (0..<matrix.rows).map { _ in hasBias ? random.gaussian() : 0 }))
  }
  return try MultilayerPerceptron(
    name: "example", layers: layers, activations: weights.dropLast().map { _ in .relu })
}
