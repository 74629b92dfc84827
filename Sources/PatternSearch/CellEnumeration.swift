/// Visits every full-dimensional cell of the domain, depth first, one unit after another in layer order, with the
/// attainability oracle deciding each phase. No pruning: it counts the linear regions, too.
struct CellEnumeration {
  let state: SearchState
  var oracle: CellOracle

  init(state: SearchState) {
    self.state = state
    oracle = CellOracle(problem: state.problem)
  }

  /// Returns the largest bound still open: infinite where a limit stopped the enumeration, 0 where it is complete.
  mutating func run() -> Double {
    guard let root = oracle.root(seed: state.settings.seed).cell else { return state.relaxedBound(nil) }
    return run(from: root)
  }

  mutating func run(from root: Cell) -> Double {
    var stack = [root]
    while let cell = stack.popLast() {
      if state.shouldStop() { return .infinity }
      state.statistics.nodes += 1
      state.reportProgress(openBound: .infinity, open: stack.count)
      guard let crossing = cell.crossing.first else {
        state.statistics.cells += 1
        state.settle(pattern: cell.pattern, at: cell.point)
        continue
      }
      for phase in [Phase.off, .on] {
        if let side = oracle.side(of: cell, at: crossing, phase: phase).cell {
          stack.append(side)
        } else {
          state.settleThin(bound: state.relaxedBound(cell.pattern))
        }
      }
    }
    state.statistics.linearPrograms = oracle.linearPrograms
    state.statistics.exactDecisions = oracle.exactDecisions
    return 0
  }
}
