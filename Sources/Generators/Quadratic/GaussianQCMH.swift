import ExactArithmetic
public import Networks
import Problems
import RandomNumbers

/// Minimise -σᵀ H σ over the cube, H = G Gᵀ with G an n × r matrix of integers round(10 · Gaussian): for r = n the
/// dense random case, for small r the low-rank one, where the maximum is at a vertex of a zonotope in Rʳ and
/// O(n^(r-1)) candidates suffice.
public struct GaussianQCMH: InstanceFamily {
  public static let name = "qcmh-gauss"
  public static let kind = InstanceKind.problem(.qcmh)
  public static let summary = "concave minimisation on the cube, H = G Gᵀ with Gaussian integer G of any rank"
  public static let reference =
    "Scaman and Virmaux, Lipschitz regularity of deep neural networks, 2018, Theorem 2; Ferrez, Fukuda, Liebling, "
    + "Solving the fixed rank convex quadratic maximization in binary variables, 2005"
  public static let parameters: [FamilyParameter] = [
    .count("variables", 1...1000, default: 20),
    FamilyParameter("rank", "columns of G, at most n; 0 stands for n", .integer(0...1000), default: "0"),
  ]

  private let n: Int
  private let rank: Int

  public init(_ values: ParameterValues) throws(InputError) {
    n = values.integer("n")
    let rank = values.integer("rank")
    guard rank <= n else {
      throw InputError(
        "rank is \(rank) but n is \(n)", remedy: "give a rank of at most n, or 0 for full rank")
    }
    self.rank = rank == 0 ? n : rank
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    let g = (0..<n).map { _ in (0..<rank).map { _ in random.gaussianInteger(scale: 10) } }
    let h = RationalMatrix(rows: n, columns: n) { i, j in
      Rational(zip(g[i], g[j]).reduce(0) { $0 + $1.0 * $1.1 })
    }
    return .problem(ProblemInstance(name: Self.name, problem: QCMH(semidefinite: h)))
  }
}
