import LinearAlgebra
import Networks

/// ECLipsE-Fast: the closed-form choice of one multiplier a layer in LipSDP.
///
///     M_0 = I,  G = W_k M_{k-1}⁻¹ W_kᵀ,  c = 2/‖G‖,  M_k = c I - (c²/4) G  (k < K),   L² ≤ ‖W_K M_{K-1}⁻¹ W_Kᵀ‖
///
/// - Network: slopes in [0, 1].
/// - Side: upper bound.
/// - Cost: one factorisation and one eigenvalue problem a layer.
/// - Reference: Xu & Sivaranjani 2024, ECLipsE, Algorithm ECLipsE-Fast.
public struct ECLipsEFast: BoundMethod {
  public static let name = "eclipse-fast"
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "LipSDP-Layer with multipliers in closed form, layer by layer"
  public static let reference = "Xu & Sivaranjani 2024 (ECLipsE-Fast)"

  public init() {}

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    guard question.hasUnitSlopes else { return Self.none("defined for activation slopes in [0, 1]") }
    let weights = question.weights
    // M_{k-1} = L Lᵀ, and G = (W L⁻ᵀ)(W L⁻ᵀ)ᵀ.
    var factor = Matrix.identity(weights[0].columns).elements
    var square = 1.0
    // t / λ of each layer's units.
    var multipliers: [Double] = []
    for (index, matrix) in weights.enumerated() {
      var rows = matrix.elements
      PositiveDefinite.solveTriangular(factor: factor, size: matrix.columns, rows: &rows, count: matrix.rows)
      let scaled = Matrix(rows: matrix.rows, columns: matrix.columns, elements: rows)
      let norm = try scaled.spectralNormUpperBound()
      square = norm * norm
      if index == weights.count - 1 { break }
      guard norm > 0 else { return Self.answer(0) }
      let gram = Matrix.product(scaled, transposed: false, scaled, transposed: true)
      let c = 2 / square
      multipliers += [Double](repeating: c, count: matrix.rows)
      factor = (gram * (-c * c / 4)).elements
      for i in 0..<matrix.rows { factor[i * matrix.rows + i] += c }
      guard PositiveDefinite.factor(&factor, size: matrix.rows) else {
        return Self.none("a layer's matrix M was not numerically definite")
      }
    }
    // M_k has condition number at most 2, so each layer adds a few n units of roundoff.
    let size = Double(weights.map { max($0.rows, $0.columns) }.max() ?? 1)
    let bound = square.squareRoot() * (1 + 1e-14 * size * Double(weights.count))
    // The closed form is that of slopes 0 and 1; of slopes in between the relaxation has other multipliers.
    let isReLU = question.network.activations.allSatisfy { $0.negativeSlope == 0 && $0.positiveSlope == 1 }
    return Self.answer(
      bound, evidence: isReLU ? .multipliers(multipliers.map { $0 * square }) : nil)
  }
}
