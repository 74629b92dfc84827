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
    let state = state
    let isComplete = oracle.walk(from: root) { open in
      if state.shouldStop() { return false }
      state.statistics.nodes += 1
      state.reportProgress(openBound: .infinity, open: open)
      return true
    } cell: { cell in
      state.statistics.cells += 1
      state.settle(pattern: cell.pattern, at: cell.point)
    } thin: { parent in
      state.settleThin(bound: state.relaxedBound(parent.pattern))
      return true
    }
    guard isComplete else { return .infinity }
    state.statistics.linearPrograms = oracle.linearPrograms
    state.statistics.exactDecisions = oracle.exactDecisions
    return 0
  }
}

extension CellOracle {
  /// Visits the full-dimensional cells within one, depth first, until one of the closures says no.
  ///
  /// - Parameters:
  ///   - node: before each node, with the number of those still open beside it.
  ///   - cell: each cell on which all units are decided.
  ///   - thin: the cell of which one side holds no point in double precision.
  /// - Returns: whether all were visited.
  mutating func walk(
    from root: Cell, node: (_ open: Int) -> Bool, cell visit: (Cell) -> Void, thin: (Cell) -> Bool
  ) -> Bool {
    var stack = [root]
    while let cell = stack.popLast() {
      guard node(stack.count) else { return false }
      guard let crossing = cell.crossing.first else {
        visit(cell)
        continue
      }
      for phase in [Phase.off, .on] {
        if let side = side(of: cell, at: crossing, phase: phase).cell {
          stack.append(side)
        } else if !thin(cell) {
          return false
        }
      }
    }
    return true
  }
}
