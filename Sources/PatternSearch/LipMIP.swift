import LinearAlgebra
import LinearProgramming

/// The largest norm of a row, column or entry of J as mixed-integer linear programs for GLPK (LipMIP: Jordan and Dimakis 2020,
/// Exactly Computing the Local Lipschitz Constant of ReLU Networks), in the norms 1, inf and 1:inf.
///
/// For each part of J one program: maximise the sum of its |entries| over
///
///     x in the domain, z = W v + b, v = α z + (β - α) r        the forward pass, from the first layer that the domain does not decide
///     r = max(z, 0) by a: r ≥ 0, r ≥ z, r ≤ u a, r ≤ z - l (1 - a)
///     h = α g + (β - α) w, w = a g by McCormick, g = W h       the chain rule, from the part's end of J
///     t = |J_e| by a binary where the sign of J_e is open
///
/// with one binary a a unit whose phase is open. For free patterns there is no forward pass.
///
/// A unit on its kink may have either phase in the program, so that patterns without a full-dimensional cell are among its
/// solutions. Each solution's pattern is therefore looked up by the attainability oracle. A cell gives a witness; where there
/// is none, the units that contradict each other are excluded together (combinatorial Benders cuts: Codato and Fischetti 2006), and
/// the program is solved again.
///
/// A comparison with a general solver: the lower end is a witness as everywhere; the upper end is the word of GLPK, which works
/// within tolerances. Exponential in the number of open units in the worst case.
struct LipMIP {
  /// Relative: solutions that promise less than this more are dropped by GLPK, and its bounds are moved up by as much as its
  /// linear programs may be off.
  private static let objectiveTolerance = 1e-9
  private static let claimTolerance = 1e-7
  /// A value beyond the incumbent by less, relatively, is not told from it.
  private static let resolution = 3e-7
  /// Samples before the first program; a walk over cells follows.
  private static let samples = 200

  private let state: SearchState
  private let problem: PatternProblem
  private var oracle: CellOracle
  /// Excluded combinations of phases: at least one of the units has the other one.
  private var conflicts: [[(unit: Int, phase: Phase)]] = []

  init(state: SearchState) throws(UnsupportedSearch) {
    let problem = state.problem
    guard problem.norm.sumsMagnitudes || problem.norm == .largestEntry else {
      throw UnsupportedSearch(
        description:
          "engine milp takes the norms 1, inf and 1:inf, and in others two ReLU layers with one output;"
          + " use --engine semidefinite")
    }
    guard state.settings.threshold == nil else {
      throw UnsupportedSearch(
        description: "engine milp decides no thresholds, its bounds are not proved; use --engine semidefinite"
      )
    }
    if problem.isAttainable {
      guard let box = problem.freeBox, (box.lower + box.upper).allSatisfy(\.isFinite) else {
        throw UnsupportedSearch(
          description: "engine milp needs a domain in a bounded box (--domain); use --engine semidefinite")
      }
    }
    self.state = state
    self.problem = problem
    oracle = CellOracle(problem: problem)
  }

  /// Returns the largest bound still open.
  mutating func run() throws -> Double {
    defer {
      state.statistics.linearPrograms += oracle.linearPrograms
      state.statistics.exactDecisions += oracle.exactDecisions
    }
    var root: Cell?
    var decided = problem.openPattern
    var ranges: [UnitRange] = []
    if problem.isAttainable, let box = problem.freeBox {
      guard let cell = oracle.root(seed: state.settings.seed).cell else { return state.relaxedBound(nil) }
      let seed = state.settings.seed
      for point in problem.samplePoints(count: Self.samples, seed: seed, usual: .all) + [cell.point] {
        if state.shouldStop(countingNodes: false) { break }
        state.offer(point: point)
      }
      state.walkCells(budget: 3 * problem.units)
      let more = SymbolicBounds(problem: problem, isProved: false)
        .deciding(more: cell.pattern, from: cell.forms, over: box)
      (root, decided, ranges) = (cell, more.pattern, more.ranges)
    }
    let magnitudes = IntervalJacobian(problem).magnitudes(decided)
    let parts = problem.parts.map { (part: $0, bound: problem.norm.monotoneBound(magnitudes, $0)) }
      .sorted { $0.bound > $1.bound }
    var open = 0.0
    for (part, bound) in parts {
      if bound <= state.lower * (1 + state.settings.relativeGap / 16) {
        state.settle(bound: bound)
      } else if state.shouldStop() {
        open = max(open, bound)
      } else {
        let program = Program(problem, part, decided: decided, ranges: ranges, root: root)
        open = max(open, try maximize(program, from: root, bound: bound))
      }
    }
    return open
  }

  /// The value that a program must promise to go on.
  private var goal: Double {
    state.lower * (1 + max(state.settings.relativeGap / 2, Self.resolution))
  }

  /// Solves a part's program until nothing better than the incumbent is left in it, says GLPK.
  ///
  /// - Parameter bound: the part's, by intervals.
  /// - Returns: the part's bound where a limit came first, or GLPK gave up; 0 where it is settled.
  private mutating func maximize(_ program: Program, from root: Cell?, bound: Double) throws -> Double {
    var bound = bound
    while bound > goal {
      state.reportProgress(openBound: bound, open: 1)
      if state.shouldStop() { return bound }
      let (goal, state) = (goal, state)
      // In units of what is to be beaten.
      let scale = goal > 0 ? goal : problem.largestJacobianOfMagnitudes()
      let milliseconds = state.remainingSeconds.map { 1000 * $0 + 50 } ?? Double(Int32.max)
      let nodes = state.settings.nodeLimit.map { max(1, $0 - state.statistics.nodes) } ?? Int.max
      let answer = try program.integerProgram(excluding: conflicts, goal: goal, scale: scale).minimize(
        milliseconds: Int(min(max(milliseconds, 1), Double(Int32.max))), nodeLimit: nodes,
        objectiveTolerance: Self.objectiveTolerance, shouldStop: { state.shouldStop(countingNodes: false) })
      state.statistics.nodes += answer.nodes
      if answer.isComplete, answer.incumbent == nil {
        // Nothing that is left reaches the goal; where that is 0, nothing is left.
        bound = min(bound, goal * (1 + 2 * Self.claimTolerance))
        break
      }
      if answer.bound.isFinite {
        bound = min(bound, scale * (Self.claimTolerance * (1 + abs(answer.bound)) - answer.bound))
      }
      if let solution = answer.incumbent { visit(program.pattern(solution), from: root) }
      // A limit, or GLPK gave up.
      if !answer.isComplete, state.shouldStop() || answer.incumbent == nil { return bound }
    }
    state.settle(bound: bound)
    return 0
  }

  /// Offers a pattern if it has a cell, and excludes it, with all that are impossible for the same reason.
  private mutating func visit(_ wanted: PartialPattern, from root: Cell?) {
    guard var cell = root else {
      state.offer(pattern: wanted)
      conflicts.append(wanted.indices.map { ($0, wanted[$0]) })
      return
    }
    func phases(_ units: [Int]) -> [(unit: Int, phase: Phase)] { units.map { ($0, wanted[$0]) } }
    while true {
      let rows = cell.rows.map { problem.unitRange($0.forms.layer).lowerBound + $0.unit }
        .filter { !problem.constraintUnits.contains($0) }
      let contradicting = wanted.indices.first { unit in
        cell.pattern[unit] != .undecided && cell.pattern[unit] != wanted[unit]
          && !cell.constantUnits.contains(unit)
      }
      if let contradicting {
        return conflicts.append(phases(rows + [contradicting]))
      }
      guard let crossing = cell.crossing.first else {
        // The rows decide all other units.
        state.statistics.cells += 1
        state.offer(point: cell.point)
        return conflicts.append(phases(rows))
      }
      let unit = problem.unitRange(cell.forms.layer).lowerBound + crossing.unit
      guard let side = oracle.side(of: cell, at: crossing, phase: wanted[unit]).cell else {
        state.settleThin(bound: problem.normUpperBound(wanted))
        return conflicts.append(phases(Array(wanted.indices)))
      }
      cell = side
    }
  }
}

/// Σ coefficient · column + constant, and what it lies between.
private struct Expression {
  var terms: [Int: Double] = [:]
  var constant = 0.0
  var l: Double
  var u: Double

  init(constant: Double) {
    self.constant = constant
    (l, u) = (constant, constant)
  }

  init(column: Int, _ l: Double, _ u: Double) {
    terms = [column: 1]
    (self.l, self.u) = (l, u)
  }

  var isConstant: Bool { terms.isEmpty }

  mutating func add(_ factor: Double, _ other: Expression) {
    for (column, coefficient) in other.terms { terms[column, default: 0] += factor * coefficient }
    constant += factor * other.constant
    let ends = (factor * other.l, factor * other.u)
    l += min(ends.0, ends.1)
    u += max(ends.0, ends.1)
  }

  /// The range with room for the rounding of its sums.
  mutating func widen() {
    guard !isConstant else { return }
    let room = 1e-10 * (abs(l) + abs(u))
    (l, u) = (l - room, u + room)
  }

  func scaled(by factor: Double) -> Expression {
    var result = Expression(constant: 0)
    result.add(factor, self)
    return result
  }
}

/// The mixed-integer program of one part of J.
private struct Program {
  private var lower: [Double] = []
  private var upper: [Double] = []
  private var isInteger: [Bool] = []
  private var rows = SparseRows()
  private var objective = Expression(constant: 0)
  /// The column of a unit's binary.
  private var binaries: [Int: Int] = [:]
  private let decided: PartialPattern
  private let problem: PatternProblem

  init(
    _ problem: PatternProblem, _ part: JacobianPart, decided: PartialPattern, ranges: [UnitRange], root: Cell?
  ) {
    self.problem = problem
    self.decided = decided
    for unit in decided.indices where decided[unit] == .undecided {
      binaries[unit] = column(0, 1, isInteger: true)
    }
    if let root { addForwardPass(root, ranges) }
    addObjective(chainRule(part))
  }

  private mutating func column(_ l: Double, _ u: Double, isInteger integer: Bool = false) -> Int {
    lower.append(l)
    upper.append(u)
    isInteger.append(integer)
    return lower.count - 1
  }

  /// Σ factor · expression within the bounds.
  private mutating func addRow(
    _ parts: [(Double, Expression)], lower: Double = -.infinity, upper: Double = .infinity
  ) {
    var sum = Expression(constant: 0)
    for (factor, part) in parts { sum.add(factor, part) }
    let terms = sum.terms.filter { $0.value != 0 }.sorted { $0.key < $1.key }
    if terms.isEmpty { return }
    rows.append(
      terms.map { ($0.key, $0.value) }, lower: lower - sum.constant, upper: upper - sum.constant)
  }

  /// A column of its own for an expression with many terms.
  private mutating func named(_ expression: Expression) -> Expression {
    if expression.terms.count <= 1 { return expression }
    let own = Expression(column: column(expression.l, expression.u), expression.l, expression.u)
    addRow([(1, own), (-1, expression)], lower: 0, upper: 0)
    return own
  }

  private func binary(_ unit: Int) -> Expression? { binaries[unit].map { Expression(column: $0, 0, 1) } }

  // MARK: The forward pass

  private mutating func addForwardPass(_ root: Cell, _ ranges: [UnitRange]) {
    guard let box = root.box else { return }
    let inputs = box.lower.indices.map { j in
      Expression(column: column(box.lower[j], box.upper[j]), box.lower[j], box.upper[j])
    }
    func form(_ forms: LayerForms, _ unit: Int) -> Expression {
      var form = Expression(constant: forms.constant(unit))
      for (w, x) in zip(forms.gradient(unit), inputs) where w != 0 { form.add(w, x) }
      form.widen()
      return form
    }
    // The domain's own rows.
    for row in root.rows { addRow([(row.sign, form(row.forms, row.unit))], lower: 0) }
    let start = root.forms.layer
    var values = (0..<root.forms.units).map { form(root.forms, $0) }
    // What nothing undecided follows need not be computed.
    let last = (start..<problem.hiddenLayers).last { problem.diagonalIsOpen(decided, layer: $0) } ?? start - 1
    for layer in start..<problem.hiddenLayers where layer <= last {
      if layer > start {
        let weights = problem.weights[layer]
        values = (0..<weights.rows).map { i in
          var value = Expression(constant: problem.biases[layer][i])
          for (w, v) in zip(weights.row(i), values) where w != 0 { value.add(w, v) }
          value.widen()
          return value
        }
      }
      for (i, unit) in problem.unitRange(layer).enumerated() {
        let range = ranges[unit - problem.offsets[start]]
        values[i].l = max(values[i].l, range.l)
        values[i].u = min(values[i].u, range.u)
        values[i] = activation(values[i], unit: unit, isLast: layer == last)
      }
    }
  }

  private mutating func activation(_ value: Expression, unit: Int, isLast: Bool) -> Expression {
    let slopes = problem.slopes[unit]
    guard let a = binary(unit) else {
      let slope = problem.slope(decided[unit], unit: unit)
      return isLast || slope == 0 ? Expression(constant: 0) : named(value).scaled(by: slope)
    }
    let (l, u) = (min(value.l, 0), max(value.u, 0))
    let z = named(value)
    if isLast {
      addRow([(1, z), (-u, a)], upper: 0)
      addRow([(1, z), (l, a)], lower: l)
      return Expression(constant: 0)
    }
    let r = Expression(column: column(0, u), 0, u)
    addRow([(1, r), (-1, z)], lower: 0)
    addRow([(1, r), (-u, a)], upper: 0)
    addRow([(1, r), (-1, z), (-l, a)], upper: -l)
    var result = z.scaled(by: slopes.off)
    result.add(slopes.on - slopes.off, r)
    let ends = [0, slopes.off * l, slopes.on * u]
    (result.l, result.u) = (ends.min() ?? 0, ends.max() ?? 0)
    return result
  }

  // MARK: The chain rule

  /// The entries of a part of J: of a row backwards from the output, of a column forwards from the input.
  private mutating func chainRule(_ part: JacobianPart) -> [Expression] {
    let chain = problem.chain
    let layers = problem.hiddenLayers
    let start: [Double]
    let steps: [(layer: Int, next: Matrix)]
    if let row = part.row {
      start = Array(chain[layers].row(row))
      steps = (0..<layers).reversed().map { layer in
        let next = chain[layer].transposed()
        guard layer == 0, let column = part.column else { return (layer, next) }
        return (layer, next.selecting(rows: [column]))
      }
    } else {
      start = chain[0].column(part.column ?? 0)
      steps = (0..<layers).map { ($0, chain[$0 + 1]) }
    }
    var vector = start.map { Expression(constant: $0) }
    for (layer, next) in steps {
      for (i, unit) in problem.unitRange(layer).enumerated() { vector[i] = switched(vector[i], by: unit) }
      vector = (0..<next.rows).map { i in
        var sum = Expression(constant: 0)
        for (w, h) in zip(next.row(i), vector) where w != 0 { sum.add(w, h) }
        sum.widen()
        return sum
      }
    }
    return vector
  }

  /// A unit's slope times g.
  private mutating func switched(_ gradient: Expression, by unit: Int) -> Expression {
    let slopes = problem.slopes[unit]
    guard let a = binary(unit) else {
      return gradient.scaled(by: problem.slope(decided[unit], unit: unit))
    }
    let (l, u) = (gradient.l, gradient.u)
    if l == 0, u == 0 { return Expression(constant: 0) }
    var result: Expression
    if gradient.isConstant {
      result = Expression(constant: slopes.off * gradient.constant)
      result.add((slopes.on - slopes.off) * gradient.constant, a)
    } else {
      let g = named(gradient)
      let w = Expression(column: column(min(l, 0), max(u, 0)), min(l, 0), max(u, 0))
      addRow([(1, w), (-u, a)], upper: 0)
      addRow([(1, w), (-l, a)], lower: 0)
      addRow([(1, w), (-1, g), (-l, a)], upper: -l)
      addRow([(1, w), (-1, g), (-u, a)], lower: -u)
      result = g.scaled(by: slopes.off)
      result.add(slopes.on - slopes.off, w)
    }
    let ends = [slopes.off * l, slopes.off * u, slopes.on * l, slopes.on * u]
    (result.l, result.u) = (ends.min() ?? 0, ends.max() ?? 0)
    return result
  }

  /// Σ |entry|.
  private mutating func addObjective(_ entries: [Expression]) {
    for entry in entries {
      let (l, u) = (entry.l, entry.u)
      if l >= 0 {
        objective.add(1, entry)
      } else if u <= 0 {
        objective.add(-1, entry)
      } else {
        let e = Expression(column: column(0, 1, isInteger: true), 0, 1)
        let size = max(u, -l)
        let t = Expression(column: column(0, size), 0, size)
        addRow([(1, t), (-1, entry), (-2 * l, e)], upper: -2 * l)
        addRow([(1, t), (1, entry), (-2 * u, e)], upper: 0)
        objective.add(1, t)
      }
    }
  }

  // MARK: What GLPK is given, and what it answers

  /// Minimise -objective / scale, where the objective is at least `goal`.
  func integerProgram(
    excluding conflicts: [[(unit: Int, phase: Phase)]], goal: Double, scale: Double
  ) -> IntegerProgram {
    var program = self
    // The constant part of the objective, as a column that is 1.
    let one = Expression(column: program.column(1, 1), 1, 1)
    var total = Expression(constant: 0)
    for (column, coefficient) in objective.terms { total.terms[column] = coefficient / scale }
    if objective.constant != 0 { total.add(objective.constant / scale, one) }
    if goal > 0 { program.addRow([(1, total)], lower: goal / scale) }
    for conflict in conflicts {
      // Σ (1 - a) over units that are on, and a over those that are off, is at least 1.
      var ones = 0.0
      var terms: [(Double, Expression)] = []
      for (unit, phase) in conflict {
        guard let a = program.binary(unit) else { continue }
        terms.append((phase == .on ? -1 : 1, a))
        if phase == .on { ones += 1 }
      }
      // Without a binary it is all that there is.
      if terms.isEmpty { terms = [(-1, one)] }
      program.addRow(terms, lower: 1 - ones)
    }
    var costs = [Double](repeating: 0, count: program.lower.count)
    for (column, coefficient) in total.terms { costs[column] = -coefficient }
    var result = IntegerProgram(
      costs: costs, lower: program.lower, upper: program.upper, isInteger: program.isInteger)
    result.rows = program.rows
    return result
  }

  /// The complete pattern of a solution.
  func pattern(_ solution: [Double]) -> PartialPattern {
    decided.indices.map { unit in
      binaries[unit].map { solution[$0] > 0.5 ? .on : .off } ?? decided[unit]
    }
  }
}
