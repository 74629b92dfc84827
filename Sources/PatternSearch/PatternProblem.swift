import ExactArithmetic
public import LinearAlgebra

/// Where the inputs range.
public enum Domain: Sendable, Equatable {
  /// All of Rⁿ.
  case all
  /// A product of closed intervals; an input with equal bounds is a constant.
  case box(lower: [Double], upper: [Double])

  public func contains(_ x: [Double]) -> Bool {
    guard case .box(let lower, let upper) = self else { return true }
    return x.count == lower.count && x.indices.allSatisfy { lower[$0] <= x[$0] && x[$0] <= upper[$0] }
  }
}

/// Which activation patterns the maximum ranges over.
public enum PatternSet: Sendable, Equatable {
  /// Every vertex of {0,1}^N: Eq. (7) of the paper, the formal global Lipschitz constant (FGL).
  case free
  /// The patterns of full-dimensional cells of the domain: the exact constant (Theorem 1 of the paper).
  case attainable(Domain)
}

/// The two slopes of a layer's units: `off` where the pre-activation is negative, `on` where it is positive.
public struct UnitSlopes: Sendable, Hashable {
  public var off: Double
  public var on: Double

  public init(off: Double, on: Double) {
    self.off = off
    self.on = on
  }

  public static let relu = UnitSlopes(off: 0, on: 1)
}

/// The pattern problem: maximise ‖J(σ)‖₂ over a set of activation patterns σ, where
///
///     J(σ) = W_K D(σ_{K-1}) W_{K-1} … D(σ_1) W_1
///
/// and D(σ_k) holds a unit's `on` slope where σ = 1 and its `off` slope where σ = 0. Every question LipBench asks is
/// this problem with its own patterns and shapes.
public struct PatternProblem: Sendable {
  /// W_1 … W_K, each outputs × inputs.
  public let weights: [Matrix]
  /// b_1 … b_{K-1}; the last layer's bias never matters.
  public let biases: [[Double]]
  /// One entry a hidden layer.
  public let slopes: [UnitSlopes]
  public let patterns: PatternSet
  /// The inputs that vary: all but those whose interval is a point.
  public let freeInputs: [Int]
  /// W_1 … W_K with the constant inputs' columns of W_1 dropped: the matrices of the Jacobian.
  let chain: [Matrix]
  /// |W_1| … |W_K|.
  private let magnitudes: Magnitudes
  /// The first flat unit index of each hidden layer, and the number of units at the end.
  let offsets: [Int]

  /// Shapes must chain; every entry must be finite.
  public init(weights: [Matrix], biases: [[Double]], slopes: [UnitSlopes], patterns: PatternSet) {
    precondition(!weights.isEmpty && biases.count == weights.count - 1 && slopes.count == weights.count - 1)
    precondition(zip(weights, weights.dropFirst()).allSatisfy { $0.rows == $1.columns })
    precondition(zip(weights, biases).allSatisfy { $0.rows == $1.count })
    self.weights = weights
    self.biases = biases
    self.slopes = slopes
    self.patterns = patterns
    if case .attainable(.box(let lower, let upper)) = patterns {
      precondition(lower.count == weights[0].columns && upper.count == weights[0].columns)
      freeInputs = lower.indices.filter { lower[$0] < upper[$0] }
    } else {
      freeInputs = Array(0..<weights[0].columns)
    }
    chain = [weights[0].selecting(columns: freeInputs)] + weights.dropFirst()
    magnitudes = Magnitudes(chain)
    offsets = weights.dropLast().reduce(into: [0]) { $0.append($0.last! + $1.rows) }
  }

  /// The two-layer problem max ‖A D(σ) B‖ over free patterns: a SeqLip factor, Eq. (8).
  public init(outer a: Matrix, inner b: Matrix, slopes: UnitSlopes = .relu) {
    self.init(
      weights: [b, a], biases: [[Double](repeating: 0, count: b.rows)], slopes: [slopes], patterns: .free)
  }

  public var hiddenLayers: Int { slopes.count }
  /// N, the number of hidden units.
  public var units: Int { offsets[offsets.count - 1] }
  public var outputs: Int { weights[weights.count - 1].rows }

  /// The flat unit indices of a hidden layer.
  func unitRange(_ layer: Int) -> Range<Int> { offsets[layer]..<offsets[layer + 1] }

  public var isAttainable: Bool { patterns != .free }
}

/// The entrywise absolute values of a chain of matrices.
private struct Magnitudes: Sendable {
  let chain: [Matrix]

  init(_ chain: [Matrix]) {
    self.chain = chain.map(\.magnitudes)
  }

  /// ‖ |W_K| |D(σ)| … |W_1| ‖_F, rounded up.
  ///
  /// - Parameter largestSlopes: take the larger |slope| of every unit instead of the pattern's.
  func jacobianOfMagnitudes(
    _ pattern: PartialPattern, _ problem: PatternProblem, largestSlopes: Bool = false
  ) -> Double {
    var product = chain[0]
    for layer in 0..<problem.hiddenLayers {
      let slopes = problem.slopes[layer]
      let factors =
        largestSlopes
        ? [Double](repeating: max(abs(slopes.on), abs(slopes.off)), count: product.rows)
        : problem.diagonal(pattern, layer: layer).map { abs($0) }
      product = chain[layer + 1] * product.scalingRows(by: factors)
    }
    return product.frobeniusNormUpperBound() * (1 + 1e-10)
  }
}

/// The phase of one unit in a partial pattern.
public enum Phase: Int8, Sendable, Codable {
  case off = 0
  case on = 1
  case undecided = 2
}

/// A node of the search: which units are fixed, and to what; flat over the hidden layers.
public typealias PartialPattern = [Phase]

extension PatternProblem {
  func slope(_ phase: Phase, layer: Int) -> Double { phase == .on ? slopes[layer].on : slopes[layer].off }

  /// D(σ_k) of a pattern that is complete in hidden layer `layer`.
  func diagonal(_ pattern: PartialPattern, layer: Int) -> [Double] {
    unitRange(layer).map { slope(pattern[$0], layer: layer) }
  }

  /// Whether a unit of hidden layer `layer` is undecided.
  func diagonalIsOpen(_ pattern: PartialPattern, layer: Int) -> Bool {
    unitRange(layer).contains { pattern[$0] == .undecided }
  }

  /// J(σ) over the free inputs, for a complete pattern.
  public func jacobian(_ pattern: PartialPattern) -> Matrix {
    var product = chain[0]
    for layer in 0..<hiddenLayers {
      product = chain[layer + 1] * product.scalingRows(by: diagonal(pattern, layer: layer))
    }
    return product
  }

  /// J(σ) over the free inputs as computed, with a bound on ‖computed - exact‖_F: the standard bound
  /// γ · |W_K| D |W_{K-1}| … |W_1| on the error of a product (Higham, Accuracy and Stability of Numerical Algorithms,
  /// section 3.5).
  private func roundedJacobian(_ pattern: PartialPattern) -> (matrix: Matrix, error: Double) {
    (jacobian(pattern), productRounding * magnitudes.jacobianOfMagnitudes(pattern, self))
  }

  /// The exact J(σ) with each entry truncated to a double, and what that loses.
  private func truncatedJacobian(_ pattern: PartialPattern) -> (matrix: Matrix, error: Double) {
    let exact = exactJacobian(pattern)
    let matrix = Matrix(rows: exact.rows, columns: exact.columns, elements: exact.approximation)
    return (matrix, 2 * unitRoundoff * matrix.frobeniusNormUpperBound())
  }

  /// A number proved to be at least ‖J(σ)‖. Exact arithmetic forms the product where rounding may hide a relative 10⁻¹¹
  /// and the cheap bound is above `enough`.
  func normUpperBound(_ pattern: PartialPattern, enough: Double = 0) -> Double {
    func bound(_ jacobian: Matrix, _ error: Double) -> Double {
      guard jacobian.isFinite else { return .infinity }
      let norm = (try? jacobian.spectralNormUpperBound()) ?? jacobian.frobeniusNormUpperBound()
      return error == 0 ? norm : (norm + error).nextUp
    }
    let (rounded, error) = roundedJacobian(pattern)
    let cheap = bound(rounded, error)
    if cheap <= enough || error <= 1e-11 * cheap { return cheap }
    let (truncated, loss) = truncatedJacobian(pattern)
    return min(cheap, bound(truncated, loss))
  }

  /// Whether ‖J(σ)‖ exceeds `lower` by more than a relative 10⁻¹⁰, or rounding leaves that open: whether exact
  /// arithmetic is worth asking for a better witness.
  func mayExceed(_ lower: Double, _ pattern: PartialPattern) -> Bool {
    let (rounded, error) = roundedJacobian(pattern)
    if rounded.isFinite, let norm = try? rounded.spectralNorm() {
      if norm + error <= lower { return false }
      if norm - error > lower || error <= 1e-10 * norm { return norm > lower * (1 + error / norm) }
    }
    let (truncated, _) = truncatedJacobian(pattern)
    guard truncated.isFinite, let norm = try? truncated.spectralNorm() else { return false }
    return norm > lower * (1 + 1e-14)
  }

  /// γ for the products of the chain: every entry of J(σ) is a sum over paths, each a product of rounded factors.
  private var productRounding: Double {
    let operations = chain.reduce(4 * chain.count) { $0 + $1.columns }
    return 2 * Double(operations) * unitRoundoff
  }

  /// How far, in norm, rounding can move any J(σ) that is formed from rounded products along the chain, in any order
  /// and after orthogonal compressions of the ends: a constant of the problem that relaxations add.
  func relaxationRounding() -> Double {
    let size = chain.reduce(0) { max($0, $1.rows, $1.columns) }
    return (productRounding + 4 * Double(size) * unitRoundoff) * largestJacobianOfMagnitudes()
  }

  /// ‖ |W_K| |D| … |W_1| ‖_F with the larger |slope| of every unit, rounded up: no ‖J(σ)‖ is above it.
  func largestJacobianOfMagnitudes() -> Double {
    magnitudes.jacobianOfMagnitudes(
      PartialPattern(repeating: .on, count: units), self, largestSlopes: true)
  }

  /// Complete patterns per layer, as files and witnesses print them.
  public func layered(_ pattern: PartialPattern) -> [[Int]] {
    (0..<hiddenLayers).map { unitRange($0).map { Int(pattern[$0].rawValue) } }
  }
}
