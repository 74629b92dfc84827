import ComputationGraphs
import Foundation

/// A rule for steps against gradients, and what it remembers.
public struct Optimizer: Sendable, Codable {
  public enum Method: Sendable, Codable, Equatable {
    /// v ← momentum · v + g;  x ← x - rate · v.
    case sgd(momentum: Double)
    /// m ← β₁ m + (1 - β₁) g;  v ← β₂ v + (1 - β₂) g²;  x ← x - rate · m̂ / (√v̂ + ε), with m̂ and v̂ freed from their start at 0
    /// (Kingma & Ba 2015).
    case adam(firstDecay: Double = 0.9, secondDecay: Double = 0.999, epsilon: Double = 1e-8)
  }

  public let method: Method
  private var first: [[Double]]
  private var second: [[Double]]
  private var steps = 0

  /// - Parameter sizes: of the parameters.
  init(_ method: Method, sizes: [Int]) {
    self.method = method
    first = sizes.map { [Double](repeating: 0, count: $0) }
    switch method {
    case .sgd: second = []
    case .adam: second = first
    }
  }

  /// Whether it remembers steps of a method and of parameters of these sizes.
  func fits(_ method: Method, _ sizes: [Int]) -> Bool {
    let squares: [Int] = if case .adam = method { sizes } else { [] }
    return self.method == method && first.map(\.count) == sizes && second.map(\.count) == squares
      && (0..<1 << 48).contains(steps)
  }

  mutating func step(_ parameters: inout [Tensor], _ gradients: [Tensor], rate: Double) {
    steps += 1
    switch method {
    case .sgd(let momentum):
      for (k, gradient) in gradients.enumerated() {
        for (i, g) in gradient.elements.enumerated() {
          first[k][i] = momentum * first[k][i] + g
          parameters[k].elements[i] -= rate * first[k][i]
        }
      }
    case .adam(let firstDecay, let secondDecay, let epsilon):
      let corrections = (1 - pow(firstDecay, Double(steps)), 1 - pow(secondDecay, Double(steps)))
      for (k, gradient) in gradients.enumerated() {
        for (i, g) in gradient.elements.enumerated() {
          first[k][i] = firstDecay * first[k][i] + (1 - firstDecay) * g
          second[k][i] = secondDecay * second[k][i] + (1 - secondDecay) * g * g
          parameters[k].elements[i] -=
            rate * first[k][i] / corrections.0 / ((second[k][i] / corrections.1).squareRoot() + epsilon)
        }
      }
    }
  }
}
