public import ExactArithmetic

/// Maximum cut: split the vertices of a weighted graph in two so that the edges between the sides weigh most.
///
///     value(x) = Σ w_ij over edges with x_i ≠ x_j         x in {0,1}ⁿ
///
/// Weights have any sign. Parallel edges are added up, loops never count.
public struct MaxCut: Problem {
  public static let kind = ProblemKind.maxCut
  public static let alphabet = Alphabet.bits

  public let vertices: Int
  /// i < j, sorted, one entry a pair; edges of weight 0 are dropped.
  public let edges: [PairTerm]

  public init(vertices: Int, edges: [PairTerm]) {
    self.vertices = vertices
    self.edges = edges.canonicalized(variables: vertices)
  }

  public var sense: Sense { .maximize }
  public var size: ProblemSize { ProblemSize(variables: vertices, terms: edges.count) }

  public func value(of sides: [Int]) -> Rational? {
    precondition(sides.count == vertices)
    return edges.reduce(into: Rational.zero) { if sides[$1.i] != sides[$1.j] { $0 += $1.coefficient } }
  }

  public var totalWeight: Rational { edges.reduce(into: .zero) { $0 += $1.coefficient } }
  public var isNonnegative: Bool { edges.allSatisfy { $0.coefficient.signum > 0 } }
}
