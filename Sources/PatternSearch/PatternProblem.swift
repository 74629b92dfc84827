import ExactArithmetic
public import LinearAlgebra

/// Where the inputs range.
public enum Domain: Sendable, Equatable {
  /// All of Rⁿ.
  case all
  /// A product of closed intervals; an input with equal bounds is a constant.
  case box(lower: [Double], upper: [Double])
  /// Where rows · x ≤ bounds, inside a box or not; its interior is not empty.
  case polytope(rows: Matrix, bounds: [Double], lower: [Double]?, upper: [Double]?)

  /// The box, or the one around the polytope, if there is one.
  public var box: (lower: [Double], upper: [Double])? {
    switch self {
    case .all: nil
    case .box(let lower, let upper): (lower, upper)
    case .polytope(_, _, let lower, let upper): lower.flatMap { low in upper.map { (low, $0) } }
    }
  }

  /// In double precision.
  public func contains(_ x: [Double]) -> Bool {
    guard boxContains(x) else { return false }
    guard case .polytope(let rows, let bounds, _, _) = self else { return true }
    return x.count == rows.columns && zip(rows * x, bounds).allSatisfy { $0 <= $1 }
  }

  /// Whether x is in the box, if there is one.
  package func boxContains(_ x: [Double]) -> Bool {
    guard let (lower, upper) = box else { return true }
    return x.count == lower.count && FreeBox(lower: lower, upper: upper).contains(x)
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

  /// Whether the phase does not matter.
  var isLinear: Bool { off == on }
  var largestMagnitude: Double { max(abs(off), abs(on)) }
}

/// The pattern problem: maximise ‖J(σ)‖ in an operator norm over a set of activation patterns σ, where
///
///     J(σ) = W_K D(σ_{K-1}) W_{K-1} … D(σ_1) W_1
///
/// and D(σ_k) holds a unit's `on` slope where σ = 1 and its `off` slope where σ = 0. Every question LipBench asks is
/// this problem with its own patterns and shapes.
///
/// A unit may *pass on* its pre-activation unchanged: residual connections and maxima are chains with such units. The rows of a
/// polytope are units at the end of the first hidden layer that are always on and reach nothing.
public struct PatternProblem: Sendable {
  /// W_1 … W_K, each outputs × inputs, with the polytope's rows.
  public let weights: [Matrix]
  /// b_1 … b_{K-1}; the last layer's bias never matters.
  public let biases: [[Double]]
  /// One entry a hidden unit, flat over the layers; (1, 1) where it passes on its input.
  public let slopes: [UnitSlopes]
  public let patterns: PatternSet
  public let norm: OperatorNorm
  /// The inputs that vary: all but those whose interval is a point.
  public let freeInputs: [Int]
  /// What every pattern has: units with one slope, and the polytope's rows, are on.
  let openPattern: PartialPattern
  /// The flat numbers of the units that are the polytope's rows.
  let constraintUnits: Range<Int>
  /// W_1 … W_K with the constant inputs' columns of W_1 dropped: the matrices of the Jacobian.
  let chain: [Matrix]
  /// |W_1| … |W_K|.
  private let magnitudes: Magnitudes
  /// The first flat unit index of each hidden layer, and the number of units at the end.
  let offsets: [Int]

  /// Shapes must chain; every entry must be finite.
  ///
  /// - Parameters:
  ///   - slopes: one entry a hidden layer.
  ///   - passing: for each hidden layer the units that pass on their pre-activation; empty for none at all.
  public init(
    weights original: [Matrix], biases: [[Double]], slopes: [UnitSlopes], passing: [Set<Int>] = [],
    patterns: PatternSet, norm: OperatorNorm = .two
  ) {
    precondition(
      !original.isEmpty && biases.count == original.count - 1 && slopes.count == original.count - 1
        && (passing.isEmpty || passing.count == slopes.count))
    precondition(zip(original, original.dropFirst()).allSatisfy { $0.rows == $1.columns })
    precondition(zip(original, biases).allSatisfy { $0.rows == $1.count })
    var weights = original
    var biases = biases
    var unitSlopes = slopes.indices.map { layer in
      (0..<original[layer].rows).map { unit in
        passing.isEmpty || !passing[layer].contains(unit) ? slopes[layer] : UnitSlopes(off: 1, on: 1)
      }
    }
    var constraints = 0
    if case .attainable(.polytope(let rows, let bounds, _, _)) = patterns, !slopes.isEmpty {
      precondition(rows.columns == weights[0].columns && bounds.count == rows.rows)
      constraints = rows.rows
      weights[0] = Matrix(
        rows: weights[0].rows + constraints, columns: weights[0].columns,
        elements: weights[0].elements + rows.elements.map { -$0 })
      let next = weights[1]
      weights[1] = Matrix(rows: next.rows, columns: next.columns + constraints) { i, j in
        j < next.columns ? next[i, j] : 0
      }
      biases[0] += bounds
      unitSlopes[0] += [UnitSlopes](repeating: .relu, count: constraints)
    }
    self.weights = weights
    self.biases = biases
    self.slopes = unitSlopes.flatMap { $0 }
    self.patterns = patterns
    self.norm = norm
    let first = slopes.isEmpty ? 0 : original[0].rows
    constraintUnits = first..<first + constraints
    if case .attainable(let domain) = patterns, let (lower, upper) = domain.box {
      precondition(lower.count == weights[0].columns && upper.count == weights[0].columns)
      freeInputs = lower.indices.filter { lower[$0] < upper[$0] }
    } else {
      freeInputs = Array(0..<weights[0].columns)
    }
    chain = [weights[0].selecting(columns: freeInputs)] + weights.dropFirst()
    magnitudes = Magnitudes(chain)
    offsets = weights.dropLast().reduce(into: [0]) { $0.append($0.last! + $1.rows) }
    let rows = constraintUnits
    openPattern = self.slopes.enumerated().map { unit, slopes in
      slopes.isLinear || rows.contains(unit) ? .on : .undecided
    }
  }

  /// The two-layer problem max ‖A D(σ) B‖ over free patterns: a SeqLip factor, Eq. (8).
  public init(
    outer a: Matrix, inner b: Matrix, slopes: UnitSlopes = .relu, passing: Set<Int> = [],
    norm: OperatorNorm = .two
  ) {
    self.init(
      weights: [b, a], biases: [[Double](repeating: 0, count: b.rows)], slopes: [slopes],
      passing: [passing], patterns: .free, norm: norm)
  }

  public var hiddenLayers: Int { weights.count - 1 }
  /// N, the number of hidden units.
  public var units: Int { offsets[offsets.count - 1] }
  public var outputs: Int { weights[weights.count - 1].rows }

  /// The flat unit indices of a hidden layer.
  func unitRange(_ layer: Int) -> Range<Int> { offsets[layer]..<offsets[layer + 1] }

  public var isAttainable: Bool { patterns != .free }

  /// The box of the domain over the free inputs, or the one around it; nil where there is none.
  var freeBox: FreeBox? {
    guard case .attainable(let domain) = patterns, let (lower, upper) = domain.box else { return nil }
    return FreeBox(lower: freeInputs.map { lower[$0] }, upper: freeInputs.map { upper[$0] })
  }

  /// The inputs that do not vary, and their values.
  var fixedInputs: [(input: Int, value: Double)] {
    guard case .attainable(let domain) = patterns, let (lower, upper) = domain.box else { return [] }
    return lower.indices.filter { lower[$0] == upper[$0] }.map { ($0, lower[$0]) }
  }

  /// The slopes of each hidden layer's first unit: of all its units, where none passes on its input.
  var layerSlopes: [UnitSlopes] { (0..<hiddenLayers).map { slopes[offsets[$0]] } }

  /// The larger end of J.
  var directions: Int { max(outputs, freeInputs.count) }

  /// The parts of J whose largest norm is the norm.
  var parts: [JacobianPart] { norm.parts(rows: outputs, columns: freeInputs.count) }
}

/// The entrywise absolute values of a chain of matrices.
private struct Magnitudes: Sendable {
  let chain: [Matrix]

  init(_ chain: [Matrix]) {
    self.chain = chain.map(\.magnitudes)
  }

  /// |W_K| |D(σ)| … |W_1|, rounded up.
  ///
  /// - Parameter largestSlopes: take the larger |slope| of every unit instead of the pattern's.
  func jacobianOfMagnitudes(
    _ pattern: PartialPattern, _ problem: PatternProblem, largestSlopes: Bool = false
  ) -> Matrix {
    var product = chain[0]
    for layer in 0..<problem.hiddenLayers {
      let factors = problem.unitRange(layer).map { unit in
        largestSlopes
          ? problem.slopes[unit].largestMagnitude : abs(problem.slope(pattern[unit], unit: unit))
      }
      product = chain[layer + 1] * product.scalingRows(by: factors)
    }
    return product * (1 + 1e-10)
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
  func slope(_ phase: Phase, unit: Int) -> Double { phase == .on ? slopes[unit].on : slopes[unit].off }

  /// D(σ_k) of a pattern that is complete in hidden layer `layer`.
  func diagonal(_ pattern: PartialPattern, layer: Int) -> [Double] {
    unitRange(layer).map { slope(pattern[$0], unit: $0) }
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

  /// J(σ) over the free inputs as computed, with a bound on the norm of computed - exact: the standard bound
  /// γ · |W_K| D |W_{K-1}| … |W_1| on the error of a product (Higham, Accuracy and Stability of Numerical Algorithms,
  /// section 3.5).
  private func roundedJacobian(_ pattern: PartialPattern) -> (matrix: Matrix, error: Double) {
    (
      jacobian(pattern),
      productRounding * norm.errorBound(magnitudes.jacobianOfMagnitudes(pattern, self))
    )
  }

  /// The exact J(σ) with each entry truncated to a double, and what that loses.
  private func truncatedJacobian(_ pattern: PartialPattern) -> (matrix: Matrix, error: Double) {
    let exact = exactJacobian(pattern)
    let matrix = Matrix(rows: exact.rows, columns: exact.columns, elements: exact.approximation)
    let factor = norm.frobeniusFactor(rows: matrix.rows, columns: matrix.columns)
    return (matrix, 2 * unitRoundoff * factor * matrix.frobeniusNormUpperBound())
  }

  /// A number proved to be at least ‖J(σ)‖. Exact arithmetic forms the product where rounding may hide a relative 10⁻¹¹
  /// and the cheap bound is above `enough`.
  func normUpperBound(_ pattern: PartialPattern, enough: Double = 0) -> Double {
    func bound(_ jacobian: Matrix, _ error: Double) -> Double {
      guard jacobian.isFinite else { return .infinity }
      let norm = (try? norm.upperBound(jacobian)) ?? norm.errorBound(jacobian.magnitudes)
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
    if rounded.isFinite, let norm = try? norm.value(rounded) {
      if norm + error <= lower { return false }
      if norm - error > lower || error <= 1e-10 * norm { return norm > lower * (1 + error / norm) }
    }
    let (truncated, _) = truncatedJacobian(pattern)
    guard truncated.isFinite, let norm = try? norm.value(truncated) else { return false }
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

  /// The norm of |W_K| |D| … |W_1| (of two its Frobenius norm) with the larger |slope| of every unit, rounded up: no ‖J(σ)‖ is
  /// above it.
  func largestJacobianOfMagnitudes() -> Double {
    norm.errorBound(magnitudes.jacobianOfMagnitudes(openPattern, self, largestSlopes: true))
  }

  /// Complete patterns per layer, as files and witnesses print them: without the polytope's rows.
  public func layered(_ pattern: PartialPattern) -> [[Int]] {
    (0..<hiddenLayers).map { layer in
      unitRange(layer).filter { !constraintUnits.contains($0) }.map { Int(pattern[$0].rawValue) }
    }
  }
}
