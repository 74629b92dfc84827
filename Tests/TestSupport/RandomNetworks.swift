import LinearAlgebra
public import Networks
public import RandomNumbers

extension MultilayerPerceptron {
  /// A network with one to four layers of one to five units, named after its seed.
  public static func random(
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
