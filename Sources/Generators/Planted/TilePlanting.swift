import ExactArithmetic
public import Networks
import Problems
import RandomNumbers

/// Tile planting on the L × L periodic square lattice, L even. Minimise Σ J_ij s_i s_j.
///
/// The shaded plaquettes of a checkerboard share no coupling and together hold all of them. Each is a frustrated
/// tile of class C_1, …, C_4 (drawn with the given probabilities) in one of its orders around the plaquette; equal
/// spins are a ground state of every tile, hence of the sum. A random gauge then hides them: J_ij → J_ij t_i t_j.
/// Minimum = the sum of the minima of the tiles, at t.
public struct TilePlanting: InstanceFamily {
  public static let name = "tile-planting"
  public static let kind = InstanceKind.problem(.ising)
  public static let summary =
    "square lattice tiled with frustrated plaquettes of classes C1 to C4, ground state planted"
  public static let reference =
    "Hamze et al., From near to eternity: spin-glass planting, tiling puzzles, and constraint-satisfaction "
    + "problems, 2018; Perera et al., Computational hardness of spin-glass problems with "
    + "tile-planted solutions, 2020"
  public static let parameters: [FamilyParameter] = [
    FamilyParameter("size", "side L of the lattice, even", .integer(4...200), default: "8"),
    FamilyParameter("c1", "probability of class C1", .real(0...1), default: "0.2"),
    FamilyParameter("c2", "probability of class C2", .real(0...1), default: "0.5"),
    FamilyParameter("c3", "probability of class C3; C4 takes the rest", .real(0...1), default: "0.1"),
  ]

  private let size: Int
  /// Upper ends of the intervals of C1, C2 and C3 in [0, 1].
  private let ends: [Double]

  public init(_ values: ParameterValues) throws(InputError) {
    size = values.integer("size")
    guard size % 2 == 0 else {
      throw InputError(
        "size is \(size), which is odd", remedy: "give an even size: tiles form a checkerboard")
    }
    let (c1, c2, c3) = (values.real("c1"), values.real("c2"), values.real("c3"))
    guard c1 + c2 + c3 <= 1 + 0x1p-40 else {
      throw InputError("c1 + c2 + c3 is \(c1 + c2 + c3)", remedy: "give probabilities whose sum is at most 1")
    }
    ends = [c1, c1 + c2, c1 + c2 + c3]
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    let planted = random.signs(size * size)
    var couplings: [WeightedEdge] = []
    var minimum = 0
    for row in 0..<size {
      for column in 0..<size where (row + column) % 2 == 0 {
        let tile = drawTile(&random)
        minimum += tile.minimum
        let ring = [(0, 0), (0, 1), (1, 1), (1, 0)].map {
          (row + $0.0) % size * size + (column + $0.1) % size
        }
        for (k, coupling) in random.shuffled(tile.couplings).enumerated() {
          let (i, j) = (ring[k], ring[(k + 1) % 4])
          couplings.append(WeightedEdge(i, j, coupling * planted[i] * planted[j]))
        }
      }
    }
    let optimum = PlantedOptimum(
      value: Rational(minimum), solution: planted,
      proof: "the couplings split into \(size * size / 2) tiles, and the planted spins minimise each")
    return ising(spins: size * size, couplings: couplings, planted: optimum)
  }

  private func drawTile(_ random: inout SplitMix64) -> FrustratedTile {
    let u = random.uniform()
    return if u < ends[0] { .c1 } else if u < ends[1] { .c2 } else if u < ends[2] { .c3 } else { .c4 }
  }
}
