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
      guard SpectralRule(layer).proves(square) else {
        throw words.rejected("layer \(index + 1): S I - WᵀW is not proved to be positive semidefinite")
      }
    case "frobenius":
      let sum = layer.weights.reduce(BigInt(0)) { $0 + $1 * $1 }
      square = Rational(sum, layer.denominator * layer.denominator)
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
      throw words.rejected("layers are numbered from 1, the first of a product before its last; norms are not negative")
    }
    let matrix = (first..<last).reduce(SpectralRule(chain.layers[first])) {
      SpectralRule(chain.layers[$1 + 1]) * $0
    }
    guard matrix.proves(bound.squared) else {
      throw words.rejected("the norm of W_\(last + 1) ⋯ W_\(first + 1) is not proved to be at most \(bound.approximation)")
    }
    norms[last][first] = bound
  }

  func conclude(_ words: Words) throws(CertificateRejected) -> Rational {
    let half = Rational(1, 2)
    let slopes = chain.slopes.map { slope in
      (
        centre: Rational(slope.off + slope.on, slope.denominator).magnitude * half,
        radius: Rational(slope.on - slope.off, slope.denominator).magnitude * half
      )
    }
    var bounds: [Rational] = []
    for k in chain.layers.indices {
      var sum = Rational.zero
      var coefficient: Rational = 1
      for j in stride(from: k, through: 0, by: -1) {
        guard let norm = norms[k][j] else { throw words.rejected("the product of layers \(j + 1) to \(k + 1) has no norm") }
        sum += coefficient * norm * (j == 0 ? 1 : slopes[j - 1].radius * bounds[j - 1])
        if j > 0 { coefficient = coefficient * slopes[j - 1].centre }
      }
      bounds.append(sum)
    }
    return bounds[bounds.count - 1].squared
  }
}

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
    var left: SpectralRule
    var right: SpectralRule
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
      let whole = SpectralRule(chain.layers[k])
      return Split(
        left: whole, right: whole, sizes: (Self.size(whole), Self.size(whole), 0), deltaSquared: 0)
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
        ])
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
    // Both pairs that meet at the layer rest on one split.
    guard splits[index] == nil else { throw words.rejected("layer \(index + 1) is split already") }
    let layer = chain.layers[index]
    let rank = try words.index(below: min(layer.rows, layer.columns) + 1, "rank")
    let deltaSquared = try words.rational("square of δ")
    let left = try matrix(layer.rows, rank, &words)
    let right = try matrix(rank, layer.columns, &words)
    try words.end()
    let product = left * right
    // W - L R over the product of the denominators.
    let rest = SpectralRule(
      rows: layer.rows, columns: layer.columns,
      elements: zip(layer.weights, product.elements).map {
        $0 * product.denominator - $1 * layer.denominator
      }, denominator: layer.denominator * product.denominator)
    let size = Self.size(rest)
    guard deltaSquared.signum > 0 || (size.isZero && deltaSquared.isZero) else {
      throw words.rejected("layer \(index + 1) is not L R exactly: δ² must be positive")
    }
    splits[index] = Split(
      left: left, right: right, sizes: (Self.size(left), Self.size(right), size), deltaSquared: deltaSquared)
  }

  private func matrix(
    _ rows: Int, _ columns: Int, _ words: inout Words
  ) throws(CertificateRejected) -> SpectralRule {
    guard words.count >= rows * columns else { throw words.rejected("the line ends within the entries of a matrix") }
    var entries: [Dyadic] = []
    for _ in 0..<(rows * columns) { entries.append(try words.dyadic("entry")) }
    let exponent = min(0, entries.filter { !$0.isZero }.map(\.exponent).min() ?? 0)
    return SpectralRule(
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

  private static func size(_ matrix: SpectralRule) -> Rational {
    Rational(matrix.elements.reduce(BigInt(0)) { $0 + $1 * $1 }, matrix.denominator * matrix.denominator)
  }

  private static func layer(_ matrix: SpectralRule) -> ExactNetwork.Layer {
    ExactNetwork.Layer(
      rows: matrix.rows, columns: matrix.columns,
      weights: matrix.elements.map { Rational($0, matrix.denominator) },
      bias: [Rational](repeating: 0, count: matrix.rows))
  }
}
