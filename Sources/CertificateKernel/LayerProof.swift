import BigInt
import ExactArithmetic

/// A proof by layers: ‖J(σ)‖² ≤ Π s_k · Π max|slope|², with s_k ≥ ‖W_k‖² (AutoLip, and with Frobenius norms the loosest bound).
struct LayerProof {
  private let chain: PatternChain
  private var squares: [Rational?]

  init(_ chain: PatternChain) {
    self.chain = chain
    squares = [Rational?](repeating: nil, count: chain.layers.count)
  }

  /// `spectral K S` (‖W_K‖₂² ≤ S) or `frobenius K`, K from 1.
  mutating func step(_ words: inout Words) throws(CertificateRejected) {
    let index = try words.index(below: chain.layers.count + 1, "layer") - 1
    guard index >= 0 else { throw words.rejected("layers are numbered from 1") }
    let layer = chain.layers[index]
    var square: Rational
    switch words.rule {
    case "spectral":
      square = try words.rational("square of the norm")
      guard IntegerMatrix(layer).proves(square) else {
        throw words.rejected("layer \(index + 1): S I - WᵀW is not proved to be positive semidefinite")
      }
    case "frobenius":
      square = IntegerMatrix(layer).squaredFrobeniusNorm
    default: throw words.rejected("no rule of a proof by layers: spectral or frobenius")
    }
    try words.end()
    if let known = squares[index] { square = min(square, known) }
    squares[index] = square
  }

  func conclude(_ words: Words) throws(CertificateRejected) -> Rational {
    var product: Rational = 1
    for (k, square) in squares.enumerated() {
      guard let square else { throw words.rejected("layer \(k + 1) has no norm") }
      product = product * square
    }
    return (0..<chain.hiddenLayers).reduce(product) { $0 * chain.steepest($1).squared }
  }
}
