import ExactArithmetic
import LinearAlgebra
import Networks

/// f(x) without rounding.
///
/// Numbers grow by the weights' bits from layer to layer: a network of a few layers takes a microsecond a weight.
struct ExactForward: Sendable {
  private let network: MultilayerPerceptron
  private let weights: [ScaledIntegerMatrix]
  private let biases: [[Dyadic]]

  init(_ network: MultilayerPerceptron) {
    self.network = network
    weights = network.layers.map {
      ScaledIntegerMatrix(rows: $0.weights.rows, columns: $0.weights.columns, doubles: $0.weights.elements)
    }
    biases = network.layers.map { $0.bias.map { Dyadic($0) } }
  }

  func callAsFunction(_ x: [Double]) -> [Dyadic] {
    var value = x.map { Dyadic($0) }
    for layer in weights.indices {
      value = zip(weights[layer].times(value), biases[layer]).map { $0 + $1 }
      guard layer < network.activations.count else { break }
      let slope = Dyadic(network.activations[layer].negativeSlope)
      for unit in value.indices where value[unit].signum < 0 && !network.passing[layer].contains(unit) {
        value[unit] = slope * value[unit]
      }
    }
    return value
  }
}
