import LinearAlgebra
import RandomNumbers
import TreeSearch

/// Best-first branch and bound over partial patterns.
///
///     while an open node's bound exceeds the cutoff:
///       take the one with the largest bound; branch on a unit, or halve its box
///       for both parts: drop what is not attainable; bound by the semidefinite relaxation; keep what may be better
///
/// Where the norm is the largest over rows or columns of J each node is about one of them, and starts with its interval bound.
///
/// Free patterns branch on any unit. Attainable ones branch in layer order, so that every node is a cell: an open
/// polyhedron on which all earlier layers are affine. Before that boxes are halved while that decides more (`InputSplitting`).
struct BranchAndBound: Sendable {
  /// Local searches before the root.
  private static let starts = 8
  private static let kicks = 48
  /// Over attainable patterns: how many points are looked at before the root, and at most how many Jacobians on the walk over
  /// cells after them.
  private static let samples = 200...2000
  private static let walk = 600
  /// So many parts of J have their relaxation before the search.
  private static let cappedParts = 16

  private let state: SearchState
  /// Reduced, where the patterns are free and something can be.
  private let problem: PatternProblem
  private let presolve: FreePresolve?
  private let relaxation: SemidefiniteRelaxation
  /// Nil where the norm is one of all of J and boxes are not split: there it is hardly ever better than the relaxation.
  private let intervals: IntervalJacobian?
  private let localSearch: LocalSearch
  private let symbolicBounds: SymbolicBounds
  /// Nil where boxes are not split.
  private let splitting: InputSplitting?
  /// The domain's; nil where it has none.
  private let wholeBox: FreeBox?

  init(state: SearchState) {
    self.state = state
    // Proofs are in the user's own units.
    presolve = state.settings.proof == nil ? FreePresolve(state.problem) : nil
    problem = presolve?.problem ?? state.problem
    relaxation = SemidefiniteRelaxation(problem: problem, rounding: presolve?.rounding ?? 0)
    splitting = InputSplitting(problem)
    wholeBox = problem.freeBox
    intervals = problem.norm.isOverParts || splitting != nil ? IntervalJacobian(problem) : nil
    localSearch = LocalSearch(problem: problem)
    symbolicBounds = SymbolicBounds(problem: problem, isProved: state.settings.proof != nil)
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
    let count = min(Self.samples.upperBound, max(Self.samples.lowerBound, 10 * problem.units))
    for point in problem.samplePoints(count: count, seed: seed, usual: state.settings.usualInputs) {
      if stop() { break }
      state.offer(point: point)
    }
    state.walkCells(budget: min(Self.walk, 5 * problem.units))
    if let splitting {
      capByRelaxation(splitting)
      return parts(pattern: problem.openPattern, cell: nil, number: 0)
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

  /// The relaxation of the whole box, which bounds what intervals bound far worse where the search ends early. Nodes keep their own
  /// bounds: they say where to look first.
  private func capByRelaxation(_ splitting: InputSplitting) {
    // A proof bounds its open nodes one by one, in the end.
    guard state.settings.proof == nil, problem.parts.count <= Self.cappedParts, let wholeBox else { return }
    let pattern = symbolicBounds.deciding(more: problem.openPattern, from: splitting.forms, over: wholeBox)
      .pattern
    var largest = 0.0
    for part in problem.parts where !stop() {
      let relaxed = relaxation.bound(
        pattern, part: part, cutoff: state.cutoff, tolerance: 1e-2, patience: 0.1, shouldStop: stop)
      state.statistics.relaxations += 1
      largest = max(largest, relaxed.bound)
    }
    if !stop() { state.cap(bound: largest) }
  }

  /// The root, for each part of J a node of its own.
  private func parts(pattern: PartialPattern, cell: Cell?, number: Int) -> [PatternNode] {
    let first = partNumbers(number)
    let magnitudes = problem.norm.isOverParts ? intervals?.magnitudes(pattern) : nil
    return problem.parts.enumerated().compactMap { index, part in
      let place = ProofPlace(number: first + index)
      let bound = magnitudes.map { problem.norm.monotoneBound($0, part) } ?? .infinity
      if isSettled(pattern, part, nil, intervalBound: bound, place) { return nil }
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
    _ pattern: PartialPattern, _ part: JacobianPart, _ box: FreeBox?, intervalBound bound: Double,
    _ place: ProofPlace
  ) -> Bool {
    // The checker's intervals are exact, and no wider.
    guard bound <= state.cutoff else { return false }
    state.check(lift(pattern), part, in: box, bound: bound)
    if let proof = state.settings.proof { proof.interval(place.leaf(proof), level: state.level) }
    state.settle(bound: bound)
    return true
  }

  /// A node that has only an interval bound, bounded by the relaxation.
  ///
  /// - Parameter cell: the node's, where patterns must be attainable and boxes are not split; nil where a file's could not be
  ///   made anew.
  private func bound(_ node: PatternNode, _ cell: Cell?) -> PatternNode? {
    if let splitting, node.cell == nil, node.seed == nil, let box = node.box ?? wholeBox {
      return visit(box: box, splitting, node.part, parent: nil, number: node.proof.number)
    }
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
    oracle.box = node.box ?? wholeBox
    if let splitting, let split = node.split, let box = oracle.box {
      let numbers = state.settings.proof?.split(node.proof.number, at: split)
      let (below, above) = box.split(split.input, at: split.value)
      return [(below, numbers?.below), (above, numbers?.above)].compactMap { box, number in
        visit(box: box, splitting, node.part, parent: node, number: number ?? 0)
      }
    }
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
    if !holdsTripwire { state.check(cell.pattern, node.part, in: node.box, bound: 0) }
    return children
  }

  /// Bounds a box; nil where it holds nothing better.
  private func visit(
    box: FreeBox, _ splitting: InputSplitting, _ part: JacobianPart, parent: PatternNode?, number: Int
  ) -> PatternNode? {
    state.offer(point: box.centre)
    let more = symbolicBounds.deciding(more: problem.openPattern, from: splitting.forms, over: box)
    let place = ProofPlace(number: number, decided: more.units, sides: more.sides)
    func undecided(_ pattern: PartialPattern) -> Int { pattern.count { $0 == .undecided } }
    let splitsInVain =
      parent.map { undecided(more.pattern) < undecided($0.pattern) ? 0 : $0.splitsInVain + 1 } ?? 0
    let split = splitting.choice(more, box, splitsInVain: splitsInVain)
    if split != nil || !more.pattern.contains(.undecided) {
      var node = visit(more.pattern, part, box: box, split: split, parent: parent, place: place)
      node?.splitsInVain = splitsInVain
      return node
    }
    var oracle = oracle
    oracle.box = box
    defer { self.count(&oracle) }
    let node = state.settings.proof.map { place.leaf($0) } ?? number
    let root = oracle.root(seed: state.settings.seed, pattern: more.pattern, node: node)
    guard let cell = root.cell else {
      settleThin(root.pattern, part: part, parent: parent, node: root.node)
      return nil
    }
    state.statistics.cells += 1
    state.offer(point: cell.point)
    return visit(cell: cell, part, parent: parent, number: cell.node)
  }

  /// Bounds a cell; nil where it holds nothing better.
  private func visit(
    cell: Cell, _ part: JacobianPart, parent: PatternNode?, number: Int
  ) -> PatternNode? {
    let more = symbolicBounds.deciding(more: cell)
    let place = ProofPlace(number: number, decided: more.units, sides: more.sides)
    return visit(more.pattern, part, cell: cell, box: cell.box, parent: parent, place: place)
  }

  /// - Parameters:
  ///   - box: what the node is about, where patterns must be attainable and the domain has one.
  ///   - split: where the box is to be split, in a node that is no cell.
  private func visit(
    _ pattern: PartialPattern, _ part: JacobianPart, cell: Cell? = nil, box: FreeBox? = nil,
    split: InputSplit? = nil, parent: PatternNode?, place: ProofPlace
  ) -> PatternNode? {
    let inherited = inheritedBound(pattern, parent)
    guard pattern.contains(.undecided) else {
      // Evaluated: one pattern is left.
      let node = state.settings.proof.map { place.leaf($0) } ?? 0
      let point = cell?.point ?? box?.centre
      state.settle(pattern: lift(pattern), at: point, inherited: inherited, node: node)
      return nil
    }
    let box = box == wholeBox ? nil : box
    var bound = inherited
    var multipliers = parent?.multipliers
    if let intervals, split != nil || problem.norm.isOverParts {
      let interval = problem.norm.monotoneBound(intervals.magnitudes(pattern), part)
      if isSettled(pattern, part, box, intervalBound: interval, place) { return nil }
      if split != nil, interval < bound { (bound, multipliers) = (interval, nil) }
    }
    var result: SemidefiniteRelaxation.Result?
    if split == nil || InputSplitting.isRelaxationWorthwhile(intervalBound: bound, cutoff: state.cutoff) {
      let relaxed = relaxation.bound(
        pattern, part: part, cutoff: state.cutoff,
        warm: parent.flatMap { parent in parent.multipliers.map { ($0, parent.bound) } },
        patience: 0.1, shouldStop: stop)
      state.statistics.relaxations += 1
      state.statistics.newtonSteps += relaxed.newtonSteps
      // In a proof a bound and its multipliers belong together; elsewhere they are where the children's relaxations start.
      if relaxed.bound <= bound || state.settings.proof == nil { multipliers = relaxed.multipliers }
      bound = min(bound, relaxed.bound)
      result = relaxed
      if cell == nil, !problem.isAttainable, !stop() { offerRounded(relaxed, pattern: pattern) }
    }
    if state.settings.plantedFault == .optimisticBound { bound *= 0.99 }
    state.check(lift(pattern), part, in: box, bound: bound)
    let unit = split == nil ? branchingUnit(pattern: pattern, cell: cell, units: result?.units ?? []) : nil
    guard bound > state.cutoff, unit != nil || split != nil else {
      prove(place, pattern, multipliers, bound: bound, isZero: result?.isZero ?? false)
      if bound > state.cutoff { state.settleThin(bound: bound) } else { state.settle(bound: bound) }
      return nil
    }
    return PatternNode(
      bound: bound, pattern: pattern, unit: unit, box: box, split: split, part: part,
      multipliers: multipliers, cell: cell, seed: nil, proof: place)
  }

  /// The parent's bound, where it may be the node's.
  private func inheritedBound(_ pattern: PartialPattern, _ parent: PatternNode?) -> Double {
    guard let parent else { return .infinity }
    // A proof that is the parent's needs its multipliers, and what its affine bounds decided.
    let isProved =
      state.settings.proof == nil || parent.multipliers != nil && parent.decisionsHold(in: pattern)
    return isProved ? parent.bound : .infinity
  }

  // MARK: Proofs

  /// Tells the proof what bounds a node: at the level that it is pruned by, or above its own bound.
  ///
  /// - Parameter multipliers: nil where the bound is the intervals'.
  private func prove(
    _ place: ProofPlace, _ pattern: PartialPattern, _ multipliers: [Double]?, bound: Double,
    isZero: Bool = false
  ) {
    guard let proof = state.settings.proof else { return }
    let node = place.leaf(proof)
    // A relaxation that was cut short has no bound; intervals always have one.
    guard bound.isFinite else {
      return proof.interval(node, level: SearchState.level(above: problem.largestJacobianOfMagnitudes()))
    }
    let level = bound <= state.cutoff ? state.level : SearchState.level(above: bound)
    guard let multipliers, !isZero else { return proof.interval(node, level: level) }
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
    guard let parent, let multipliers = parent.multipliers, inheritedBound(pattern, parent).isFinite else {
      let bound = proveAnew(place, pattern, part)
      return state.settleThin(bound: min(bound, parent?.bound ?? .infinity))
    }
    prove(place, pattern, multipliers, bound: parent.bound)
    state.settleThin(bound: parent.bound)
  }

  /// A node that is still open at the end.
  private func proveOpen(_ node: PatternNode) {
    guard let proof = state.settings.proof else { return }
    if node.unit == nil, node.split == nil {
      proof.interval(node.proof.leaf(proof), level: SearchState.level(above: node.bound))
    } else if let multipliers = node.multipliers {
      prove(node.proof, node.pattern, multipliers, bound: node.bound)
    } else {
      proveAnew(node.proof, node.pattern, node.part)
    }
  }

  /// Proves a bound of a node whose own has no multipliers any more, or never had.
  @discardableResult
  private func proveAnew(_ place: ProofPlace, _ pattern: PartialPattern, _ part: JacobianPart) -> Double {
    let result = relaxation.bound(pattern, part: part, cutoff: 0, tolerance: 1e-4)
    let interval = intervals.map { problem.norm.monotoneBound($0.magnitudes(pattern), part) } ?? .infinity
    let bound = min(result.bound, interval)
    prove(
      place, pattern, interval < result.bound ? nil : result.multipliers, bound: bound, isZero: result.isZero)
    return bound
  }

  /// The relaxed slopes rounded, then improved.
  private func offerRounded(_ result: SemidefiniteRelaxation.Result, pattern: PartialPattern) {
    var rounded = pattern.map { $0 == .undecided ? Phase.off : $0 }
    for (unit, slope, _) in result.units { rounded[unit] = slope > 0.5 ? .on : .off }
    offer(rounded)
  }

  /// The unit that carries most of the relaxation's gap; of the frontier layer where patterns must be attainable.
  private func branchingUnit(
    pattern: PartialPattern, cell: Cell?,
    units: [(unit: Int, slope: Double, weight: Double)]
  ) -> Int? {
    guard let cell else {
      return units.max { $0.weight < $1.weight }?.unit ?? pattern.firstIndex(of: .undecided)
    }
    let base = problem.unitRange(cell.forms.layer).lowerBound
    let candidates = Set(cell.crossing.map { base + $0.unit })
    return units.filter { candidates.contains($0.unit) }.max { $0.weight < $1.weight }?.unit
      ?? candidates.min()
  }
}
