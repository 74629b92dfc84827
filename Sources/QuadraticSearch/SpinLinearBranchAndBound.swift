import LinearProgramming
import RandomNumbers
import TreeSearch

/// Best-first branch and cut with odd-cycle inequalities (Barahona, Jünger and Reinelt 1989; Liers, Jünger, Reinelt and
/// Rinaldi 2004): for sparse problems, where the relaxation of the cut polytope is tight and small.
///
///     while an open node may hold a better value:
///       take the one with the largest bound; branch on an edge whose ends are nearest to undecided: equal or opposite
///       spins; bound both children; keep what may be better
///
/// All bounds are proved in integers. Nodes whose open edges join few components are enumerated.
final class SpinLinearBranchAndBound<Scalar: FixedWidthInteger & SignedInteger & Sendable>: Sendable {
  /// A part of the search space, without any state of GLPK.
  struct Node: SpinNode {
    let energyBound: Int128
    /// Terms 2e + x_e.
    let decisions: [Int32]
    /// The edge to branch on; nil for the root, which is still to be bounded.
    let branching: Int?

    /// Rounded to nearest: larger bounds never become smaller ones.
    var bound: Double { Double(energyBound) }
    var footprint: Int { 80 + MemoryLayout<Int32>.stride * decisions.count }
    var lightened: Node { self }
    /// The youngest node's program is nearest to the present one.
    static var prefersYoungest: Bool { true }
  }

  static var edgeLimit: Int { 20_000 }
  private static var enumerationLimit: Int { 10 }
  /// How often GLPK may fail fatally before a worker goes on without it.
  private static var failureLimit: Int { 3 }

  /// Where this engine is the one to take, as measured against the semidefinite one: up to 4.5 neighbours a spin, or 6.5
  /// where the graph is made of triangles and squares, as grids are in two and three dimensions, with fields or without.
  static func suits(_ form: SpinForm<Scalar>) -> Bool {
    let edges = Double(form.edges)
    let vertices = Double(form.spins + (form.hasFields ? 1 : 0))
    guard form.edges <= edgeLimit, edges <= 3.25 * vertices else { return false }
    if edges <= 2.25 * vertices { return true }
    let short = ShortCycles(CutGraph(form))
    return Double(short.triangles.count + short.squares.count) >= 0.75 * edges
  }

  private let form: SpinForm<Scalar>
  private let graph: CutGraph
  private let limits: SearchLimits
  private let incumbent: SpinIncumbent<Scalar>
  private let seed: UInt64
  private let tripwire: Tripwire?
  private let tabu: TabuSearch<Scalar>

  init(
    form: SpinForm<Scalar>, limits: SearchLimits, incumbent: SpinIncumbent<Scalar>, seed: UInt64,
    tripwire: [Int8]?
  ) {
    self.form = form
    self.limits = limits
    self.incumbent = incumbent
    self.seed = seed
    graph = CutGraph(form)
    let graph = graph
    self.tripwire = tripwire.map { Tripwire(graph, spins: $0) }
    tabu = TabuSearch(form: form)
  }

  /// The heuristic's spins, and the root, not yet bounded.
  func root() -> [Node] {
    var random = SplitMix64(seed: seed)
    incumbent.seed(tabu, limits, &random)
    return graph.edges.isEmpty ? [] : [Node(energyBound: graph.absoluteSum, decisions: [], branching: nil)]
  }

  func isValid(_ node: Node) -> Bool {
    let terms = 0..<Int32(2 * graph.edges.count)
    return node.decisions.allSatisfy(terms.contains)
      && node.branching.map(graph.edges.indices.contains) ?? true
  }

  /// One worker: its program, made anew where GLPK fails.
  func work(_ work: NodePool<Node>.Work) {
    for attempt in 0...Self.failureLimit {
      do throws(GLPKFailure) {
        try CutPolytopeRelaxation.with(graph, tripwire: tripwire) {
          relaxation, program throws(GLPKFailure) in
          let isLast = attempt == Self.failureLimit
          var isBroken = false
          work({ isLast || !isBroken }) { node in
            let children = expand(node, &relaxation, &program)
            isBroken = relaxation.isBroken
            return children
          }
        }
      } catch {
        // The program could not be made: the next attempt makes another.
        continue
      }
    }
  }

  /// The parts of a node, as far as they are still of interest.
  private func expand(
    _ node: Node, _ relaxation: inout CutPolytopeRelaxation, _ program: inout CuttingPlaneProgram
  ) -> [Node] {
    // From the node alone, as far as the program allows.
    var random = SplitMix64(seed: seed ^ Fingerprint(node.decisions).value)
    guard let branching = node.branching else {
      return [visit([], inherited: node.energyBound, &relaxation, &program, &random)].compactMap { $0 }
    }
    var children: [Node] = []
    for value in [false, true] {
      let decisions = node.decisions + [OddCycleInequality.term(branching, inF: value)]
      if let child = visit(decisions, inherited: node.energyBound, &relaxation, &program, &random) {
        children.append(child)
      }
    }
    // Only now: the last node that the limit allows is worked off like the others.
    limits.statistics.nodes += 1
    return children
  }

  /// Bounds a part; nil where it can be pruned or was enumerated.
  private func visit(
    _ decisions: [Int32], inherited: Int128, _ relaxation: inout CutPolytopeRelaxation,
    _ program: inout CuttingPlaneProgram, _ random: inout SplitMix64
  ) -> Node? {
    let fixed = FixedEdges(graph, decisions: decisions)
    if enumerate(fixed) { return nil }
    let before = (solutions: relaxation.solutions, iterations: relaxation.iterations)
    let relaxed = relaxation.bound(
      fixed, inherited: inherited, cutoff: incumbent.integerCutoff, program: &program,
      shouldStop: limits.shouldStop
    ) { x in
      incumbent.offer(tabu.improve(spins(near: x), &random, patience: form.spins))
      return incumbent.integerCutoff
    }
    limits.statistics.relaxations += relaxation.solutions - before.solutions
    limits.statistics.iterations += relaxation.iterations - before.iterations
    if let excluded = relaxed.excluded { incumbent.settle(excluded) }
    if relaxed.isDone {
      // What reduced costs contradict is below the cutoff, and settled with what they excluded.
      if relaxed.bound < incumbent.integerCutoff { incumbent.settle(relaxed.bound) }
      return nil
    }
    if enumerate(relaxed.fixed) { return nil }
    return Node(
      energyBound: relaxed.bound, decisions: relaxed.fixed.decisions, branching: branchingEdge(relaxed))
  }

  /// The edge nearest to 1/2, heavier ones first: weights halve the tree of parity problems and cost nothing elsewhere.
  private func branchingEdge(_ relaxed: CutPolytopeRelaxation.Result) -> Int {
    let heaviest = Double(graph.edges.reduce(0) { max($0, abs($1.weight)) })
    func score(_ e: Int) -> Double {
      let weight = abs(Double(graph.edges[e].weight)) / heaviest
      guard let x = relaxed.point else { return weight }
      return min(x[e], 1 - x[e]) + 0.3 * weight
    }
    let free = relaxed.fixed.freeEdges
    return free.max { (score($0), $1) < (score($1), $0) } ?? free[0]
  }

  /// Spins that agree with x where it is most decided: along a forest of maximum weight |x - 1/2|.
  private func spins(near x: [Double]) -> [Int8] {
    let forest = SpanningForest(graph, heaviest: x)
    let signs = forest.differs.map { $0 ? Int8(-1) : 1 }
    // The anchor is +1.
    let anchor = form.hasFields ? signs[form.spins] : 1
    let anchorRoot = form.hasFields ? forest.root[form.spins] : -1
    return (0..<form.spins).map { forest.root[$0] == anchorRoot ? signs[$0] * anchor : signs[$0] }
  }

  /// Enumerates a part of the space whose open edges join few components.
  ///
  /// - Returns: whether that was done.
  private func enumerate(_ fixed: FixedEdges) -> Bool {
    guard let contracted = ContractedForm(form, graph, fixed, limit: Self.enumerationLimit) else {
      return false
    }
    incumbent.offer(contracted.maximum)
    return true
  }
}

extension SpinLinearBranchAndBound.Node {
  private enum CodingKeys: CodingKey { case bound, decisions, branching }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    guard let bound = Int128(try values.decode(String.self, forKey: .bound)) else {
      throw DecodingError.dataCorruptedError(forKey: .bound, in: values, debugDescription: "not an integer")
    }
    energyBound = bound
    decisions = try values.decode([Int32].self, forKey: .decisions)
    branching = try values.decodeIfPresent(Int.self, forKey: .branching)
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode("\(energyBound)", forKey: .bound)
    try values.encode(decisions, forKey: .decisions)
    try values.encodeIfPresent(branching, forKey: .branching)
  }
}
