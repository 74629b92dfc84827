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
    /// In a proof, the node's number, and what its bound rests on.
    var proofNode = 0
    var evidence: LinearEvidence?

    /// Rounded to nearest: larger bounds never become smaller ones.
    var bound: Double { Double(energyBound) }
    var footprint: Int {
      80 + MemoryLayout<Int32>.stride * decisions.count + (evidence?.footprint ?? 0)
    }
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
  private let proof: SpinPartProof<Scalar>?

  init(
    form: SpinForm<Scalar>, limits: SearchLimits, incumbent: SpinIncumbent<Scalar>, seed: UInt64,
    tripwire: [Int8]?, proof: SpinPartProof<Scalar>? = nil
  ) {
    self.proof = proof
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
    if graph.edges.isEmpty { proof?.sumOfMagnitudes() }
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
          relaxation.optimism = proof.map { Int128($0.optimism) } ?? 0
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
      return [visit([], as: node.proofNode, below: node, &relaxation, &program, &random)].compactMap { $0 }
    }
    var children: [Node] = []
    let edge = graph.edges[branching]
    let proofNodes = proof?.branch(node.proofNode, edge.tail, edge.head) ?? (equal: 0, opposite: 0)
    for value in [false, true] where !value || proof?.skipsChild != true {
      let decisions = node.decisions + [OddCycleInequality.term(branching, inF: value)]
      let proofNode = value ? proofNodes.opposite : proofNodes.equal
      if let child = visit(decisions, as: proofNode, below: node, &relaxation, &program, &random) {
        children.append(child)
      }
    }
    // Only now: the last node that the limit allows is worked off like the others.
    limits.statistics.nodes += 1
    return children
  }

  /// Bounds a part; nil where it can be pruned or was enumerated.
  private func visit(
    _ decisions: [Int32], as proofNode: Int, below parent: Node,
    _ relaxation: inout CutPolytopeRelaxation, _ program: inout CuttingPlaneProgram,
    _ random: inout SplitMix64
  ) -> Node? {
    let fixed = FixedEdges(graph, decisions: decisions)
    if enumerate(fixed, as: proofNode) { return nil }
    let before = (solutions: relaxation.solutions, iterations: relaxation.iterations)
    let relaxed = relaxation.bound(
      fixed, inherited: parent.energyBound, evidence: parent.evidence, cutoff: incumbent.integerCutoff,
      program: &program, shouldStop: limits.shouldStop,
      willFix: proof.map { proof in
        { [graph] in proof.fix(proofNode, $0, $1, graph, cutoff: $2) }
      }
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
      if !relaxed.isContradictory {
        proof?.bounded(
          proofNode, relaxed.evidence, graph, bound: relaxed.bound, cutoff: incumbent.integerCutoff)
      }
      return nil
    }
    if enumerate(relaxed.fixed, as: proofNode) { return nil }
    return Node(
      energyBound: relaxed.bound, decisions: relaxed.fixed.decisions, branching: branchingEdge(relaxed),
      proofNode: proofNode, evidence: relaxed.evidence)
  }

  /// Proves the bound of a node that is open at the end.
  func close(_ node: Node) {
    proof?.bounded(
      node.proofNode, node.evidence, graph, bound: node.energyBound, cutoff: incumbent.integerCutoff)
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
  private func enumerate(_ fixed: FixedEdges, as proofNode: Int) -> Bool {
    guard let contracted = ContractedForm(form, graph, fixed, limit: Self.enumerationLimit) else {
      return false
    }
    incumbent.offer(contracted.maximum)
    proof?.eliminated(proofNode, openVertices(fixed), cutoff: incumbent.integerCutoff)
    return true
  }

  /// One vertex for each component with open edges, but for the anchor's.
  private func openVertices(_ fixed: FixedEdges) -> [Int] {
    var components = fixed.components
    let anchor = form.hasFields ? components.root(form.spins).root : -1
    let ends = fixed.freeEdges.flatMap { [graph.edges[$0].tail, graph.edges[$0].head] }
    return Set(ends.map { components.root($0).root }).subtracting([anchor]).sorted()
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
