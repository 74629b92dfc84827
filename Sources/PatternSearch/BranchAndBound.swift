import HeapModule
import LinearAlgebra
import RandomNumbers

/// Best-first branch and bound over partial patterns.
///
///     while an open node's bound exceeds the cutoff:
///       take the one with the largest bound; branch on a unit
///       for both phases: drop what is not attainable; bound by the semidefinite relaxation; keep what may be better
///
/// Free patterns branch on any unit. Attainable ones branch in layer order, so that every node is a cell: an open
/// polyhedron on which all earlier layers are affine.
struct BranchAndBound {
  private struct Node: Comparable {
    let bound: Double
    /// Ties are broken by age, so that runs repeat.
    let serial: Int
    /// What the relaxation takes as decided.
    let pattern: PartialPattern
    let multipliers: [Double]
    let cell: Cell?
    /// The flat unit to branch on.
    let unit: Int

    static func < (a: Node, b: Node) -> Bool { (a.bound, -a.serial) < (b.bound, -b.serial) }
    static func == (a: Node, b: Node) -> Bool { a.serial == b.serial }
  }

  private let state: SearchState
  private let problem: PatternProblem
  private let relaxation: SemidefiniteRelaxation
  private let localSearch: LocalSearch
  private var oracle: CellOracle
  private var queue = Heap<Node>()
  private var serial = 0

  init(state: SearchState) {
    self.state = state
    problem = state.problem
    relaxation = SemidefiniteRelaxation(problem: problem)
    localSearch = LocalSearch(problem: problem)
    oracle = CellOracle(problem: problem)
  }

  /// Runs to the asked gap or a limit; returns the largest bound still open.
  mutating func run() -> Double {
    let seed = state.settings.seed
    if problem.isAttainable {
      // The larger the network, the more a good first incumbent saves.
      let count = min(2000, 100 * problem.units)
      for point in problem.samplePoints(count: count, seed: seed, usual: state.settings.usualInputs) {
        if state.shouldStop() { break }
        state.offer(point: point)
      }
      guard let root = oracle.root(seed: seed) else { return state.relaxedBound(nil) }
      visit(cell: root, parent: nil)
    } else {
      seedIncumbents(seed)
      visit(pattern: PartialPattern(repeating: .undecided, count: problem.units), cell: nil, parent: nil)
    }
    while let node = queue.max, node.bound > state.cutoff {
      if state.shouldStop() { break }
      queue.removeMax()
      state.statistics.nodes += 1
      state.reportProgress(openBound: node.bound, open: queue.count)
      branch(node)
    }
    state.statistics.linearPrograms = oracle.linearPrograms
    state.statistics.exactDecisions = oracle.exactDecisions
    return queue.max?.bound ?? 0
  }

  private func seedIncumbents(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for start in 0..<8 where !state.shouldStop() {
      let pattern = (0..<problem.units).map { _ in start == 0 || random.next() & 1 == 0 ? Phase.on : .off }
      state.offer(pattern: localSearch.alternate(from: pattern, shouldStop: state.shouldStop))
    }
  }

  private mutating func branch(_ node: Node) {
    for phase in [Phase.on, .off] {
      if let cell = node.cell {
        let layer = cell.forms.layer
        let crossing = cell.crossing.first { problem.unitRange(layer).lowerBound + $0.unit == node.unit }!
        guard let child = oracle.side(of: cell, at: crossing, phase: phase) else {
          state.settleThin(bound: node.bound)
          continue
        }
        visit(cell: child, parent: node)
      } else {
        var pattern = node.pattern
        pattern[node.unit] = phase
        visit(pattern: pattern, cell: nil, parent: node)
      }
    }
  }

  /// Bounds a cell and keeps it if it may be better.
  private mutating func visit(cell: Cell, parent: Node?) {
    state.statistics.cells += 1
    state.offer(point: cell.point)
    let pattern = SymbolicBounds(problem: problem).deciding(more: cell)
    visit(pattern: pattern, cell: cell, parent: parent)
  }

  private mutating func visit(pattern: PartialPattern, cell: Cell?, parent: Node?) {
    let inherited = parent?.bound ?? .infinity
    guard pattern.contains(.undecided) else {
      // Evaluated: one pattern is left.
      state.settle(pattern: pattern, at: cell?.point, inherited: inherited)
      return
    }
    let result = relaxation.bound(
      pattern, cutoff: state.cutoff, warm: parent.map { ($0.multipliers, $0.bound) }, patience: 0.1,
      shouldStop: state.shouldStop)
    state.statistics.relaxations += 1
    state.statistics.newtonSteps += result.newtonSteps
    let bound = min(inherited, result.bound)
    if cell == nil, !state.shouldStop() { offerRounded(result, pattern: pattern) }
    guard bound > state.cutoff else {
      state.settle(bound: bound)
      return
    }
    push(pattern: pattern, cell: cell, bound: bound, result: result)
  }

  /// The relaxed slopes rounded, then improved.
  private func offerRounded(_ result: SemidefiniteRelaxation.Result, pattern: PartialPattern) {
    var rounded = pattern.map { $0 == .undecided ? Phase.off : $0 }
    for (unit, slope, _) in result.units { rounded[unit] = slope > 0.5 ? .on : .off }
    state.offer(pattern: localSearch.alternate(from: rounded, shouldStop: state.shouldStop))
  }

  private mutating func push(
    pattern: PartialPattern, cell: Cell?, bound: Double, result: SemidefiniteRelaxation.Result
  ) {
    guard let unit = branchingUnit(pattern: pattern, cell: cell, result: result) else {
      state.settleThin(bound: bound)
      return
    }
    serial += 1
    queue.insert(
      Node(
        bound: bound, serial: serial, pattern: pattern, multipliers: result.multipliers, cell: cell,
        unit: unit))
  }

  /// The unit that carries most of the relaxation's gap; of the frontier layer where patterns must be attainable.
  private func branchingUnit(
    pattern: PartialPattern, cell: Cell?, result: SemidefiniteRelaxation.Result
  ) -> Int? {
    guard let cell else {
      return result.units.max { $0.weight < $1.weight }?.unit ?? pattern.firstIndex(of: .undecided)
    }
    let base = problem.unitRange(cell.forms.layer).lowerBound
    let candidates = Set(cell.crossing.map { base + $0.unit })
    return result.units.filter { candidates.contains($0.unit) }.max { $0.weight < $1.weight }?.unit
      ?? candidates.min()
  }
}
