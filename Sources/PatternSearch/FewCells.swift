extension PatternProblem {
  /// The patterns of all full-dimensional cells of the domain, for several questions about one small box: cells do not depend on
  /// what comes after the last hidden layer.
  ///
  /// - Parameter limit: of the nodes visited.
  /// - Returns: nil where there are more or the settings say stop, no input varies, or a cell is too thin to tell.
  package func fewCells(limit: Int, settings: SearchSettings) -> [PartialPattern]? {
    guard case .attainable(let domain) = patterns, domain != .all, !freeInputs.isEmpty else { return nil }
    guard hiddenLayers > 0 else { return [[]] }
    let start = ContinuousClock.now
    func isLate() -> Bool {
      settings.timeLimit.map { (ContinuousClock.now - start) / .seconds(1) >= $0 } ?? false
    }
    var oracle = CellOracle(problem: self)
    guard let root = oracle.root(seed: settings.seed).cell else { return nil }
    var stack = [root]
    var found: [PartialPattern] = []
    var nodes = 0
    while let cell = stack.popLast() {
      nodes += 1
      if nodes > limit || settings.isInterrupted() || isLate() { return nil }
      guard let crossing = cell.crossing.first else {
        found.append(cell.pattern)
        continue
      }
      for phase in [Phase.off, .on] {
        guard let side = oracle.side(of: cell, at: crossing, phase: phase).cell else { return nil }
        stack.append(side)
      }
    }
    return found
  }

  /// At least ‖J(σ)‖ for each of these patterns of a network with the same first hidden layers; units of later ones are on.
  package func upperBound(over patterns: [PartialPattern]) -> Double {
    patterns.reduce(0) { bound, pattern in
      let missing = repeatElement(Phase.on, count: units - pattern.count)
      return max(bound, normUpperBound(pattern + missing, enough: bound))
    }
  }
}
