import BigInt
import ExactArithmetic

/// A proof by pairs of layers (SeqLip): inner layers are split, W_k = L_k R_k + E_k, and
///
///     ‖J(σ)‖ ≤ Π_k max over σ of ‖R_{k+1} D(σ) L_k‖       with L_1 = W_1, R_K = W_K
///
/// for splits without remainder. A remainder E is split, too: W = [L, δ] [R; E/δ] exactly, which adds to the square of factor k,
/// with β the larger |slope|, at most
///
///     β² (δ_k² ‖R_{k+1}‖² + ‖E_{k+1}‖² ‖L_k‖² / δ_{k+1}² + ‖E_{k+1}‖² δ_k² / δ_{k+1}²)         in Frobenius norms.
struct PairProof {
  private struct Split {
    var left: IntegerMatrix
    var right: IntegerMatrix
    /// ‖L‖_F², ‖R‖_F², ‖E‖_F² and δ².
    var sizes: (left: Rational, right: Rational, rest: Rational)
    var deltaSquared: Rational
  }

  private let chain: PatternChain
  private var splits: [Split?]
  private var factors: [Rational?]
  private var current: (pair: Int, proof: PatternProof)?

  init(_ chain: PatternChain) {
    self.chain = chain
    factors = [Rational?](repeating: nil, count: chain.hiddenLayers)
    splits = chain.layers.indices.map { k in
      guard k == 0 || k == chain.layers.count - 1 else { return nil }
      let whole = IntegerMatrix(chain.layers[k])
      return Split(
        left: whole, right: whole, sizes: (whole.squaredFrobeniusNorm, whole.squaredFrobeniusNorm, 0),
        deltaSquared: 0)
    }
  }

  /// `split K RANK δ² L… R…`, `pair K`, the lines of a proof by patterns of that pair, and `close`.
  mutating func step(_ words: inout Words) throws(CertificateRejected) {
    switch (words.rule, current == nil) {
    case ("split", true): try split(&words)
    case ("pair", true):
      let pair = try words.index(below: chain.hiddenLayers + 1, "pair") - 1
      try words.end()
      guard pair >= 0, let left = splits[pair], let right = splits[pair + 1] else {
        throw words.rejected("pairs are numbered from 1, and a pair's inner layers are split before it")
      }
      let network = ExactNetwork(
        layers: [Self.layer(left.left), Self.layer(right.right)],
        slopes: [
          .init(
            off: Rational(chain.slopes[pair].off, chain.slopes[pair].denominator),
            on: Rational(chain.slopes[pair].on, chain.slopes[pair].denominator))
        ], passing: [chain.passing(pair)])
      current = (pair, PatternProof(PatternChain(network, box: nil), isAttainable: false, norm: .two))
    case ("close", false):
      try words.end()
      guard let (pair, proof) = current else { return }
      let main = try proof.conclude(words)
      factors[pair] = main + remainder(pair)
      current = nil
    case (_, false): try current?.proof.step(&words)
    default: throw words.rejected("no rule of a proof by pairs: split, pair or close")
    }
  }

  func conclude(_ words: Words) throws(CertificateRejected) -> Rational {
    guard current == nil else { throw words.rejected("the last pair is not closed") }
    var product: Rational = 1
    for (k, factor) in factors.enumerated() {
      guard let factor else { throw words.rejected("pair \(k + 1) has no bound") }
      product = product * factor
    }
    return product
  }

  private mutating func split(_ words: inout Words) throws(CertificateRejected) {
    let index = try words.index(below: chain.layers.count, "inner layer") - 1
    guard index > 0 else { throw words.rejected("only inner layers are split") }
    // Both pairs of a layer must use one split.
    guard splits[index] == nil else { throw words.rejected("layer \(index + 1) is split already") }
    let layer = chain.layers[index]
    let rank = try words.index(below: min(layer.rows, layer.columns) + 1, "rank")
    let deltaSquared = try words.rational("square of δ")
    let left = try matrix(layer.rows, rank, &words)
    let right = try matrix(rank, layer.columns, &words)
    try words.end()
    let product = left * right
    // W - L R over the product of the denominators.
    let rest = IntegerMatrix(
      rows: layer.rows, columns: layer.columns,
      elements: zip(layer.weights, product.elements).map {
        $0 * product.denominator - $1 * layer.denominator
      }, denominator: layer.denominator * product.denominator)
    let size = rest.squaredFrobeniusNorm
    guard deltaSquared.signum > 0 || (size.isZero && deltaSquared.isZero) else {
      throw words.rejected("layer \(index + 1) is not L R exactly: δ² must be positive")
    }
    splits[index] = Split(
      left: left, right: right, sizes: (left.squaredFrobeniusNorm, right.squaredFrobeniusNorm, size),
      deltaSquared: deltaSquared)
  }

  private func matrix(
    _ rows: Int, _ columns: Int, _ words: inout Words
  ) throws(CertificateRejected) -> IntegerMatrix {
    guard words.count >= rows * columns else {
      throw words.rejected("the line ends within the entries of a matrix")
    }
    var entries: [Dyadic] = []
    for _ in 0..<(rows * columns) { entries.append(try words.dyadic("entry")) }
    let exponent = min(0, entries.filter { !$0.isZero }.map(\.exponent).min() ?? 0)
    return IntegerMatrix(
      rows: rows, columns: columns, elements: entries.map { $0.scaled(to: exponent) },
      denominator: BigInt(1) << -exponent)
  }

  private func remainder(_ pair: Int) -> Rational {
    guard let left = splits[pair], let right = splits[pair + 1] else { return 0 }
    var sum = left.deltaSquared * right.sizes.right
    if !right.sizes.rest.isZero {
      sum += right.sizes.rest * (left.sizes.left + left.deltaSquared) / right.deltaSquared
    }
    return sum * chain.steepest(pair).squared
  }

  private static func layer(_ matrix: IntegerMatrix) -> ExactNetwork.Layer {
    ExactNetwork.Layer(
      rows: matrix.rows, columns: matrix.columns,
      weights: matrix.elements.map { Rational($0, matrix.denominator) },
      bias: [Rational](repeating: 0, count: matrix.rows))
  }
}
