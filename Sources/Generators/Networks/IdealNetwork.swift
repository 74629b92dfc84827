import LinearAlgebra
public import Networks
import RandomNumbers

/// The ideal scenario of the paper's section 7: square layers M_k = U_k diag(1, r, …, r) V_kᵀ with random
/// orthogonal U_k, V_k, no biases.
///
/// Every layer has norm 1, so AutoLip is 1. SeqLip tends to (1/π)^(layers - 1) for r → 0 and large width
/// (Lemma 2), and Theorem 3 bounds it for r > 0.
public struct IdealNetwork: InstanceFamily {
  public static let name = "ideal-network"
  public static let kind = InstanceKind.network
  public static let summary =
    "square layers with singular values 1, r, …, r and random singular vectors; AutoLip is 1"
  public static let reference =
    "Scaman and Virmaux, Lipschitz regularity of deep neural networks, 2018, section 7, ideal scenario (Figure 2)"
  public static let parameters: [FamilyParameter] = [
    FamilyParameter("layers", "affine layers", .integer(1...50), default: "3"),
    FamilyParameter("width", "inputs and outputs of each layer", .integer(1...1000), default: "20"),
    FamilyParameter("ratio", "second singular value over the first", .real(0...1), default: "0.1"),
  ]

  private let layers: Int
  private let width: Int
  private let ratio: Double

  public init(_ values: ParameterValues) throws(InputError) {
    layers = values.integer("layers")
    width = values.integer("width")
    ratio = values.real("ratio")
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    return network(
      (0..<layers).map { _ in AffineLayer(weights: drawLayer(&random)) },
      notes: ["every layer has spectral norm 1 up to rounding, so AutoLip is 1 (by construction)"])
  }

  /// Σ_k λ_k u_k v_kᵀ, term after term.
  private func drawLayer(_ random: inout SplitMix64) -> Matrix {
    let u = OrthonormalFrame(width, using: &random).vectors
    let v = OrthonormalFrame(width, using: &random).vectors
    var layer = Matrix(rows: width, columns: width)
    for k in 0..<width {
      for i in 0..<width {
        let factor = (k == 0 ? 1 : ratio) * u[k][i]
        for j in 0..<width { layer[i, j] += factor * v[k][j] }
      }
    }
    return layer
  }
}
