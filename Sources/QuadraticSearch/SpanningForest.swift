/// A spanning forest of those edges of a graph whose x is integral, or of maximum weight |x - 1/2|: with the rounded x it
/// gives spins, and cycles when an edge is added.
struct SpanningForest {
  /// The edge to the parent; -1 at a root.
  private(set) var edge: [Int]
  private(set) var parent: [Int]
  private(set) var depth: [Int]
  private(set) var root: [Int]
  /// Whether a vertex differs from its root, by the rounded x.
  private(set) var differs: [Bool]
  /// Roots before leaves.
  private(set) var order: [Int] = []

  /// The forest of maximum weight, by Kruskal's method. O(m log m).
  init(_ graph: CutGraph, heaviest x: [Double]) {
    var components = SignedComponents(vertices: graph.vertices)
    var isTree = [Bool](repeating: false, count: graph.edges.count)
    let weights = x.map { abs($0 - 0.5) }
    for e in x.indices.sorted(by: { (weights[$0], $1) > (weights[$1], $0) }) {
      let edge = graph.edges[e]
      isTree[e] = components.join(edge.tail, edge.head)
    }
    self.init(graph, x) { isTree[$0] }
  }

  /// Breadth first, so that paths are short.
  init(_ graph: CutGraph, _ x: [Double], where isUsable: (Int) -> Bool) {
    edge = [Int](repeating: -1, count: graph.vertices)
    parent = edge
    depth = [Int](repeating: -1, count: graph.vertices)
    root = edge
    differs = [Bool](repeating: false, count: graph.vertices)
    order.reserveCapacity(graph.vertices)
    for start in 0..<graph.vertices where depth[start] < 0 {
      depth[start] = 0
      root[start] = start
      var next = order.count
      order.append(start)
      while next < order.count {
        let u = order[next]
        next += 1
        for arc in graph.arcs[u] where depth[arc.vertex] < 0 && isUsable(arc.edge) {
          let v = arc.vertex
          (edge[v], parent[v], depth[v], root[v]) = (arc.edge, u, depth[u] + 1, start)
          differs[v] = differs[u] != (x[arc.edge] > 0.5)
          order.append(v)
        }
      }
    }
  }

  /// The tree's terms from u to v in the same tree, x rounded.
  func path(_ u: Int, _ v: Int, _ x: [Double]) -> [Int32] {
    var (a, b) = (u, v)
    var (up, down): ([Int32], [Int32]) = ([], [])
    func term(_ vertex: Int) -> Int32 { OddCycleInequality.term(edge[vertex], inF: x[edge[vertex]] > 0.5) }
    while a != b {
      if depth[a] >= depth[b] {
        up.append(term(a))
        a = parent[a]
      } else {
        down.append(term(b))
        b = parent[b]
      }
    }
    return up + down.reversed()
  }
}
