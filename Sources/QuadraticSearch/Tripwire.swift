/// A known optimum that no cut, fixing or bound of a search may exclude: a test that runs inside the search (the debug
/// solution of SCIP).
struct Tripwire {
  private let graph: CutGraph
  /// One sign a vertex, +1 for the anchor.
  private let signs: [Int8]
  private let cut: [Double]
  private let energy: Int128

  init(_ graph: CutGraph, spins: [Int8]) {
    self.graph = graph
    signs = spins + [1]
    cut = graph.cut(signs)
    energy = zip(graph.edges, cut).reduce(graph.sum) { $1.1 == 1 ? $0 - 2 * $1.0.weight : $0 }
  }

  func check(_ inequality: OddCycleInequality) {
    precondition(inequality.violation(cut) <= 0, "an inequality cuts off the known optimum")
  }

  func check(_ fixed: FixedEdges, bound: Int128) {
    precondition(bound >= energy || !fixed.contains(signs), "a bound excludes the known optimum")
  }

  /// - Parameter narrowed: nil where nothing was left.
  func check(_ fixed: FixedEdges, narrowedTo narrowed: FixedEdges?, cutoff: Int128) {
    precondition(
      energy < cutoff || !fixed.contains(signs) || narrowed?.contains(signs) == true,
      "a fixing excludes the known optimum")
  }
}
