import ExactArithmetic
import Generators
import Problems
import Testing

/// Max-cut families: closed forms against brute force, and the shape of the random graphs.
@Suite struct GraphTests {
  @Test func completeGraphs() throws {
    for n in 2...11 { try expectProvedOptimum("complete", ["n": "\(n)"]) }
  }

  @Test func cycles() throws {
    for n in 3...12 { try expectProvedOptimum("cycle", ["n": "\(n)"]) }
  }

  @Test func completeBipartiteGraphs() throws {
    for a in 1...5 {
      for b in 1...5 { try expectProvedOptimum("complete-bipartite", ["a": "\(a)", "b": "\(b)"]) }
    }
  }

  @Test func petersen() throws {
    try expectProvedOptimum("petersen", [:])
    let petersen = try graph("petersen")
    #expect(petersen.degrees == [Int](repeating: 3, count: 10))
    // Girth 5: no two neighbours are adjacent and no two vertices have two common neighbours.
    let neighbours = petersen.neighbours
    for i in 0..<10 {
      for j in 0..<i {
        #expect(neighbours[i].intersection(neighbours[j]).count == (neighbours[i].contains(j) ? 0 : 1))
      }
    }
  }

  @Test func hypercubes() throws {
    for d in 1...4 { try expectProvedOptimum("hypercube", ["d": "\(d)"]) }
  }

  @Test(arguments: [(3, 3), (3, 4), (4, 3), (3, 5), (5, 3), (4, 4)])
  func unitTori(rows: Int, columns: Int) throws {
    try expectProvedOptimum("torus-2d", ["rows": "\(rows)", "columns": "\(columns)"])
  }

  @Test func bipartiteWithTriangles() throws {
    for seed in 0..<10 as Range<UInt64> {
      for triangles in ["0", "1", "8", "40"] {
        let parameters = ["n": "9", "density": "0.5", "weight": "5", "triangles": triangles]
        try expectProvedOptimum("bipartite-planted", parameters, seed: seed)
      }
    }
    try expectProvedOptimum("bipartite-planted", ["n": "3", "triangles": "3"])
  }

  @Test(arguments: [(2, 1), (4, 3), (5, 2), (6, 3), (8, 7), (9, 4), (10, 3), (12, 5), (20, 15), (101, 50)])
  func regularGraphsAreRegularAndSimple(n: Int, d: Int) throws {
    for seed in 0..<5 as Range<UInt64> {
      let regular = try graph("regular", ["n": "\(n)", "d": "\(d)"], seed: seed)
      #expect(regular.degrees == [Int](repeating: d, count: n))
      #expect(regular.edges.allSatisfy { $0.coefficient == 1 })
    }
  }

  @Test func toriHaveTheRightDegreesAndWeights() throws {
    for (family, degree) in [("torus-2d-pm1", 4), ("torus-3d-pm1", 6)] {
      let torus = try graph(family, seed: 5)
      #expect(torus.degrees == [Int](repeating: degree, count: torus.vertices))
      #expect(Set(torus.edges.map(\.coefficient)) == [-1, 1])
    }
    for family in ["torus-2d-gauss", "torus-3d-gauss"] {
      let torus = try graph(family, seed: 5)
      #expect(torus.edges.allSatisfy { $0.coefficient.isInteger })
      let meanSquare =
        torus.edges.reduce(0) { $0 + $1.coefficient.squared.approximation }
        / Double(torus.edges.count)
      #expect(abs(meanSquare.squareRoot() - 100_000) < 20_000)
    }
  }

  @Test func densitiesAndWeights() throws {
    let pairs = 780.0  // 40 vertices
    #expect(try graph("gnp", ["n": "40", "p": "0"]).edges.isEmpty)
    #expect(try graph("gnp", ["n": "40", "p": "1"]).edges.count == 780)
    for (family, density, weights) in [
      ("g05", 0.5, 1...1), ("pm1s", 0.1, -1...1), ("pm1d", 0.99, -1...1), ("w", 0.5, -10...10),
      ("pw", 0.5, 0...10),
    ] {
      let drawn = try graph(family, ["n": "40"], seed: 4)
      // Weights of 0 are dropped; four standard deviations.
      let expected = density * (family == "w" ? 20.0 / 21 : family == "pw" ? 10.0 / 11 : 1)
      let deviation = (pairs * expected * (1 - expected)).squareRoot()
      #expect(abs(Double(drawn.edges.count) - pairs * expected) < 4 * deviation + 1, "\(family)")
      let range = Rational(weights.lowerBound)...Rational(weights.upperBound)
      #expect(drawn.edges.allSatisfy { range.contains($0.coefficient) }, "\(family)")
    }
  }
}

extension MaxCut {
  var neighbours: [Set<Int>] {
    edges.reduce(into: [Set<Int>](repeating: [], count: vertices)) {
      $0[$1.i].insert($1.j)
      $0[$1.j].insert($1.i)
    }
  }

  var degrees: [Int] { neighbours.map(\.count) }
}
