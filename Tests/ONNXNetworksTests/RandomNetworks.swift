import LinearAlgebra
import Networks

/// Steele, Lea and Flood's SplitMix64: the same networks on every machine.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension MultilayerPerceptron {
  /// A network with one to four layers of one to five units, named after its seed.
  static func random(
    seed: UInt64, activation: (inout SplitMix64) -> Activation = { _ in .relu },
    number: (inout SplitMix64) -> Double = { Double.random(in: -2...2, using: &$0) }
  ) throws -> MultilayerPerceptron {
    var generator = SplitMix64(seed: seed)
    let sizes = (0...Int.random(in: 1...4, using: &generator)).map { _ in
      Int.random(in: 1...5, using: &generator)
    }
    var layers: [AffineLayer] = []
    for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
      let weights = Matrix(rows: outputs, columns: inputs) { _, _ in number(&generator) }
      layers.append(AffineLayer(weights: weights, bias: (0..<outputs).map { _ in number(&generator) }))
    }
    let activations = layers.dropLast().map { _ in activation(&generator) }
    return try MultilayerPerceptron(name: "random \(seed)", layers: layers, activations: activations)
  }
}
