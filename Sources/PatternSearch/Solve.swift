extension PatternProblem {
  /// The largest network for which `auto` enumerates free patterns.
  private static let enumerationLimit = 12
  /// The largest rank for which `auto` searches over support directions.
  private static let zonotopeLimit = 6
  private static let rankWidth = 200

  /// The engine `auto` takes, and why.
  public func automaticEngine() -> (engine: Engine, explanation: String) {
    if hiddenLayers == 0 { return (.enumerate, "one affine layer: the constant is its spectral norm") }
    if isAttainable, freeInputs.count == 2 {
      return (.cells, "two inputs: all \(units) units cut the plane into polygons, each visited once")
    }
    if isAttainable, freeInputs.count == 1 {
      return (.cells, "one input: the kinks of \(units) units cut the line into intervals, each visited once")
    }
    if !isAttainable, norm == .two, units <= Self.enumerationLimit, BalancedChain(chain).isUsable {
      return (.enumerate, "\(units) units: all \(1 << units) patterns")
    }
    // Beyond this width the decomposition that finds the rank takes longer than it is likely to save.
    if max(freeInputs.count, outputs) <= Self.rankWidth, let rank = ZonotopeForm(self)?.rank,
      rank <= Self.zonotopeLimit
    {
      return (
        .zonotope,
        "\(units) units, J is a vector of rank \(rank): best-first branch and bound over the support direction"
      )
    }
    return (
      .semidefinite,
      "\(units) units, \(freeInputs.count) inputs: best-first branch and bound with the semidefinite relaxation"
    )
  }

  /// Solves the problem: an enclosure of the maximum of ‖J(σ)‖₂, a witness, and why the search ended.
  ///
  /// Anytime: limits and interruption leave a valid enclosure. Deterministic for a given seed (node counts; not the
  /// clock). Exponential in the number of units in the worst case: the problem is NP-hard (Theorem 2 of the paper).
  ///
  /// - Throws: `UnsupportedSearch` where the chosen engine does not apply; `CheckpointError` where a checkpoint cannot be
  ///   read or written.
  public func solve(
    _ settings: SearchSettings = SearchSettings(), sink: @escaping SearchSink = { _ in }
  ) throws -> SearchResult {
    var (engine, explanation) = automaticEngine()
    if let chosen = settings.engine, chosen != engine {
      engine = chosen
      explanation = "engine \(chosen.rawValue) was asked for"
    }
    if settings.threshold != nil, engine == .enumerate, hiddenLayers > 0 {
      engine = .semidefinite
      explanation = "a threshold is decided by branch and bound, which settles ties in exact arithmetic"
    }
    if settings.proof != nil, hiddenLayers > 0, engine != .semidefinite {
      if let chosen = settings.engine, chosen != .semidefinite {
        throw UnsupportedSearch(
          description: "engine \(chosen.rawValue) writes no certificates; leave the engine to auto")
      }
      engine = .semidefinite
      explanation =
        "\(units) units, \(freeInputs.count) inputs: branch and bound, whose every step a certificate can hold"
    }
    let state = SearchState(problem: self, settings: settings, sink: sink)
    state.offerStartingPoints()
    let open = try run(engine, state)
    return state.result(openBound: open, engine: engine, explanation: explanation)
  }

  /// The middle of the box, or the origin.
  var centre: [Double] {
    freeBox?.centre ?? [Double](repeating: 0, count: freeInputs.count)
  }

  private func run(_ engine: Engine, _ state: SearchState) throws -> Double {
    if freeInputs.isEmpty { return 0 }
    if hiddenLayers == 0 {
      state.settle(pattern: [], at: isAttainable ? centre : nil)
      return 0
    }
    switch engine {
    case .enumerate:
      var enumeration = try Enumeration(state: state)
      return enumeration.run()
    case .cells:
      guard isAttainable else {
        throw UnsupportedSearch(
          description: "engine cells is for attainable patterns; use enumerate or semidefinite")
      }
      if freeInputs.count == 2 {
        var cells = PlanarCells(state: state)
        return cells.run()
      }
      var cells = CellEnumeration(state: state)
      return cells.run()
    case .semidefinite:
      return try BranchAndBound(state: state).run()
    case .zonotope: return try Zonotope(state: state).run()
    case .milp:
      var programs = try LipMIP(state: state)
      return try programs.run()
    case .elimination, .linear:
      throw UnsupportedSearch(
        description:
          "engine \(engine.rawValue) takes two ReLU layers whose Jacobian is a vector: one output (with nonnegative weights, "
          + "unless the patterns are free), or one input and free patterns; use --engine semidefinite")
    }
  }
}
