import LinearAlgebra

/// An orthonormal basis of the space that some vectors span: their principal axes, largest first. What rounding and dropped
/// dimensions lose is measured afterwards, so nothing rests on the decomposition being right.
struct SupportBasis {
  /// The axes, one a row.
  private let axes: Matrix
  /// ‖Aᵀ x‖² lies within this times ‖x‖² of ‖x‖² (A the matrix of axes).
  let defect: Double

  var rank: Int { axes.rows }

  /// A singular value so much smaller than the largest is taken for zero.
  private static let rankTolerance = 1e-13

  /// - Parameter leadingWithSum: the first axis is along 2 g_0 + Σ g_i.
  init(_ vectors: Matrix, constant: [Double], leadingWithSum: Bool) {
    let stacked = Matrix(
      rows: vectors.rows + 1, columns: vectors.columns, elements: vectors.elements + constant)
    axes = Self.principalAxes(stacked, constant, leadingWithSum) ?? .identity(vectors.columns)
    let deviation =
      Matrix.product(axes, transposed: false, axes, transposed: true) + .identity(axes.rows) * -1
    let size = Double(axes.rows * (axes.columns + 4))
    defect = deviation.frobeniusNormUpperBound() + 4 * size * unitRoundoff
  }

  private static func principalAxes(_ stacked: Matrix, _ constant: [Double], _ leadingWithSum: Bool)
    -> Matrix?
  {
    guard let svd = try? stacked.singularValueDecomposition(), svd.rightVectorsTransposed.isFinite else {
      return nil
    }
    let largest = svd.singularValues.first ?? 0
    let rank = svd.singularValues.prefix { $0 > Self.rankTolerance * largest }.count
    let axes = svd.rightVectorsTransposed.selecting(rows: Array(0..<rank))
    guard leadingWithSum, rank > 1 else { return axes }
    let sum = zip(stacked.transposeTimes([Double](repeating: 1, count: stacked.rows)), constant).map {
      $0 + $1
    }
    let direction = axes * sum
    let length = norm(direction)
    guard length > 0 else { return axes }
    // The eigenvectors of the second moments without that direction, which comes first by its weight.
    let unit = direction.map { $0 / length }
    let moments = svd.singularValues.prefix(rank).map { ($0 / largest) * ($0 / largest) }
    let projection = Matrix(rows: rank, columns: rank) { ($0 == $1 ? 1 : 0) - unit[$0] * unit[$1] }
    let rest = projection * Matrix.diagonal(moments) * projection
    let weighted = Matrix(rows: rank, columns: rank) {
      (rest[$0, $1] + rest[$1, $0]) / 2 + 4 * Double(rank) * unit[$0] * unit[$1]
    }
    guard let turn = try? weighted.symmetricEigendecomposition(), turn.vectors.isFinite else { return axes }
    let order = Array((0..<rank).reversed())
    var rotation = turn.vectors.selecting(columns: order)
    if dot(rotation.column(0)[...], unit[...]) < 0 { rotation = rotation * -1 }
    return Matrix.product(rotation, transposed: true, axes, transposed: false)
  }

  /// The rows' coordinates, upper bounds on their norms, and on the norms of what the coordinates miss of the rows.
  func coordinates(of vectors: Matrix) -> (matrix: Matrix, norms: [Double], losses: [Double]) {
    let matrix = Matrix.product(vectors, transposed: false, axes, transposed: true)
    let back = matrix * axes
    let r = Double(rank)
    let rounding = 8 * (r + 4) * unitRoundoff * (1 + r.squareRoot())
    var norms: [Double] = []
    var losses: [Double] = []
    for i in 0..<vectors.rows {
      let size = norm(Array(matrix.row(i))) * (1 + 1e-12)
      let original = norm(Array(vectors.row(i))) * (1 + 1e-12)
      let missing = zip(vectors.row(i), back.row(i)).map { $0 - $1 }
      norms.append(max(size, original))
      losses.append(norm(missing) * (1 + 1e-12) + rounding * (size + original))
    }
    return (matrix, norms, losses)
  }
}
