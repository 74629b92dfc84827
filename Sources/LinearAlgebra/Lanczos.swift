import RandomNumbers

/// Leading singular values and vectors of a linear map by Golub-Kahan-Lanczos bidiagonalisation: every v is made orthogonal to all
/// before it, which keeps the u orthogonal, too (Simon & Zha 2000), and a basis that has grown to its limit restarts from its best Ritz
/// vectors. Estimates, from below.
///
///     u_j = A v_j - (B's column above its diagonal) · (u_1 … u_{j-1});   v_{j+1} = Aᵀ u_j - (its share in v_1 … v_j)
///     A V = U B + roundings;  B = P Σ Qᵀ;  σᵢ ≈ Σᵢ, with a singular value of A within β |P_{jᵢ}| of it
///
/// The v are of the smaller side: where they fill it nothing is left over.
///
/// - Cost: an application and a transpose a step, O((inputs + outputs) · basis) beside them.
/// - Reference: Golub & Kahan 1965; Baglama & Reichel, Augmented implicitly restarted Lanczos bidiagonalization methods, SIAM J. Sci.
///   Comput. 27, 2005.
public struct Lanczos: Sendable {
  /// How many are wanted.
  public var count: Int
  /// Relatively to the largest.
  public var tolerance: Double
  /// Of the basis, in vectors; at least a few more than are wanted.
  public var basisLimit: Int
  /// Of applications.
  public var stepLimit: Int
  public var seed: UInt64

  public init(
    count: Int = 1, tolerance: Double = 1e-7, basisLimit: Int? = nil, stepLimit: Int = 5000, seed: UInt64 = 0
  ) {
    precondition(count >= 1)
    self.count = count
    self.tolerance = tolerance
    self.basisLimit = max(basisLimit ?? 2 * count + 60, count + 4)
    self.stepLimit = stepLimit
    self.seed = seed
  }

  public struct Triplets: Sendable {
    /// Descending; as many as were wanted, or as the map has.
    public let values: [Double]
    /// Rows: left singular vectors.
    public let left: Matrix
    /// Rows: right singular vectors.
    public let right: Matrix
    /// For each value how far off a singular value may be.
    public let residuals: [Double]
    public let steps: Int
    public let isConverged: Bool

    /// ‖A‖₂, from below.
    public var norm: Double { values.first ?? 0 }
  }

  /// None of a map that is not finite.
  ///
  /// - Parameter shouldStop: asked at every step; the values are from below then, too, may be fewer, and have not converged.
  public func triplets(
    of map: some LinearOperator, shouldStop: () -> Bool = { false }
  ) throws(LAPACKFailure) -> Triplets {
    let rank = min(map.inputCount, map.outputCount)
    let wanted = min(count, rank)
    func nothing(isConverged: Bool) -> Triplets {
      Triplets(
        values: [], left: Matrix(rows: 0, columns: map.outputCount),
        right: Matrix(rows: 0, columns: map.inputCount), residuals: [], steps: 0, isConverged: isConverged)
    }
    guard wanted > 0 else { return nothing(isConverged: true) }
    let isTransposed = map.outputCount < map.inputCount
    let limit = min(basisLimit, rank)
    var random = SplitMix64(seed: seed)
    var right = RowBasis(length: rank)
    var left = RowBasis(length: max(map.inputCount, map.outputCount))
    /// Column j: the shares of A v_j in u_1 … u_j.
    var shares: [[Double]] = []
    /// The column of the next v after a restart.
    var next: [Double] = []
    var direction = unit(of: right, &random)
    var steps = 0
    var largest = 0.0
    while true {
      right.append(direction)
      var image = isTransposed ? map.applyTransposed(direction) : map.apply(direction)
      left.subtract(next, from: &image)
      var alpha = normalize(&image)
      steps += 1
      if alpha <= 0x1p-46 * largest || alpha == 0 {
        alpha = 0
        image = unit(of: left, &random)
      }
      left.append(image)
      shares.append(next + [Double](repeating: 0, count: left.count - 1 - next.count) + [alpha])
      direction = isTransposed ? map.apply(image) : map.applyTransposed(image)
      right.orthogonalize(&direction)
      var beta = normalize(&direction)
      guard alpha.isFinite, beta.isFinite else { return nothing(isConverged: false) }
      let size = left.count
      largest = max(largest, alpha, beta)
      let isFull = size == limit
      let isOver = steps >= stepLimit || shouldStop()
      if isFull || isOver || size >= wanted && (size - wanted) % 10 == 9 || beta <= 0x1p-46 * largest {
        let small = Matrix(rows: size, columns: size) {
          $1 < shares.count && $0 < shares[$1].count ? shares[$1][$0] : 0
        }
        let decomposition = try small.singularValueDecomposition()
        let values = decomposition.singularValues
        largest = max(largest, values[0])
        let residuals = (0..<size).map { beta * abs(decomposition.leftVectors[size - 1, $0]) }
        let isConverged = residuals.prefix(wanted).allSatisfy { $0 <= tolerance * values[0] }
        if isConverged && size >= min(rank, wanted + 3) || size == rank || isOver {
          let rows = Array(0..<min(wanted, size))
          let u = left.combined(decomposition.leftVectors.selecting(columns: rows).transposed())
          let v = right.combined(decomposition.rightVectorsTransposed.selecting(rows: rows))
          return Triplets(
            values: rows.map { values[$0] }, left: isTransposed ? v : u, right: isTransposed ? u : v,
            residuals: rows.map { residuals[$0] }, steps: steps, isConverged: isConverged || size == rank
          )
        }
        if isFull {
          // Keep the best, and as many more as steady the rest.
          let kept = Array(0..<min(size - 1, wanted + max(2, (limit - wanted) / 3)))
          next = kept.map { beta * decomposition.leftVectors[size - 1, $0] }
          left = RowBasis(left.combined(decomposition.leftVectors.selecting(columns: kept).transposed()))
          right = RowBasis(right.combined(decomposition.rightVectorsTransposed.selecting(rows: kept)))
          shares = kept.map { place in (0...place).map { $0 == place ? values[place] : 0 } }
          continue
        }
      }
      if beta <= 0x1p-46 * largest || beta == 0 {
        beta = 0
        direction = unit(of: right, &random)
      }
      next = [Double](repeating: 0, count: size - 1) + [beta]
    }
  }

  /// A random unit vector orthogonal to a basis that does not fill its space.
  private func unit(of basis: RowBasis, _ random: inout SplitMix64) -> [Double] {
    var vector = (0..<basis.length).map { _ in random.gaussian() }
    basis.orthogonalize(&vector)
    _ = normalize(&vector)
    return vector
  }
}
