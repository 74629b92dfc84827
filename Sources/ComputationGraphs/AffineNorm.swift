import ExactArithmetic
import LinearAlgebra

/// The 2-norm of an affine part.
struct AffineNorm {
  /// At least the norm.
  let upper: UpperNumber
  /// By Lanczos, from below; nil where `upper` is the norm itself, or within roundings.
  let estimate: Double?
  let side: LipschitzFactor.Side
  let method: String
  var isStopped = false

  /// The norm as well as it is known.
  var best: Double { estimate ?? upper.value }
}

/// Finds norms of affine parts: exactly, by a matrix, or by what their maps have in common with known ones.
struct AffineNormFinder {
  /// Entries of a matrix that is formed to find its norm.
  var entryLimit = 40_000_000
  /// The smaller side of such a matrix.
  var sideLimit = 2_500
  /// Multiplications that forming it may take.
  var costLimit = 200_000_000_000
  /// From then on norms are bounded by what costs next to nothing.
  var shouldStop: @Sendable () -> Bool = { false }

  func norm(of part: AffinePart) throws(LAPACKFailure) -> AffineNorm {
    if let multiple = part.multiple() {
      return AffineNorm(upper: .exact(multiple.magnitude), estimate: nil, side: .exact, method: "multiple")
    }
    if let chain = part.chain() {
      let maps = SimplifiedChain(chain)
      if maps.maps.count <= 1 {
        let norm = try norm(of: maps.maps.first, part)
        return AffineNorm(
          upper: norm.upper * .exact(maps.factor.magnitude) * maps.room,
          estimate: norm.estimate.map { $0 * maps.factor.magnitude.approximation },
          side: norm.side, method: norm.method, isStopped: norm.isStopped)
      }
    }
    let (pieces, depth) = try productBound(part)
    let (m, n) = (part.outputCount, part.inputCount)
    if min(m, n) <= sideLimit, m * n <= entryLimit, min(m, n) * cost(part) <= costLimit, !shouldStop() {
      let upper = try part.explicitMatrix().spectralNormUpperBound()
      // Entries are sums of products of what the operations hold: each of `depth` maps has rows of at most max(m, n) terms, and
      // the norm of its magnitudes is at most √side of its own.
      let widest = Double(
        part.members.reduce(max(m, n)) { max($0, part.graph.nodes[$1.node].shape.reduce(1, *)) })
      let rounding = UpperNumber.above(
        2 * unitRoundoff * Double(depth) * widest * widest.powered(depth))
      let bound = UpperNumber.above(upper.nextUp) + rounding * pieces
      if bound.value <= pieces.value {
        return AffineNorm(upper: bound, estimate: nil, side: .upper, method: "matrix of the whole part")
      }
    }
    let estimate = try Lanczos().triplets(of: part, shouldStop: shouldStop).norm
    return AffineNorm(upper: pieces, estimate: estimate, side: .upper, method: "product of its operations")
  }

  /// An upper bound by the operations one after the other, and the longest path's number of them that are no multiples or rearrangements.
  private func productBound(_ part: AffinePart) throws(LAPACKFailure) -> (UpperNumber, depth: Int) {
    if let chain = part.chain() {
      let maps = SimplifiedChain(chain)
      var product = UpperNumber.exact(maps.factor.magnitude) * maps.room
      for map in maps.maps { product = product * (try norm(of: map, nil).upper) }
      return (product, maps.maps.count)
    }
    var bounds: [Int: UpperNumber] = [part.source: .one]
    var depths: [Int: Int] = [part.source: 0]
    for member in part.members {
      let all = TensorRange.all
      let factors = member.operation.lipschitzFactors(
        zip(member.arguments, member.values).map { node, value in
          let isConstant = !part.graph.dependsOnInput[node]
          return GraphArgument(
            isConstant: isConstant, range: isConstant ? TensorRange(value) : all(value.shape),
            fraction: part.graph.fraction(node))
        })
      let parts = zip(member.arguments, factors).map { (bounds[$0] ?? .zero) * $1.value }
      switch member.operation.combination {
      case .sum: bounds[member.node] = parts.reduce(.zero, +)
      case .rootOfSquares: bounds[member.node] = .rootOfSquares(parts)
      }
      depths[member.node] = 1 + (member.arguments.compactMap { depths[$0] }.max() ?? 0)
    }
    return (bounds[part.target] ?? .zero, max(1, depths[part.target] ?? 1))
  }

  /// Of one map; nil: the identity.
  private func norm(of map: LinearMap?, _ part: AffinePart?) throws(LAPACKFailure) -> AffineNorm {
    switch map {
    case nil: return AffineNorm(upper: .one, estimate: nil, side: .exact, method: "isometry")
    case .multiple(let factor):
      return AffineNorm(upper: .exact(factor.magnitude), estimate: nil, side: .exact, method: "multiple")
    case .rearrangement: return AffineNorm(upper: .one, estimate: nil, side: .exact, method: "isometry")
    case .diagonal(let factors, let error):
      let largest = factors.reduce(0) { max($0, abs($1)) }
      guard let exact = Rational(finite: largest) else {
        return AffineNorm(upper: .infinity, estimate: nil, side: .upper, method: "diagonal")
      }
      return AffineNorm(
        upper: error == 0 ? .exact(exact) : .above((largest * (1 + 2 * error)).nextUp), estimate: nil,
        side: error == 0 ? .exact : .upper, method: "diagonal")
    case .dense(let matrix):
      if shouldStop() {
        return AffineNorm(
          upper: .above(matrix.frobeniusNormUpperBound()), estimate: nil, side: .upper,
          method: "Frobenius norm",
          isStopped: true)
      }
      return try Self.norm(of: matrix, method: "matrix")
    case .convolution(let convolution, _):
      let (m, n) = (convolution.outputCount, convolution.inputCount)
      if min(m, n) <= sideLimit, m * n <= entryLimit {
        return try Self.norm(of: convolution.explicitMatrix(), method: "matrix of the convolution")
      }
      let estimate = try Lanczos().triplets(of: convolution, shouldStop: shouldStop).norm
      let upper = try CirculantBound(convolution).upperBound(from: estimate, shouldStop: shouldStop)
      let isStopped = shouldStop()
      return AffineNorm(
        upper: .above(upper), estimate: estimate, side: .upper,
        method: isStopped ? "norms of taps" : "circulant",
        isStopped: isStopped)
    }
  }

  private static func norm(of matrix: Matrix, method: String) throws(LAPACKFailure) -> AffineNorm {
    AffineNorm(
      upper: .above(try matrix.spectralNormUpperBound()), estimate: nil, side: .upper, method: method)
  }

  /// Multiplications of one application, roughly.
  private func cost(_ part: AffinePart) -> Int {
    part.members.reduce(0) { sum, member in
      let output = part.graph.nodes[member.node].shape.reduce(1, *)
      let weights = member.values.map(\.elements.count).max() ?? 1
      return sum + max(output, weights)
    }
  }
}

/// A chain of linear maps with multiples taken out, rearrangements at the ends dropped, and diagonals carried into their neighbours.
struct SimplifiedChain {
  private(set) var factor: Rational = 1
  /// In order of application; no two neighbours that could be one.
  private(set) var maps: [LinearMap] = []
  /// At least 1 + what roundings of carried diagonals may have taken off the norm.
  private(set) var room = UpperNumber.one

  init(_ chain: [LinearMap]) {
    for map in chain {
      switch map {
      case .multiple(let own): factor = factor * own
      default: append(map)
      }
    }
    while case .rearrangement? = maps.first { maps.removeFirst() }
    while case .rearrangement? = maps.last { maps.removeLast() }
  }

  private mutating func append(_ next: LinearMap) {
    guard let last = maps.last, let (merged, error) = Self.merge(last, next) else {
      maps.append(next)
      return
    }
    maps[maps.count - 1] = merged
    if error > 0 { room = room * .above(1 + error) }
  }

  /// next ∘ last as one map, and the relative error of its norm.
  private static func merge(_ last: LinearMap, _ next: LinearMap) -> (LinearMap, error: Double)? {
    guard isModerate(last), isModerate(next) else { return nil }
    switch (last, next) {
    case (.rearrangement, .rearrangement): return (.rearrangement, 0)
    case (.diagonal(let a, let p), .diagonal(let b, let q)):
      return (.diagonal(zip(a, b).map(*), relativeError: p + q + 2 * unitRoundoff), 0)
    case (.dense(let matrix), .diagonal(let factors, let error)) where factors.count == matrix.rows:
      return (.dense(matrix.scalingRows(by: factors)), norm(error, matrix.rows, matrix.columns))
    case (.diagonal(let factors, let error), .dense(let matrix)) where factors.count == matrix.columns:
      return (.dense(matrix.scalingColumns(by: factors)), norm(error, matrix.rows, matrix.columns))
    case (.convolution(let own, false), .diagonal(let factors, let error)):
      guard let channels = uniform(factors, channels: own.outputChannels, count: own.outputCount) else {
        return nil
      }
      return (
        .convolution(own.scalingOutputs(by: channels), isTransposed: false),
        norm(error, own.outputCount, own.inputCount)
      )
    case (.diagonal(let factors, let error), .convolution(let own, false)):
      guard let channels = uniform(factors, channels: own.inputChannels, count: own.inputCount) else {
        return nil
      }
      return (
        .convolution(own.scalingInputs(by: channels), isTransposed: false),
        norm(error, own.outputCount, own.inputCount)
      )
    default: return nil
    }
  }

  /// Whether products with another such map neither overflow nor underflow, where errors would not be relative.
  private static func isModerate(_ map: LinearMap) -> Bool {
    let numbers =
      switch map {
      case .multiple, .rearrangement: [Double]()
      case .diagonal(let factors, _): factors
      case .dense(let matrix): matrix.elements
      case .convolution(let convolution, _): convolution.kernel
      }
    return numbers.allSatisfy { $0 == 0 || (0x1p-400...0x1p400).contains(abs($0)) }
  }

  /// Entries off by a relative error move the norm by √side times it at most: ‖|A|‖₂ ≤ √min(m, n) ‖A‖₂.
  private static func norm(_ error: Double, _ m: Int, _ n: Int) -> Double {
    (error + 2 * unitRoundoff) * (Double(min(m, n)).squareRoot() + 1) * 2
  }

  /// One factor for each channel, where all of its places share it.
  private static func uniform(_ factors: [Double], channels: Int, count: Int) -> [Double]? {
    guard factors.count == count, channels > 0, count > 0 else { return nil }
    let places = count / channels
    let firsts = stride(from: 0, to: count, by: places).map { factors[$0] }
    return factors.indices.allSatisfy { factors[$0] == firsts[$0 / places] } ? firsts : nil
  }
}

extension Double {
  /// √self to a power of an integer, from above.
  fileprivate func powered(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1.0) { power, _ in (power * self.squareRoot()).nextUp }
  }
}
