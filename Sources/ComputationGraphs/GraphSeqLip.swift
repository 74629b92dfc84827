import LinearAlgebra
import RandomNumbers

/// SeqLip across the affine parts of a graph that element-wise functions separate.
///
/// A chain W_K D_{K-1} W_{K-1} … D_1 W_1 of affine parts W_k = U_k Σ_k V_kᵀ and slopes D_k has a norm of at most
///
///     Π_k max over D of ‖Σ̃_{k+1} V_{k+1}ᵀ D U_k Σ̃_k‖      Σ̃ = Σ at the chain's two ends, Σ^½ inside
///
/// Of each part the `vectors` leading singular triplets are taken. A maximum over the truncated pair is approached from below
/// (`estimate`). Above it stands
///
///     [[m, a_1 b_{E+1}], [a_{E+1} b_1, a_{E+1} b_{E+1}]]      a, b the entries of Σ̃_{k+1}, Σ̃_k
///
/// with m ≥ the truncated maximum, where decompositions are complete or their tails are proved; elsewhere a_1 b_1, which AutoLip has.
///
/// - Cost: `vectors` singular triplets of each part by Lanczos; a greedy search over diagonals of E × E products for each pair.
/// - Reference: Scaman & Virmaux 2018, Eq. (8) and section 7.3.
public struct SeqLipSettings: Sendable {
  /// Singular vectors of each part.
  public var vectors: Int
  /// Relatively to the largest singular value.
  public var tolerance: Double
  public var seed: UInt64

  public init(vectors: Int = 200, tolerance: Double = 1e-3, seed: UInt64 = 0) {
    self.vectors = vectors
    self.tolerance = tolerance
    self.seed = seed
  }
}

/// A maximal chain of affine parts that element-wise functions separate.
struct PartChain {
  /// In order of application.
  let parts: [AffinePart]
  /// Between them.
  let slopes: [ClosedRange<Double>]

  var source: Int { parts[0].source }

  /// The chain that ends in a node; nil where it has one part at most.
  init?(endingIn target: Int, _ structure: AffineStructure, _ ranges: [TensorRange]) {
    var parts: [AffinePart] = []
    var slopes: [ClosedRange<Double>] = []
    var node = target
    while structure.isAffine[node], structure.sources[node].count == 1,
      let source = structure.sources[node].first
    {
      parts.append(structure.part(from: source, to: node))
      guard case .operation(let operation, let arguments) = structure.graph.nodes[source].kind,
        arguments.count == 1,
        let own = operation.slopeRange(arguments.map { ranges[$0] }), own.upperBound.isFinite,
        own.lowerBound.isFinite,
        structure.isAffine[arguments[0]], structure.sources[arguments[0]].count == 1
      else { break }
      slopes.append(own)
      node = arguments[0]
    }
    guard parts.count > 1 else { return nil }
    self.parts = parts.reversed()
    self.slopes = slopes.prefix(parts.count - 1).reversed()
  }
}

/// One side of a pair: singular vectors as rows, what weighs them, and what weighs the rest.
struct SingularSide {
  let values: [Double]
  /// Rows.
  let vectors: Matrix
  /// At least every singular value that is left out; nil where that is not proved.
  let tail: Double?

  /// Σ̃ diag on the vectors.
  func weighted(_ weigh: (Double) -> Double) -> Matrix { vectors.scalingRows(by: values.map(weigh)) }
}

/// A part's leading singular triplets.
struct PartTriplets {
  let input: SingularSide
  let output: SingularSide

  init(_ part: AffinePart, _ finder: AffineNormFinder, _ settings: SeqLipSettings) throws(LAPACKFailure) {
    let (m, n) = (part.outputCount, part.inputCount)
    if min(m, n) <= finder.sideLimit / 2, m * n <= finder.entryLimit {
      let svd = try part.explicitMatrix().singularValueDecomposition()
      let kept = Array(0..<min(settings.vectors, svd.singularValues.count))
      let rest = kept.count < svd.singularValues.count ? svd.singularValues[kept.count] : 0
      // A computed value is within a few roundings of the largest of a true one.
      let tail = rest + 16 * Double(max(m, n)) * unitRoundoff * (svd.singularValues.first ?? 0)
      let values = kept.map { svd.singularValues[$0] }
      input = SingularSide(
        values: values, vectors: svd.rightVectorsTransposed.selecting(rows: kept), tail: tail)
      output = SingularSide(
        values: values, vectors: svd.leftVectors.selecting(columns: kept).transposed(), tail: tail)
    } else {
      // Vectors that have not settled by then make the estimate no less of one.
      let found = try Lanczos(
        count: settings.vectors, tolerance: settings.tolerance, stepLimit: 4 * settings.vectors + 200,
        seed: settings.seed
      ).triplets(of: part, shouldStop: finder.shouldStop)
      input = SingularSide(values: found.values, vectors: found.right, tail: nil)
      output = SingularSide(values: found.values, vectors: found.left, tail: nil)
    }
  }
}

/// max over D of ‖Σ̃_{k+1} V_{k+1}ᵀ D U_k Σ̃_k‖.
struct SeqLipFactor {
  /// From below, of the truncated pair.
  let estimate: Double
  /// At least the maximum over the whole pair; nil where no tail is proved.
  let upper: Double?

  init(
    _ first: SingularSide, isFirst: Bool, _ second: SingularSide, isLast: Bool, slopes: ClosedRange<Double>,
    random: inout SplitMix64, shouldStop: () -> Bool
  ) throws(LAPACKFailure) {
    func inner(_ value: Double) -> Double { isFirst ? value : value.squareRoot() }
    func outer(_ value: Double) -> Double { isLast ? value : value.squareRoot() }
    let a = second.weighted(outer)
    let b = first.weighted(inner).transposed()
    var search = DiagonalMaximization(
      outer: a, inner: b, lower: slopes.lowerBound, upper: slopes.upperBound)
    // One of very many units moves the norm by next to nothing, and a look at all of them costs O(n E).
    search.flips = min(search.flips, (1 << 17) / max(1, a.columns))
    estimate = try search.maximum(using: &random, shouldStop: shouldStop).value
    guard let aTail = second.tail.map(outer), let bTail = first.tail.map(inner),
      let aFirst = second.values.first.map(outer), let bFirst = first.values.first.map(inner)
    else {
      upper = nil
      return
    }
    // ‖A (c + r S) B‖ ≤ |c| ‖AB‖ + r ‖A‖‖B‖ for |S| ≤ 1.
    let (low, high) = (slopes.lowerBound, slopes.upperBound)
    let steepest = max(abs(low), abs(high))
    let together = try (a * b).spectralNormUpperBound()
    let m = min(
      steepest * aFirst * bFirst, abs(low + high) / 2 * together + (high - low) / 2 * aFirst * bFirst)
    let block = Matrix([
      [m, steepest * aFirst * bTail], [steepest * aTail * bFirst, steepest * aTail * bTail],
    ])
    // The vectors are orthonormal up to roundings of their number.
    let room = 1 + 64 * Double(a.columns + a.rows + b.columns) * unitRoundoff
    upper = min(try block.spectralNormUpperBound(), steepest * aFirst * bFirst) * room
  }
}
