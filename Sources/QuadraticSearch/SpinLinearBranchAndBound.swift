import HeapModule
import LinearProgramming
import RandomNumbers

/// Best-first branch and cut with odd-cycle inequalities (Barahona, Jünger and Reinelt 1989; Liers, Jünger, Reinelt and
/// Rinaldi 2004): for sparse problems, where the relaxation of the cut polytope is tight and small.
///
///     while an open node may hold a better value:
///       take the one with the largest bound; branch on an edge whose ends are nearest to undecided: equal or opposite
///       spins; bound both children; keep what may be better
///
/// All bounds are proved in integers. Nodes whose open edges join few components are enumerated.
struct SpinLinearBranchAndBound<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  /// A part of the search space, without any state of GLPK.
  struct Node: Sendable, Codable, Comparable {
    var bound: Int128
    /// Ties: the youngest first, whose program is nearest to the present one.
    var serial: Int
    /// Terms 2e + x_e.
    var decisions: [Int32]
    var branching: Int

    static func < (a: Node, b: Node) -> Bool { (a.bound, a.serial) < (b.bound, b.serial) }
    static func == (a: Node, b: Node) -> Bool { a.serial == b.serial }
  }

  static var edgeLimit: Int { 20_000 }
  private static var enumerationLimit: Int { 10 }
  private static var initialRestarts: Int { 20 }
  /// How often GLPK may fail fatally before the search goes on without it.
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
  private let relativeGap: Double
  private let goal: Scalar?
  private let tripwire: Tripwire?
  private let report: (Scalar, Scalar, Int) -> Void
  private let tabu: TabuSearch<Scalar>
  private var random: SplitMix64
  private var queue = Heap<Node>()
  private var serial = 0
  private var isRootDone = false
  private(set) var best: (energy: Scalar, spins: [Int8])
  /// The largest bound of what was pruned; nil before.
  private var settled: Int128?

  init(
    form: SpinForm<Scalar>, limits: SearchLimits, settings: QuadraticSettings, goal: Scalar?,
    report: @escaping (Scalar, Scalar, Int) -> Void
  ) {
    self.form = form
    self.limits = limits
    self.goal = goal
    self.report = report
    relativeGap = settings.relativeGap
    graph = CutGraph(form)
    let graph = graph
    tripwire = settings.knownOptimum.map { Tripwire(graph, spins: $0) }
    tabu = TabuSearch(form: form)
    random = SplitMix64(seed: settings.seed)
    let start = [Int8](repeating: 1, count: form.spins)
    best = (form.energy(start), start)
  }

  /// A part of the search space whose bound is below this holds nothing better, or nothing that is asked for.
  private var cutoff: Int128 {
    let gap = (relativeGap * abs(Double(best.energy))).rounded(.down)
    let next = Int128(best.energy) + max(Int128(form.step), gap < 0x1p120 ? Int128(gap) + 1 : 0)
    return max(next, goal.map { Int128($0) } ?? next)
  }

  private var isDone: Bool { goal.map { best.energy >= $0 } ?? false }

  /// Runs to the end or a limit.
  ///
  /// - Returns: An upper bound on E over all that was not enumerated; nil where everything was. E is at most the larger
  ///   of this and the best energy.
  mutating func run() -> Scalar? {
    for _ in 0..<Self.initialRestarts where !isDone && !limits.shouldStop() {
      limits.statistics.restarts += 1
      offer(tabu.restart(&random, shouldStop: limits.shouldStop))
    }
    guard !graph.edges.isEmpty else { return nil }
    for attempt in 0...Self.failureLimit where attempt == 0 || isUnfinished {
      do throws(GLPKFailure) {
        try CutPolytopeRelaxation.with(graph, tripwire: tripwire) {
          relaxation, program throws(GLPKFailure) in
          search(&relaxation, &program, untilBroken: attempt < Self.failureLimit)
        }
      } catch {
        // The program could not be made: the next attempt makes another.
        continue
      }
    }
    var bound = settled
    if !isRootDone { bound = graph.absoluteSum }
    if let open = queue.max?.bound { bound = bound.map { max($0, open) } ?? open }
    return bound.map { form.roundedDown(Scalar(clamping: $0)) }
  }

  private var isUnfinished: Bool {
    !isDone && limits.stop == nil && (!isRootDone || queue.max.map { $0.bound >= cutoff } ?? false)
  }

  private mutating func search(
    _ relaxation: inout CutPolytopeRelaxation, _ program: inout CuttingPlaneProgram, untilBroken: Bool
  ) {
    if !isRootDone {
      isRootDone = true
      if let root = visit([], inherited: graph.absoluteSum, &relaxation, &program) { queue.insert(root) }
    }
    while let node = queue.max, node.bound >= cutoff, !isDone, !(untilBroken && relaxation.isBroken) {
      if limits.shouldStop() { break }
      queue.removeMax()
      report(best.energy, form.roundedDown(Scalar(clamping: node.bound)), queue.count)
      for child in expand(node, &relaxation, &program) { queue.insert(child) }
      // Only now: the last node that the limit allows is worked off like the others.
      limits.statistics.nodes += 1
    }
  }

  /// The two halves of a node, as far as they are still of interest.
  private mutating func expand(
    _ node: Node, _ relaxation: inout CutPolytopeRelaxation, _ program: inout CuttingPlaneProgram
  ) -> [Node] {
    [false, true].compactMap { value in
      visit(
        node.decisions + [OddCycleInequality.term(node.branching, inF: value)], inherited: node.bound,
        &relaxation, &program)
    }
  }

  private mutating func visit(
    _ decisions: [Int32], inherited: Int128, _ relaxation: inout CutPolytopeRelaxation,
    _ program: inout CuttingPlaneProgram
  ) -> Node? {
    let fixed = FixedEdges(graph, decisions: decisions)
    if enumerate(fixed) { return nil }
    let before = (solutions: relaxation.solutions, iterations: relaxation.iterations)
    let relaxed = relaxation.bound(
      fixed, inherited: inherited, cutoff: cutoff, program: &program, shouldStop: limits.shouldStop
    ) { x in
      offer(tabu.improve(spins(near: x), &random, patience: form.spins))
      return cutoff
    }
    limits.statistics.relaxations += relaxation.solutions - before.solutions
    limits.statistics.iterations += relaxation.iterations - before.iterations
    if let excluded = relaxed.excluded { settle(excluded) }
    if relaxed.isDone {
      // What reduced costs contradict is below the cutoff, and settled with what they excluded.
      if relaxed.bound < cutoff { settle(relaxed.bound) }
      return nil
    }
    if enumerate(relaxed.fixed) { return nil }
    serial += 1
    return Node(
      bound: relaxed.bound, serial: serial, decisions: relaxed.fixed.decisions,
      branching: branchingEdge(relaxed))
  }

  private mutating func settle(_ bound: Int128) { settled = max(settled ?? bound, bound) }

  private mutating func offer(_ candidate: (energy: Scalar, spins: [Int8])) {
    if candidate.energy > best.energy { best = candidate }
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
  private mutating func enumerate(_ fixed: FixedEdges) -> Bool {
    guard let contracted = ContractedForm(form, graph, fixed, limit: Self.enumerationLimit) else {
      return false
    }
    offer(contracted.maximum)
    return true
  }
}
