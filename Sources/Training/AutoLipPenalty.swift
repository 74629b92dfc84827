import ComputationGraphs
import LinearAlgebra
import RandomNumbers

/// λ · Π σ₁(W_k), AutoLip of a network of rectifiers, as a term of the loss.
///
/// The gradient of σ₁(W) is u₁ v₁ᵀ; of a convolution, the kernel's gradient of ⟨u₁, K v₁⟩. The vectors follow the weights by one step of
/// the power method (Algorithm 2) a training step, each from where the last one ended.
///
/// - Reference: Scaman & Virmaux 2018, sections 4 and 5.
struct AutoLipPenalty: Sendable, Codable {
  let weight: Double
  private var right: [[Double]]

  init(weight: Double, _ model: Model, seed: UInt64) {
    self.weight = weight
    var random = SplitMix64(seed: seed, stream: Stream.penalty)
    right = model.layers.indices.map { layer in
      let vector = (0..<model.linearMap(layer).inputCount).map { _ in random.gaussian() }
      let length = norm(vector)
      return vector.map { $0 / length }
    }
    // So that the first gradients are those of leading vectors.
    for _ in 0..<20 { _ = follow(model) }
  }

  func fits(_ model: Model) -> Bool {
    right.map(\.count) == model.layers.indices.map { model.linearMap($0).inputCount }
  }

  /// One step of the power method on each layer: σ₁ from below, with u₁ and v₁.
  private mutating func follow(_ model: Model) -> [(value: Double, left: [Double])] {
    model.layers.indices.map { layer in
      let map = model.linearMap(layer)
      let next = map.applyTransposed(map.apply(right[layer]))
      let length = norm(next)
      if length > 0 { right[layer] = next.map { $0 / length } }
      let image = map.apply(right[layer])
      let value = norm(image)
      return (value, value > 0 ? image.map { $0 / value } : image)
    }
  }

  /// λ Π σ₁, and its gradient by each layer's weights.
  mutating func gradients(_ model: Model) -> (value: Double, gradients: [[Double]]) {
    let norms = follow(model)
    let product = norms.reduce(weight) { $0 * $1.value }
    let gradients = norms.enumerated().map { layer, norm in
      let others = norms.enumerated().reduce(weight) { $1.offset == layer ? $0 : $0 * $1.element.value }
      let (left, own) = (norm.left, right[layer])
      let gradient =
        switch model.layers[layer] {
        case .dense: left.flatMap { u in own.map { u * $0 } }
        case .convolution(let map): map.kernelGradient(own, left)
        }
      return gradient.map { others * $0 }
    }
    return (product, gradients)
  }
}
