public import LinearAlgebra

/// Where the inputs range.
public enum Domain: Sendable, Equatable {
  /// All of Rⁿ.
  case all
  /// A product of closed intervals; an input with equal bounds is a constant.
  case box(lower: [Double], upper: [Double])
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

  func layer(of unit: Int) -> Int { offsets.lastIndex { $0 <= unit }! }

  public var isAttainable: Bool { patterns != .free }
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

  /// J(σ) over the free inputs, for a complete pattern.
  public func jacobian(_ pattern: PartialPattern) -> Matrix {
    var product = chain[0]
    for layer in 0..<hiddenLayers {
      product = chain[layer + 1] * product.scalingRows(by: diagonal(pattern, layer: layer))
    }
    return product
  }

  /// A number proved to be at least ‖J(σ)‖ as its matrix was computed in floating point.
  func normUpperBound(_ pattern: PartialPattern) -> Double {
    let jacobian = jacobian(pattern)
    return (try? jacobian.spectralNormUpperBound()) ?? jacobian.frobeniusNormUpperBound()
  }

  /// Complete patterns per layer, as files and witnesses print them.
  public func layered(_ pattern: PartialPattern) -> [[Int]] {
    (0..<hiddenLayers).map { unitRange($0).map { Int(pattern[$0].rawValue) } }
  }
}
