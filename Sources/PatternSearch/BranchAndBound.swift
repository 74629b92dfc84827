import LinearAlgebra
import RandomNumbers
import TreeSearch

/// Best-first branch and bound over partial patterns.
///
///     while an open node's bound exceeds the cutoff:
///       take the one with the largest bound; branch on a unit
///       for both phases: drop what is not attainable; bound by the semidefinite relaxation; keep what may be better
///
/// Where the norm is the largest over rows or columns of J each node is about one of them, and starts with its interval bound.
///
/// Free patterns branch on any unit. Attainable ones branch in layer order, so that every node is a cell: an open
/// polyhedron on which all earlier layers are affine.
struct BranchAndBound: Sendable {
  /// Local searches before the root.
  private static let starts = 8
  private static let kicks = 48

  private let state: SearchState
  /// Reduced, where the patterns are free and something can be.
  private let problem: PatternProblem
  private let presolve: FreePresolve?
  private let relaxation: SemidefiniteRelaxation
  /// Nil where the norm is one of all of J: there it is hardly ever better than the relaxation.
  private let intervals: IntervalJacobian?
  private let localSearch: LocalSearch

  init(state: SearchState) {
    self.state = state
    // Proofs are in the user's own units.
    presolve = state.settings.proof == nil ? FreePresolve(state.problem) : nil
    problem = presolve?.problem ?? state.problem
    relaxation = SemidefiniteRelaxation(problem: problem, rounding: presolve?.rounding ?? 0)
    intervals = problem.norm.isOverParts ? IntervalJacobian(problem) : nil
    localSearch = LocalSearch(problem: problem)
  }

  /// Runs to the asked gap or a limit; returns the largest bound still open.
  func run() throws -> Double {
    let writer = try state.settings.tree.checkpoint.map {
      try CheckpointWriter<PatternCheckpointHeader, PatternNode>($0, question: state.fingerprint)
    }
    defer { for warning in writer?.warnings ?? [] { state.warn(warning) } }
    var rules = NodePool<PatternNode>.Rules(
      isOpen: { $0.bound > state.cutoff }, shouldStop: { state.shouldStop() },
      willExpand: { node, open in state.reportProgress(openBound: node.bound, open: open) })
    if let writer { rules.save = { writer.write(PatternCheckpointHeader(state), $0) } }
    let pool = NodePool(settings: state.settings.tree, rules: rules)
    if let writer, let saved = try writer.resumed(isValid: { $0.isValid(for: problem) }) {
      try saved.header.validate(writer.file)
      state.resume(saved.header)
      pool.restore(saved.nodes)
    } else {
      pool.insert(root())
    }
    pool.run { work in
      var oracle = oracle
      work({ true }) { node in
        let children = expand(node, &oracle)
        // Only now: the last node that the limit allows is worked off like the others.
        state.statistics.nodes += 1
        count(&oracle)
        return children
      }
    }
    if let violation = state.violation { throw violation }
    for node in pool.open { proveOpen(node) }
    if pool.ranOutOfMemory { state.outOfMemory() }
    return pool.openBound ?? 0
  }

  /// Whether time is up. The node limit is looked at between nodes only: what is begun, the root included, is worked off.
  private func stop() -> Bool { state.shouldStop(countingNodes: false) }

  /// Moves the oracle's counts to the shared ones.
  private func count(_ oracle: inout CellOracle) {
    state.statistics.linearPrograms += oracle.linearPrograms
    state.statistics.exactDecisions += oracle.exactDecisions
    oracle.linearPrograms = 0
    oracle.exactDecisions = 0
  }

  private var oracle: CellOracle {
    CellOracle(problem: problem, proof: state.settings.proof, fault: state.settings.plantedFault)
  }

  /// First incumbents and the root: no node where it can be pruned, or where the domain has no point to start from.
  private func root() -> [PatternNode] {
    let seed = state.settings.seed
    guard problem.isAttainable else {
      seedIncumbents(seed)
      let all = presolve?.root ?? problem.openPattern
      return parts(pattern: all, cell: nil, number: 0)
    }
    // The larger the network, the more a good first incumbent saves.
    let count = min(2000, 100 * problem.units)
    for point in problem.samplePoints(count: count, seed: seed, usual: state.settings.usualInputs) {
      if stop() { break }
      state.offer(point: point)
    }
    var oracle = oracle
    defer { self.count(&oracle) }
    let root = oracle.root(seed: seed)
    guard let cell = root.cell else {
      settleThin(root.pattern, part: nil, parent: nil, node: root.node)
      return []
    }
    state.statistics.cells += 1
    state.offer(point: cell.point)
    return parts(pattern: cell.pattern, cell: cell, number: cell.node)
  }

  /// The root, for each part of J a node of its own.
  private func parts(pattern: PartialPattern, cell: Cell?, number: Int) -> [PatternNode] {
    let first = partNumbers(number)
    let magnitudes = intervals?.magnitudes(pattern)
    return problem.parts.enumerated().compactMap { index, part in
      let place = ProofPlace(number: first + index)
      let bound = magnitudes.map { problem.norm.monotoneBound($0, part) } ?? .infinity
      if isSettled(pattern, part, intervalBound: bound, place) { return nil }
      let node = PatternNode(
        bound: bound, pattern: pattern, unit: nil, part: part, multipliers: nil, cell: cell, seed: nil,
        proof: place)
      return part == .all ? self.bound(node, cell) : node
    }
  }

  /// The number of the first part's node in a proof; the others follow.
  private func partNumbers(_ node: Int) -> Int {
    guard let proof = state.settings.proof, problem.norm.isOverParts else { return node }
    return proof.parts(
      node, rows: problem.norm.isOverRows ? problem.outputs : nil,
      columns: problem.norm.isOverColumns ? problem.freeInputs.count : nil)
  }

  /// Whether intervals show that a node holds nothing better.
  private func isSettled(
    _ pattern: PartialPattern, _ part: JacobianPart, intervalBound bound: Double, _ place: ProofPlace
  ) -> Bool {
    // The checker's intervals are exact, and no wider.
    guard bound <= state.cutoff else { return false }
    state.check(lift(pattern), part, bound: bound)
    if let proof = state.settings.proof { proof.interval(place.leaf(proof), level: state.level) }
    state.settle(bound: bound)
    return true
  }

  /// A node that has only an interval bound, bounded by the relaxation.
  ///
  /// - Parameter cell: the node's, where patterns must be attainable; nil where a file's could not be made anew.
  private func bound(_ node: PatternNode, _ cell: Cell?) -> PatternNode? {
    if let cell { return visit(cell: cell, node.part, parent: nil, number: node.proof.number) }
    guard !problem.isAttainable else {
      settleThin(node.cellPattern, part: node.part, parent: node, node: node.proof.number)
      return nil
    }
    return visit(node.pattern, node.part, cell: nil, parent: nil, place: node.proof)
  }

  /// Local searches from all ones and from random patterns; then from the best of them with a few units flipped, again and
  /// again (iterated local search: Lourenço, Martin and Stützle 2003).
  private func seedIncumbents(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var best: (norm: Double, pattern: PartialPattern)?
    func search(from start: PartialPattern) {
      let pattern = localSearch.alternate(from: keepingRoot(start), shouldStop: stop)
      let norm = localSearch.value(keepingRoot(pattern))
      if norm >= best?.norm ?? -1 { best = (norm, pattern) }
    }
    for start in 0..<Self.starts where !stop() {
      search(from: (0..<problem.units).map { _ in start == 0 || random.next() & 1 == 0 ? .on : .off })
    }
    for _ in 0..<Self.kicks where !stop() {
      guard var pattern = best?.pattern, !pattern.isEmpty else { break }
      for _ in 0..<max(2, problem.units / 12) {
        let unit = Int(random.next() % UInt64(problem.units))
        pattern[unit] = pattern[unit] == .on ? .off : .on
      }
      search(from: pattern)
    }
    if let best { state.offer(pattern: lift(best.pattern)) }
  }

  /// A complete pattern of the problem searched, improved.
  private func offer(_ pattern: PartialPattern) {
    state.offer(
      pattern: lift(localSearch.alternate(from: keepingRoot(pattern), shouldStop: stop)))
  }

  /// What the reductions decided stays.
  private func keepingRoot(_ pattern: PartialPattern) -> PartialPattern {
    guard let presolve else { return pattern }
    return zip(pattern, presolve.root).map { $1 == .undecided ? $0 : $1 }
  }

  /// The pattern of the user's problem.
  private func lift(_ pattern: PartialPattern) -> PartialPattern {
    presolve?.lift(keepingRoot(pattern)) ?? pattern
  }

  /// The children that may hold something better.
  private func expand(_ node: PatternNode, _ oracle: inout CellOracle) -> [PatternNode] {
    let cell = node.cell ?? node.seed.flatMap { oracle.cell($0) }
    guard let unit = node.unit else { return bound(node, cell).map { [$0] } ?? [] }
    let parts = state.settings.proof?.branch(node.proof.number, unit: unit)
    func number(_ phase: Phase) -> Int { (phase == .on ? parts?.on : parts?.off) ?? 0 }
    guard problem.isAttainable else {
      return [Phase.on, .off].compactMap { phase in
        var pattern = node.pattern
        pattern[unit] = phase
        return visit(pattern, node.part, cell: nil, parent: node, place: ProofPlace(number: number(phase)))
      }
    }
    guard let cell,
      let crossing = cell.crossing.first(where: {
        problem.unitRange(cell.forms.layer).lowerBound + $0.unit == unit
      })
    else {
      // A cell from a file that cannot be made anew: its bound stays.
      for phase in [Phase.on, .off] {
        settleThin(node.cellPattern, part: node.part, parent: node, node: number(phase))
      }
      return []
    }
    var holdsTripwire = false
    let children = [Phase.on, .off].compactMap { phase -> PatternNode? in
      let side = oracle.side(of: cell, at: crossing, phase: phase, node: number(phase))
      guard let child = side.cell else {
        settleThin(side.pattern, part: node.part, parent: node, node: side.node)
        holdsTripwire = true
        return nil
      }
      holdsTripwire = holdsTripwire || state.holdsTripwire(child.pattern)
      state.statistics.cells += 1
      state.offer(point: child.point)
      return visit(cell: child, node.part, parent: node, number: child.node)
    }
    if !holdsTripwire { state.check(cell.pattern, node.part, bound: 0) }
    return children
  }

  /// Bounds a cell; nil where it holds nothing better.
  private func visit(
    cell: Cell, _ part: JacobianPart, parent: PatternNode?, number: Int
  ) -> PatternNode? {
    let bounds = SymbolicBounds(problem: problem, isProved: state.settings.proof != nil)
    let more = bounds.deciding(more: cell)
    let place = ProofPlace(number: number, decided: more.units, sides: more.sides)
    return visit(more.pattern, part, cell: cell, parent: parent, place: place)
  }

  private func visit(
    _ pattern: PartialPattern, _ part: JacobianPart, cell: Cell?, parent: PatternNode?, place: ProofPlace
  ) -> PatternNode? {
    // A proof that is the parent's needs what the parent's affine bounds decided.
    let inheritsProof = state.settings.proof == nil || parent?.decisionsHold(in: pattern) ?? true
    let inherited = inheritsProof ? parent?.bound ?? .infinity : .infinity
    guard pattern.contains(.undecided) else {
      // Evaluated: one pattern is left.
      let node = state.settings.proof.map { place.leaf($0) } ?? 0
      state.settle(pattern: lift(pattern), at: cell?.point, inherited: inherited, node: node)
      return nil
    }
    if let intervals {
      let bound = problem.norm.monotoneBound(intervals.magnitudes(pattern), part)
      if isSettled(pattern, part, intervalBound: bound, place) { return nil }
    }
    let result = relaxation.bound(
      pattern, part: part, cutoff: state.cutoff,
      warm: parent.flatMap { parent in parent.multipliers.map { ($0, parent.bound) } },
      patience: 0.1, shouldStop: stop)
    state.statistics.relaxations += 1
    state.statistics.newtonSteps += result.newtonSteps
    var bound = min(inherited, result.bound)
    if state.settings.plantedFault == .optimisticBound { bound *= 0.99 }
    // In a proof a bound and its multipliers belong together.
    let multipliers =
      state.settings.proof != nil && inherited < result.bound
      ? parent?.multipliers ?? result.multipliers : result.multipliers
    state.check(lift(pattern), part, bound: bound)
    if cell == nil, !stop() { offerRounded(result, pattern: pattern) }
    guard bound > state.cutoff else {
      prove(place, pattern, multipliers, bound: bound, isZero: result.isZero)
      state.settle(bound: bound)
      return nil
    }
    guard let unit = branchingUnit(pattern: pattern, cell: cell, result: result) else {
      prove(place, pattern, multipliers, bound: bound, isZero: result.isZero)
      state.settleThin(bound: bound)
      return nil
    }
    return PatternNode(
      bound: bound, pattern: pattern, unit: unit, part: part, multipliers: multipliers, cell: cell, seed: nil,
      proof: place)
  }

  // MARK: Proofs

  /// Tells the proof what bounds a node: at the level that it is pruned by, or above its own bound.
  private func prove(
    _ place: ProofPlace, _ pattern: PartialPattern, _ multipliers: [Double], bound: Double,
    isZero: Bool = false
  ) {
    guard let proof = state.settings.proof else { return }
    let node = place.leaf(proof)
    // A relaxation that was cut short has no bound; intervals always have one.
    guard bound.isFinite else {
      return proof.interval(node, level: SearchState.level(above: problem.largestJacobianOfMagnitudes()))
    }
    let level = bound <= state.cutoff ? state.level : SearchState.level(above: bound)
    if isZero { return proof.interval(node, level: level) }
    var kept = pattern.indices.filter { pattern[$0] == .undecided && multipliers[$0] != 0 }
      .map { (unit: $0, value: multipliers[$0]) }
    if state.settings.plantedFault == .wrongMultiplier, !kept.isEmpty { kept[0].value.negate() }
    proof.bounded(
      node, level: level, multipliers: kept, weights: Array(multipliers.dropFirst(pattern.count)),
      transposed: relaxation.isTransposed)
  }

  /// A part whose point cannot be named: its parent's bound stays, but in a proof where that rests on decisions that need
  /// not follow in the part.
  ///
  /// - Parameter part: nil for all of J.
  private func settleThin(
    _ pattern: PartialPattern, part: JacobianPart?, parent: PatternNode?, node: Int
  ) {
    let place = ProofPlace(number: node)
    guard let part else {
      // All parts, before the search has begun.
      let first = partNumbers(node)
      for (index, part) in problem.parts.enumerated() {
        settleThin(pattern, part: part, parent: nil, node: first + index)
      }
      return
    }
    let inheritsProof = state.settings.proof == nil || parent?.decisionsHold(in: pattern) ?? true
    guard let parent, let multipliers = parent.multipliers, inheritsProof else {
      let result = relaxation.bound(pattern, part: part, cutoff: 0, tolerance: 1e-4)
      prove(place, pattern, result.multipliers, bound: result.bound, isZero: result.isZero)
      return state.settleThin(bound: min(result.bound, parent?.bound ?? .infinity))
    }
    prove(place, pattern, multipliers, bound: parent.bound)
    state.settleThin(bound: parent.bound)
  }

  /// A node that is still open at the end.
  private func proveOpen(_ node: PatternNode) {
    guard let proof = state.settings.proof else { return }
    if node.unit == nil {
      proof.interval(node.proof.leaf(proof), level: SearchState.level(above: node.bound))
    } else if let multipliers = node.multipliers {
      prove(node.proof, node.pattern, multipliers, bound: node.bound)
    } else {
      let result = relaxation.bound(node.pattern, part: node.part, cutoff: 0, tolerance: 1e-4)
      prove(node.proof, node.pattern, result.multipliers, bound: result.bound, isZero: result.isZero)
    }
  }

  /// The relaxed slopes rounded, then improved.
  private func offerRounded(_ result: SemidefiniteRelaxation.Result, pattern: PartialPattern) {
    var rounded = pattern.map { $0 == .undecided ? Phase.off : $0 }
    for (unit, slope, _) in result.units { rounded[unit] = slope > 0.5 ? .on : .off }
    offer(rounded)
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
