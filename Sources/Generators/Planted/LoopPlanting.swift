import ExactArithmetic
public import Networks
import Problems
import RandomNumbers

/// Frustrated loops on the toroidal square lattice. Minimise Σ J_ij s_i s_j.
///
/// A loop is what a random walk that does not turn straight back closes when it first meets itself. Its couplings
/// are -1 in the gauge of the planted spins t, but for one, which is +1. Every assignment then violates an odd number
/// of them: a loop of ℓ couplings has the minimum -(ℓ - 2), attained at t. Loops overlap and their couplings add up.
/// Minimum: the sum of the loops' minima, at t.
public struct LoopPlanting: InstanceFamily {
  public static let name = "frustrated-loops"
  public static let kind = InstanceKind.problem(.ising)
  public static let summary = "frustrated loops on the toroidal square lattice, ground state planted"
  public static let reference =
    "Hen, Job, Albash, Rønnow, Troyer, Lidar, Probing for quantum speedup in spin-glass problems with planted "
    + "solutions, 2015"
  public static let parameters: [FamilyParameter] = [
    FamilyParameter("size", "side of the lattice", .integer(3...200), default: "8"),
    FamilyParameter("density", "loops a spin; at least one loop", .real(0.001...10), default: "0.3"),
  ]

  private let grid: ToroidalGrid
  private let loops: Int

  public init(_ values: ParameterValues) throws(InputError) {
    let size = values.integer("size")
    grid = ToroidalGrid(sizes: [size, size])
    loops = max(1, Int((values.real("density") * Double(size * size)).rounded()))
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    var neighbours = [[Int]](repeating: [], count: grid.vertices)
    for (i, j) in grid.edges {
      neighbours[i].append(j)
      neighbours[j].append(i)
    }
    let planted = random.signs(grid.vertices)
    var couplings: [WeightedEdge] = []
    var minimum = 0
    for _ in 0..<loops {
      let loop = Self.loop(neighbours, using: &random)
      let frustrated = random.integer(below: loop.count)
      minimum -= loop.count - 2
      for k in loop.indices {
        let (i, j) = (loop[k], loop[(k + 1) % loop.count])
        couplings.append(WeightedEdge(i, j, (k == frustrated ? 1 : -1) * planted[i] * planted[j]))
      }
    }
    let optimum = PlantedOptimum(
      value: Rational(minimum), solution: planted,
      proof:
        "the value is a sum over \(loops) frustrated loops, each of which violates at least one coupling of "
        + "magnitude 1, and at the planted spins exactly one")
    return ising(spins: grid.vertices, couplings: couplings, planted: optimum)
  }

  /// The vertices of the first loop that a walk from a random vertex closes.
  private static func loop(_ neighbours: [[Int]], using random: inout SplitMix64) -> [Int] {
    var walk = [random.integer(below: neighbours.count)]
    while true {
      let here = walk[walk.count - 1]
      let choices = neighbours[here].filter { walk.count < 2 || $0 != walk[walk.count - 2] }
      let next = choices[random.integer(below: choices.count)]
      if let start = walk.firstIndex(of: next) { return Array(walk[start...]) }
      walk.append(next)
    }
  }
}
