/// The part of the search space where some edges are fixed: x_e = 0 joins the ends, x_e = 1 makes them opposite. What
/// follows around cycles is fixed, too.
struct FixedEdges: Sendable {
  private let graph: CutGraph
  private(set) var components: SignedComponents
  /// Terms 2e + x_e that lead here; none follows from those before it.
  private(set) var decisions: [Int32] = []
  /// x_e, or nil where it is open.
  private(set) var values: [Bool?]

  init(_ graph: CutGraph, decisions: [Int32]) {
    self.graph = graph
    components = SignedComponents(vertices: graph.vertices)
    values = [Bool?](repeating: nil, count: graph.edges.count)
    fix(decisions)
  }

  /// - Returns: false where the terms contradict one another or what is fixed: this part of the space is empty.
  @discardableResult
  mutating func fix(_ terms: [Int32]) -> Bool {
    for term in terms {
      let edge = graph.edges[OddCycleInequality.edge(term)]
      let differ = OddCycleInequality.isInF(term)
      if let known = components.relation(edge.tail, edge.head) {
        if known != differ { return false }
      } else {
        components.join(edge.tail, edge.head, differ: differ)
        decisions.append(term)
      }
    }
    for e in values.indices where values[e] == nil {
      values[e] = components.relation(graph.edges[e].tail, graph.edges[e].head)
    }
    return true
  }

  var freeEdges: [Int] { values.indices.filter { values[$0] == nil } }

  func contains(_ signs: [Int8]) -> Bool {
    decisions.allSatisfy {
      let edge = graph.edges[OddCycleInequality.edge($0)]
      return (signs[edge.tail] != signs[edge.head]) == OddCycleInequality.isInF($0)
    }
  }
}
