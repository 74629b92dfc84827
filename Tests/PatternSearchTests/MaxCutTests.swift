import ExactArithmetic
import LinearAlgebra
import PatternSearch
import Testing

/// A graph by its edges.
struct Graph: Sendable, CustomTestStringConvertible {
  let name: String
  let vertices: Int
  let edges: [[Int]]
  let maximumCut: Int

  var testDescription: String { name }

  static func complete(_ n: Int) -> Graph {
    Graph(
      name: "K\(n)", vertices: n, edges: (0..<n).flatMap { i in (i + 1..<n).map { [i, $0] } },
      maximumCut: n * n / 4)
  }

  static func cycle(_ n: Int) -> Graph {
    Graph(name: "C\(n)", vertices: n, edges: (0..<n).map { [$0, ($0 + 1) % n] }, maximumCut: n - n % 2)
  }

  static let petersen = Graph(name: "Petersen", vertices: 10, edges: petersenEdges, maximumCut: 12)

  private static var petersenEdges: [[Int]] {
    var edges: [[Int]] = []
    for i in 0..<5 { edges += [[i, (i + 1) % 5], [i, i + 5], [i + 5, (i + 2) % 5 + 5]] }
    return edges
  }

  /// The three-dimensional hypercube: vertices that differ in one bit.
  static let cube = Graph(
    name: "Q3", vertices: 8,
    edges: [1, 2, 4].flatMap { bit in (0..<8).filter { $0 & bit == 0 }.map { [$0, $0 | bit] } },
    maximumCut: 12)

  static func torus(_ n: Int, _ m: Int) -> Graph {
    var edges: [[Int]] = []
    for row in 0..<n {
      for column in 0..<m {
        let vertex = row * m + column
        edges.append([vertex, row * m + (column + 1) % m])
        edges.append([vertex, (row + 1) % n * m + column])
      }
    }
    return Graph(
      name: "torus \(n)×\(m)", vertices: n * m, edges: edges,
      maximumCut: 2 * n * m - m * (n % 2) - n * (m % 2))
  }

  static let path = Graph(name: "P5", vertices: 5, edges: (0..<4).map { [$0, $0 + 1] }, maximumCut: 4)

  static let all =
    (2...7).map(complete) + (3...9).map(cycle) + [petersen, cube, path, torus(3, 3), torus(3, 4)]

  /// f(x) = 1ᵀ ρ(B x) with B the incidence matrix: B Bᵀ is the Laplacian, so σᵀ B Bᵀ σ is the cut σ makes.
  func problem(_ patterns: PatternSet) -> PatternProblem {
    let incidence = Matrix(rows: vertices, columns: edges.count) { vertex, edge in
      edges[edge][0] == vertex ? 1 : edges[edge][1] == vertex ? -1 : 0
    }
    let ones = Matrix(rows: 1, columns: vertices) { _, _ in 1 }
    return PatternProblem(
      weights: [incidence, ones], biases: [[Double](repeating: 0, count: vertices)], slopes: [.relu],
      patterns: patterns)
  }
}

/// The maximum cut of a graph is the square of the Lipschitz constant of f(x) = 1ᵀ ρ(B x), exactly.
@Suite struct MaxCutTests {
  @Test(arguments: Graph.all)
  func squareOfTheConstantIsTheMaximumCut(graph: Graph) throws {
    for patterns in [PatternSet.free, .attainable(.all)] {
      let result = try graph.problem(patterns).solve()
      #expect(result.isOptimal)
      #expect(result.enclosure.witness?.ratioSquared == Rational(Double(graph.maximumCut)), "\(patterns)")
    }
  }

  @Test(arguments: Graph.all.filter { $0.vertices <= 7 })
  func everyEngineFindsTheCut(graph: Graph) throws {
    for engine in Engine.forAttainable {
      let result = try graph.problem(.attainable(.all)).solve(SearchSettings(engine: engine))
      #expect(result.enclosure.witness?.ratioSquared == Rational(Double(graph.maximumCut)), "\(engine)")
      #expect(result.isOptimal, "\(engine)")
    }
  }
}
