public import LinearAlgebra
import Networks
public import PatternSearch

/// The pairs that SeqLip splits a network into: pair k is max over σ of ‖A D(σ) B‖ with A = Σ̃_{k+1} V_{k+1}ᵀ and
/// B = U_k Σ̃_k, where Σ̃ = Σ at the two ends and Σ^{1/2} inside. At the ends A and B are W_K and W_1 themselves, up to
/// orthogonal maps that leave the norm alone (so K = 2 is Eq. (7), exactly).
struct SeqLipPairs {
  let pairs: [PatternProblem]
  let slopes: [UnitSlopes]
  /// L_k = U_k Σ^½ and R_k = Σ^½ V_kᵀ of the inner layers, k = 2 … K-1.
  let splits: [(left: Matrix, right: Matrix)]

  init(_ question: BoundQuestion) throws(LAPACKFailure) {
    try self.init(question, weights: question.weights)
  }

  /// Of other weights of the same shapes.
  init(_ question: BoundQuestion, weights: [Matrix]) throws(LAPACKFailure) {
    var inner: [Matrix] = []
    var outer: [Matrix] = []
    for (index, matrix) in weights.enumerated() {
      if index == 0 || index == weights.count - 1 {
        inner.append(matrix)
        outer.append(matrix)
        continue
      }
      let svd = try matrix.singularValueDecomposition()
      let roots = svd.singularValues.map { $0.squareRoot() }
      inner.append(svd.leftVectors.scalingColumns(by: roots))
      outer.append(svd.rightVectorsTransposed.scalingRows(by: roots))
    }
    self.init(question, inner: Array(inner.dropLast()), outer: Array(outer.dropFirst()))
  }

  /// Of any splitting: pair k is outer[k] D inner[k].
  init(_ question: BoundQuestion, inner: [Matrix], outer: [Matrix]) {
    let slopes = question.network.activations.map(UnitSlopes.init)
    let passing = question.network.passing
    self.slopes = slopes
    splits = zip(inner.dropFirst(), outer).map { ($0, $1) }
    pairs = slopes.indices.map {
      PatternProblem(outer: outer[$0], inner: inner[$0], slopes: slopes[$0], passing: passing[$0])
    }
  }
}

/// SeqLip: the product over pairs of layers of max over σ of ‖Σ̃_{k+1} V_{k+1}ᵀ diag(σ) U_k Σ̃_k‖, each solved by the
/// same exact search as everything else, at any width the search can.
///
/// - Network: any MLP.
/// - Side: upper bound. A factor's value is the least of the search's upper bound and ½(‖AB‖ + ‖A‖‖B‖) (for slopes
///   [α, β]: ½|α+β| ‖AB‖ + ½(β-α) ‖A‖‖B‖), so it stays sound where the search is stopped; each factor says which.
/// - Cost: exponential in the layer width in the worst case; milliseconds at 20 units.
/// - Reference: Scaman & Virmaux 2018, Eq. (8).
public struct SeqLip: BoundMethod {
  public static let name = "seqlip"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "product over pairs of layers, each maximised exactly over patterns"
  public static let reference = "Scaman & Virmaux 2018, Eq. (8)"

  public init() {}

  /// W_k ≈ L_k R_k of the inner layers, k = 2 … K-1.
  public static func splits(of question: BoundQuestion) throws -> [(left: Matrix, right: Matrix)] {
    try SeqLipPairs(question).splits
  }

  /// The problems whose maxima are the factors, one for each pair of layers.
  public static func pairs(of question: BoundQuestion) throws -> [PatternProblem] {
    try SeqLipPairs(question).pairs
  }

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    guard question.weights.count > 1 else { return try Self.affine(question) }
    let found = try Self.product(question, weights: question.weights)
    return Self.answer(
      found.value, factors: found.factors, isStopped: found.isStopped,
      evidence: question.proofs == nil ? nil : .searches(nil), ownLower: found.lower)
  }

  /// Eq. (8) for weights of the question's shapes, with what is lost where the inner layers are split.
  static func product(
    _ question: BoundQuestion, weights: [Matrix], splitting: SeqLipPairs? = nil
  ) throws -> (lower: Double, value: Double, factors: [BoundFactor], isStopped: Bool) {
    var product = 1.0
    var least = 1.0
    var factors: [BoundFactor] = []
    let split = try splitting ?? SeqLipPairs(question, weights: weights)
    var settings = question.settings
    settings.engine = nil
    var isStopped = false
    let watch = Stopwatch(question.settings)
    for (index, pair) in split.pairs.enumerated() {
      if let limit = question.settings.timeLimit {
        // What is left is shared evenly among the pairs that are left.
        let left = limit - watch.seconds
        settings.timeLimit = max(0.01, left / Double(split.pairs.count - index))
      }
      settings.proof = question.proofs?(index)
      let (factor, seconds) = try timed { try bound(pair, slopes: split.slopes[index], settings) }
      isStopped = isStopped || factor.isStopped
      factors.append(
        BoundFactor(
          name: "layers \(index + 1)-\(index + 2)", method: factor.method, side: .upper, value: factor.value,
          seconds: seconds))
      product = upwards(product, times: factor.value)
      least = downwards(least, times: factor.lower)
    }
    // The factors U Σ^{1/2} and Σ^{1/2} Vᵀ of inner layers multiply to W_k up to a few roundings of its norm; that moves
    // the network by no more than the same share of AutoLip's product.
    if weights.count > 2 {
      var autoLip = question.network.activations.reduce(1) { upwards($0, times: $1.lipschitzConstant) }
      for matrix in weights { autoLip = upwards(autoLip, times: try matrix.spectralNormUpperBound()) }
      let size = weights.reduce(0) { max($0, $1.rows, $1.columns) }
      let rounding = 16 * Double(size * weights.count) * unitRoundoff * autoLip
      product += rounding
      least = max(0, least - rounding)
    }
    return (least, product, factors, isStopped)
  }

  private static func bound(
    _ pair: PatternProblem, slopes: UnitSlopes, _ settings: SearchSettings
  ) throws -> (lower: Double, value: Double, method: String, isStopped: Bool) {
    let result = try pair.solve(settings)
    let (lower, searched) = (result.enclosure.lower, result.enclosure.upper)
    if result.isOptimal { return (lower, searched, "exact search", false) }
    let (inner, outer) = (pair.weights[0], pair.weights[1])
    let together = try (outer * inner).spectralNormUpperBound()
    let apart = try outer.spectralNormUpperBound() * inner.spectralNormUpperBound()
    let closed =
      (abs(slopes.on + slopes.off) / 2 * together + abs(slopes.on - slopes.off) / 2 * apart) * (1 + 1e-14)
    return closed < searched
      ? (lower, closed, "½(‖AB‖ + ‖A‖‖B‖)", true)
      : (lower, searched, "search, stopped: \(result.reason.rawValue)", true)
  }
}
