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
    var found: [PartialPattern] = []
    var nodes = 0
    let isComplete = oracle.walk(from: root) { _ in
      nodes += 1
      return nodes <= limit && !settings.isInterrupted() && !isLate()
    } cell: {
      found.append($0.pattern)
    } thin: { _ in
      false
    }
    return isComplete ? found : nil
  }

  /// At least ‖J(σ)‖ for each of these patterns of a network with the same first hidden layers; units of later ones are on.
  package func upperBound(over patterns: [PartialPattern]) -> Double {
    patterns.reduce(0) { bound, pattern in
      let missing = repeatElement(Phase.on, count: units - pattern.count)
      return max(bound, normUpperBound(pattern + missing, enough: bound))
    }
  }
}
