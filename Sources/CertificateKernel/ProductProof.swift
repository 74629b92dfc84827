import BigInt
import ExactArithmetic

/// A proof by products of layers (Combettes and Pesquet; LipLT): with slopes in [α, β], c = ½|α + β| and r = ½|β - α|,
///
///     m_k = c_1⋯c_{k-1} ‖W_k⋯W_1‖ + Σ_{j<k} c_{j+1}⋯c_{k-1} r_j ‖W_k⋯W_{j+1}‖ m_j,      ‖J(σ)‖ ≤ m_K
struct ProductProof {
  private let chain: PatternChain
  /// Bounds on ‖W_k ⋯ W_j‖ by k, then j, from 0.
  private var norms: [[Rational?]]

  init(_ chain: PatternChain) {
    self.chain = chain
    norms = chain.layers.indices.map { [Rational?](repeating: nil, count: $0 + 1) }
  }

  /// `product J K U`: ‖W_K ⋯ W_J‖ ≤ U.
  mutating func step(_ words: inout Words) throws(CertificateRejected) {
    guard words.rule == "product" else { throw words.rejected("no rule of a proof by products: product") }
    let first = try words.index(below: chain.layers.count + 1, "layer") - 1
    let last = try words.index(below: chain.layers.count + 1, "layer") - 1
    let bound = try words.rational("norm")
    try words.end()
    guard first >= 0, first <= last, bound.signum >= 0 else {
      throw words.rejected(
        "layers are numbered from 1, the first of a product before its last; norms are not negative")
    }
    let matrix = (first..<last).reduce(IntegerMatrix(chain.layers[first])) {
      IntegerMatrix(chain.layers[$1 + 1]) * $0
    }
    guard matrix.proves(bound.squared) else {
      throw words.rejected(
        "the norm of W_\(last + 1) ⋯ W_\(first + 1) is not proved to be at most \(bound.approximation)")
    }
    norms[last][first] = bound
  }

  func conclude(_ words: Words) throws(CertificateRejected) -> Rational {
    let half = Rational(1, 2)
    let slopes = chain.slopes.enumerated().map { layer, slope in
      let ends = [slope.off, slope.on] + (chain.hasPassing(layer) ? [slope.denominator] : [])
      let (low, high) = (ends.min() ?? 0, ends.max() ?? 0)
      return (
        centre: Rational(low + high, slope.denominator).magnitude * half,
        radius: Rational(high - low, slope.denominator) * half
      )
    }
    var bounds: [Rational] = []
    for k in chain.layers.indices {
      var sum = Rational.zero
      var coefficient: Rational = 1
      for j in stride(from: k, through: 0, by: -1) {
        guard let norm = norms[k][j] else {
          throw words.rejected("the product of layers \(j + 1) to \(k + 1) has no norm")
        }
        sum += coefficient * norm * (j == 0 ? 1 : slopes[j - 1].radius * bounds[j - 1])
        if j > 0 { coefficient = coefficient * slopes[j - 1].centre }
      }
      bounds.append(sum)
    }
    return bounds[bounds.count - 1].squared
  }
}
