/// The chordless cycles of three and four edges, listed once: the faces of a grid, the triangles of a dense graph.
struct ShortCycles: Sendable {
  private(set) var triangles: [(Int32, Int32, Int32)] = []
  private(set) var squares: [(Int32, Int32, Int32, Int32)] = []

  /// The lists are cut off at so many cycles; longer ones are found like any other cycle.
  private static var limit: Int { 400_000 }

  /// O(Σ degree²) steps, and one for each pair of two-edge paths between the same ends.
  init(_ graph: CutGraph) {
    var edgeTo = [Int32](repeating: -1, count: graph.vertices)
    var isNeighbour = [Bool](repeating: false, count: graph.vertices)
    /// The middles of the paths u - a - w, with their edges.
    var middles = [[(middle: Int, first: Int32, second: Int32)]](repeating: [], count: graph.vertices)
    for u in 0..<graph.vertices {
      for arc in graph.arcs[u] { edgeTo[arc.vertex] = Int32(arc.edge) }
      var ends: [Int] = []
      for arc in graph.arcs[u] where arc.vertex > u {
        for next in graph.arcs[arc.vertex] where next.vertex > u {
          if edgeTo[next.vertex] >= 0 {
            if next.vertex > arc.vertex, triangles.count < Self.limit {
              triangles.append((Int32(arc.edge), Int32(next.edge), edgeTo[next.vertex]))
            }
          } else {
            if middles[next.vertex].isEmpty { ends.append(next.vertex) }
            middles[next.vertex].append((arc.vertex, Int32(arc.edge), Int32(next.edge)))
          }
        }
      }
      for w in ends {
        let paths = middles[w]
        middles[w] = []
        for (k, a) in paths.enumerated() where squares.count < Self.limit {
          for arc in graph.arcs[a.middle] { isNeighbour[arc.vertex] = true }
          for b in paths[..<k] where !isNeighbour[b.middle] {
            squares.append((a.first, a.second, b.second, b.first))
          }
          for arc in graph.arcs[a.middle] { isNeighbour[arc.vertex] = false }
        }
      }
      for arc in graph.arcs[u] { edgeTo[arc.vertex] = -1 }
    }
  }

  /// Those whose best odd subset costs less than 1 - threshold: F holds the edges with x_e > 1/2, and where these are even in number,
  /// the edge nearest 1/2 changes sides. O(cycles).
  func violated(by x: [Double], threshold: Double, _ found: (_ terms: [Int32]) -> Void) {
    let costs = x.map { min($0, 1 - $0) }
    let limit = 1 - threshold
    func offer(_ edges: [Int32]) {
      var terms = edges.map { OddCycleInequality.term(Int($0), inF: x[Int($0)] > 0.5) }
      var cost = edges.reduce(0) { $0 + costs[Int($1)] }
      if terms.reduce(0, { $0 + $1 & 1 }) & 1 == 0 {
        let turned = edges.indices.max { costs[Int(edges[$0])] < costs[Int(edges[$1])] } ?? 0
        cost += 1 - 2 * costs[Int(edges[turned])]
        terms[turned] ^= 1
      }
      if cost < limit { found(terms) }
    }
    for (a, b, c) in triangles where costs[Int(a)] + costs[Int(b)] + costs[Int(c)] < limit {
      offer([a, b, c])
    }
    for (a, b, c, d) in squares
    where costs[Int(a)] + costs[Int(b)] + costs[Int(c)] + costs[Int(d)] < limit {
      offer([a, b, c, d])
    }
  }
}
