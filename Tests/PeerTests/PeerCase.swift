import Generators
import Problems
import Reductions
import Testing

/// An instance that the peers solve in a second or two: small where it is dense, larger where it is sparse.
struct PeerCase: Sendable, CustomTestStringConvertible {
  let family: String
  let parameters: [String: String]
  let seed: UInt64
  /// The kind that the family's problem is reduced to before it counts as the source.
  let kind: ProblemKind?

  init(_ family: String, _ parameters: [String: String] = [:], seed: UInt64 = 1, as kind: ProblemKind? = nil)
  {
    self.family = family
    self.parameters = parameters
    self.seed = seed
    self.kind = kind
  }

  var testDescription: String {
    let settings = parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    return "\(family)\(settings) seed=\(seed)" + (kind.map { " as \($0.rawValue)" } ?? "")
  }

  /// The problem to solve.
  func source() throws -> any Problem {
    let instance = try generate(family, parameters: parameters, seed: seed)
    guard case .problem(let generated) = instance else {
      throw PeerFailure("\(family) generates networks")
    }
    return try kind.map { try generated.problem.reduced(to: $0).result.target } ?? generated.problem
  }

  static let all = maxCuts + isings + others

  private static let maxCuts = [
    PeerCase("complete", ["n": "9"]),
    PeerCase("cycle", ["n": "51"]),
    PeerCase("complete-bipartite", ["a": "5", "b": "7"]),
    PeerCase("petersen"),
    PeerCase("hypercube", ["d": "4"]),
    PeerCase("torus-2d", ["rows": "5", "columns": "5"]),
    PeerCase("bipartite-planted", ["n": "18", "weight": "9", "triangles": "6"], seed: 2),
    PeerCase("gnp", ["n": "20", "p": "0.3"], seed: 3),
    PeerCase("regular", ["n": "30", "d": "3"], seed: 4),
    PeerCase("g05", ["n": "14"], seed: 5),
    PeerCase("pm1s", ["n": "40"], seed: 6),
    PeerCase("pm1d", ["n": "14"], seed: 7),
    PeerCase("w", ["n": "16"], seed: 8),
    PeerCase("w", ["n": "24", "density": "0.2"], seed: 9),
    PeerCase("pw", ["n": "14"], seed: 10),
    PeerCase("torus-2d-pm1", ["rows": "6", "columns": "6"], seed: 11),
    PeerCase("torus-3d-pm1", ["length": "3", "width": "3", "height": "3"], seed: 12),
    PeerCase("torus-2d-gauss", ["rows": "3", "columns": "5"], seed: 13),
  ]

  private static let isings = [
    PeerCase("sk", ["n": "12"], seed: 14),
    PeerCase("sk", ["n": "16"], seed: 15),
    PeerCase("wishart", ["n": "12", "scale": "20"], seed: 16),
    PeerCase("wishart", ["n": "16", "alpha": "0.3", "scale": "10"], seed: 17),
    PeerCase("tile-planting", ["size": "6"], seed: 18),
    PeerCase("tile-planting", ["size": "6", "c1": "1", "c2": "0", "c3": "0"], seed: 19),
    PeerCase("frustrated-loops", ["size": "7", "density": "0.5"], seed: 20),
    PeerCase("xorsat-3", ["n": "8"], seed: 21),
    PeerCase("xorsat-3", ["n": "12"], seed: 22),
  ]

  private static let others = [
    PeerCase("sk", ["n": "14"], seed: 23, as: .qubo),
    PeerCase("tile-planting", ["size": "6"], seed: 24, as: .qubo),
    PeerCase("xorsat-3", ["n": "8"], seed: 25, as: .qubo),
    PeerCase("qcmh-gauss", ["n": "14"], seed: 26),
    PeerCase("qcmh-gauss", ["n": "16", "rank": "3"], seed: 27),
    PeerCase("partition", ["n": "12", "bits": "6"], seed: 28),
    PeerCase("partition", ["n": "10", "bits": "9"], seed: 29),
    PeerCase("partition-planted", ["n": "12", "bits": "7"], seed: 30),
    PeerCase("gnp", ["n": "16", "p": "0.3"], seed: 31, as: .lipCST),
    PeerCase("w", ["n": "8"], seed: 32, as: .lipCST),
  ]
}
