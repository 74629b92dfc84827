import LinearAlgebra

/// All 2^N patterns in Gray code order; for attainable patterns, the largest attainable one, tested from the top.
struct Enumeration {
  let state: SearchState
  private let problem: PatternProblem

  /// The largest N it takes on.
  static let unitLimit = 24

  init(state: SearchState) throws(UnsupportedSearch) {
    self.state = state
    problem = state.problem
    guard problem.units <= Self.unitLimit else {
      throw UnsupportedSearch(
        description:
          "engine enumerate takes at most \(Self.unitLimit) hidden units, this network has \(problem.units);"
          + " use --engine semidefinite")
    }
  }

  /// Returns the largest bound still open.
  mutating func run() -> Double {
    problem.isAttainable ? runAttainable() : runFree()
  }

  /// Visits pattern k ⊕ (k >> 1) for k = 0 … 2^N - 1, with ‖J‖ kept up to date by rank-one changes where K = 2.
  private func forEachPattern(_ visit: (_ code: UInt32, _ norm: Double) -> Void) -> Bool {
    var pattern = PartialPattern(repeating: .off, count: problem.units)
    var jacobian = problem.jacobian(pattern)
    let slopes = problem.slopes.first
    for k in 0..<(UInt32(1) << problem.units) {
      if k & 0xFFF == 0, state.shouldStop() { return false }
      if k > 0 {
        let unit = k.trailingZeroBitCount
        pattern[unit] = pattern[unit] == .on ? .off : .on
        if problem.hiddenLayers == 1, let slopes, k & 0x3FF != 0 {
          // J changes by ±(on - off) a bᵀ; it is formed anew now and then, so that rounding does not add up.
          let step = (pattern[unit] == .on ? 1 : -1) * (slopes.on - slopes.off)
          let (outer, inner) = (problem.chain[1], problem.chain[0])
          for i in 0..<jacobian.rows {
            let factor = step * outer[i, unit]
            for j in 0..<jacobian.columns { jacobian[i, j] += factor * inner[unit, j] }
          }
        } else {
          jacobian = problem.jacobian(pattern)
        }
      }
      visit(k ^ (k >> 1), (try? jacobian.spectralNorm()) ?? .infinity)
    }
    return true
  }

  private func pattern(_ code: UInt32) -> PartialPattern {
    (0..<problem.units).map { code >> UInt32($0) & 1 == 1 ? .on : .off }
  }

  private func runFree() -> Double {
    var best = -1.0
    var bestCode: UInt32 = 0
    let finished = forEachPattern { code, norm in
      state.statistics.nodes += 1
      if norm > best {
        best = norm
        bestCode = code
      }
    }
    let winner = pattern(bestCode)
    state.offer(pattern: winner)
    // Each norm is good to the rounding of its products, of up to 2¹⁰ rank-one changes and of one small eigenvalue.
    state.settle(
      bound: max(problem.normUpperBound(winner), best * (1 + 1e-11) + 1024 * problem.relaxationRounding()))
    return finished ? 0 : .infinity
  }

  private func runAttainable() -> Double {
    var norms: [(norm: Double, code: UInt32)] = []
    guard forEachPattern({ norms.append(($1, $0)) }) else { return .infinity }
    norms.sort { ($0.norm, $0.code) > ($1.norm, $1.code) }
    var oracle = CellOracle(problem: problem)
    guard let root = oracle.root(seed: state.settings.seed) else { return state.relaxedBound(nil) }
    let rounding = 1024 * problem.relaxationRounding()
    for (norm, code) in norms {
      let bound = norm * (1 + 1e-11) + rounding
      if state.shouldStop() { return bound }
      // Patterns from here on are no better than what is found, rounding included.
      if bound <= state.lower {
        state.settle(bound: bound)
        break
      }
      state.statistics.nodes += 1
      guard let cell = cell(of: pattern(code), from: root, &oracle) else { continue }
      state.statistics.cells += 1
      state.settle(pattern: cell.pattern, at: cell.point)
    }
    state.statistics.linearPrograms = oracle.linearPrograms
    state.statistics.exactDecisions = oracle.exactDecisions
    return 0
  }

  /// The cell with this pattern, if it is attainable. Units whose form is constant on the cell impose nothing.
  private func cell(of wanted: PartialPattern, from root: Cell, _ oracle: inout CellOracle) -> Cell? {
    var cell = root
    while let crossing = cell.crossing.first {
      guard agrees(cell, with: wanted) else { return nil }
      let unit = problem.unitRange(cell.forms.layer).lowerBound + crossing.unit
      guard let side = oracle.side(of: cell, at: crossing, phase: wanted[unit]) else {
        state.settleThin(bound: problem.normUpperBound(wanted))
        return nil
      }
      cell = side
    }
    return agrees(cell, with: wanted) ? cell : nil
  }

  /// Whether the decided units have the wanted phases, or at least give the same Jacobian.
  private func agrees(_ cell: Cell, with wanted: PartialPattern) -> Bool {
    zip(cell.pattern, wanted).enumerated().allSatisfy { unit, phases in
      phases.0 == .undecided || phases.0 == phases.1 || cell.constantUnits.contains(unit)
    }
  }
}
