import LinearAlgebra
import Networks
import PatternSearch

/// The bound of Combettes and Pesquet (also LipLT): with slopes in [α, β] write D = c + r E, c = ½(α+β), r = ½(β-α),
/// ‖E‖ ≤ 1, and expand the product after the last E:
///
///     m_k = |c_1⋯c_{k-1}| ‖W_k⋯W_1‖ + Σ_{j=1}^{k-1} |c_{j+1}⋯c_{k-1}| r_j ‖W_k⋯W_{j+1}‖ m_j
///
/// - Network: any MLP.
/// - Side: upper bound, never above AutoLip for slopes in [0, 1].
/// - Cost: K(K+1)/2 spectral norms of products.
/// - Reference: Combettes & Pesquet 2020, Theorem 4.2 (averaged operators); Fazlyab et al. 2023 (LipLT).
public struct CombettesPesquet: BoundMethod {
  public static let name = "combettes-pesquet"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "sum over splittings of norms of products of layers"
  public static let reference = "Combettes & Pesquet 2020; Fazlyab et al. 2023 (LipLT)"

  public static let isForAllNorms = true

  public init() {}

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    let norm = question.norm
    guard norm.from == norm.to else { return Self.none("defined for norms 1, 2 and inf only") }
    let weights = question.weights
    let activations = question.network.activations
    let centre = activations.map { abs($0.positiveSlope + $0.negativeSlope) / 2 }
    let radius = activations.map { abs($0.positiveSlope - $0.negativeSlope) / 2 }
    var bounds: [Double] = []
    var norms = weights.indices.map { [Double](repeating: 0, count: $0 + 1) }
    for k in weights.indices {
      // product = W_k ⋯ W_{j+1} (layers counted from 0 here: W_k … W_j), coefficient = |c_j ⋯ c_{k-1}|.
      var product = weights[k]
      var magnitude = weights[k].magnitudes
      // Rounding of a product of matrices: γ times the product of the magnitudes.
      var operations = 2
      var sum = 0.0
      var coefficient = 1.0
      for j in stride(from: k, through: 0, by: -1) {
        let rounding = 2 * Double(operations) * unitRoundoff * norm.errorBound(magnitude)
        let size = try norm.upperBound(product) + (j == k ? 0 : rounding)
        norms[k][j] = size
        sum += coefficient * size * (j == 0 ? 1 : radius[j - 1] * bounds[j - 1])
        if j > 0 {
          coefficient *= centre[j - 1]
          operations += product.columns + 2
          product = product * weights[j - 1]
          magnitude = magnitude * weights[j - 1].magnitudes
        }
      }
      // Sums and products of a few rounded terms.
      bounds.append(sum * (1 + 1e-13 * Double(k + 1)))
    }
    return Self.answer(bounds[bounds.count - 1], evidence: norm == .two ? .productNorms(norms) : nil)
  }
}
