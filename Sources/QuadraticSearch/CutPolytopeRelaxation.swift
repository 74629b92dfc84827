import LinearProgramming

/// The linear relaxation of the cut polytope by odd-cycle inequalities (Barahona, Jünger and Reinelt 1989; Liers, Jünger,
/// Reinelt and Rinaldi 2004):
///
///     min Σ w_e x_e over the box of a node and the inequalities found so far, which are valid in every node
///
///     until done or tailing off:
///       solve from the last basis; prove a bound from the multipliers; fix edges by their reduced costs;
///       separate; drop inequalities that have been slack for a while
///
/// One relaxation belongs to one worker, as its program does, and serves all nodes. The simplex method's numbers decide
/// only where to look: every bound and every fixing is proved by `LinearMultipliers`.
struct CutPolytopeRelaxation {
  struct Result {
    /// No spins of the node have a larger E, but for those that were fixed away.
    var bound: Int128
    /// The largest bound of what was fixed away; nil where nothing was.
    var excluded: Int128?
    var fixed: FixedEdges
    /// The node is done with: its bound is below the cutoff, or nothing is left of it.
    var isDone = false
    /// In a proof: what `bound` rests on; nil is Σ |c|.
    var evidence: LinearEvidence?
    /// In a proof: nothing is left of the node, and the last fixing has proved that.
    var isContradictory = false
    /// Where the program's last optimum is; nil where it has none.
    var point: [Double]?
  }

  /// Inequalities added a round.
  private static let cutsPerRound = 300
  private static let violationThreshold = 0.02
  /// An inequality goes once it was slack at so many solutions in a row.
  private static let patience = 8
  /// A node is branched on once so many rounds together closed less than a part of its gap.
  private static let window = 4
  private static let progress = 0.1

  private let graph: CutGraph
  private let multipliers: LinearMultipliers
  private let tripwire: Tripwire?
  private var separation: OddCycleSeparation
  private var rows: [OddCycleInequality] = []
  private var slackFor: [Int] = []
  private var present: Set<OddCycleInequality> = []
  /// The values the program's box stands at.
  private var box: [Bool?]
  /// GLPK failed fatally: only bounds without multipliers from now on.
  private(set) var isBroken = false
  private(set) var iterations = 0
  private(set) var solutions = 0
  /// A planted fault: bounds are too small.
  var optimism: Int128 = 0

  /// Objective coefficients are w / scale.
  private let scale: Double

  init(_ graph: CutGraph, tripwire: Tripwire? = nil) {
    self.graph = graph
    self.tripwire = tripwire
    multipliers = LinearMultipliers(graph)
    separation = OddCycleSeparation(graph)
    box = [Bool?](repeating: nil, count: graph.edges.count)
    scale = graph.edges.map { abs(Double($0.weight)) }.max().map { $0.binade } ?? 1
  }

  /// Runs `body` with a relaxation and its program.
  static func with<Value>(
    _ graph: CutGraph, tripwire: Tripwire?,
    _ body: (inout CutPolytopeRelaxation, inout CuttingPlaneProgram) throws(GLPKFailure) -> Value
  ) throws(GLPKFailure) -> Value {
    var relaxation = CutPolytopeRelaxation(graph, tripwire: tripwire)
    let n = graph.edges.count
    return try CuttingPlaneProgram.with(
      costs: graph.edges.map { Double($0.weight) / relaxation.scale },
      lower: [Double](repeating: 0, count: n), upper: [Double](repeating: 1, count: n)
    ) { program throws(GLPKFailure) in try body(&relaxation, &program) }
  }

  /// - Parameters:
  ///   - inherited: a bound known already.
  ///   - evidence: what the inherited bound rests on.
  ///   - cutoff: what is below it is not of interest.
  ///   - willFix: in a proof, called with edges about to be fixed and why.
  ///   - visit: shown each optimum of the program; returns the cutoff from then on.
  mutating func bound(
    _ fixed: FixedEdges, inherited: Int128, evidence: LinearEvidence? = nil, cutoff: Int128,
    program: inout CuttingPlaneProgram, shouldStop: () -> Bool,
    willFix: ((_ terms: [Int32], LinearEvidence, _ cutoff: Int128) -> Void)? = nil,
    visit: ([Double]) -> Int128
  ) -> Result {
    var cutoff = cutoff
    var result = Result(bound: inherited, excluded: nil, fixed: fixed, evidence: evidence)
    var history: [Double] = []
    do throws(GLPKFailure) {
      while true {
        try place(result.fixed.values, &program)
        guard let solution = try solve(&program, cutoff, shouldStop) else { break }
        let suggested = solution.rowMultipliers.map { -$0 * scale }
        let proved = multipliers.bound(rows, multipliers: suggested, values: result.fixed.values)
        tripwire?.check(result.fixed, bound: proved.floor)
        if willFix != nil, proved.floor - optimism < result.bound {
          result.evidence = multipliers.evidence(rows, multipliers: suggested)
        }
        result.bound = min(result.bound, proved.floor - optimism)
        let isOptimal = solution.status == .optimal
        if isOptimal {
          result.point = solution.point
          cutoff = visit(solution.point)
        }
        result.isDone = result.bound < cutoff
        if !result.isDone {
          let isPossible = fix(&result, proved, cutoff) { terms in
            willFix?(terms, multipliers.evidence(rows, multipliers: suggested), cutoff)
          }
          result.isDone = !isPossible
          result.isContradictory = !isPossible
        }
        if result.isDone || !isOptimal || shouldStop() { break }
        history.append(proved.estimate)
        if isTailingOff(history, cutoff) { break }
        try dropSlack(solution, &program)
        if try !separate(solution.point, &program) { break }
      }
    } catch {
      isBroken = true
    }
    if isBroken {
      let proved = multipliers.bound([], multipliers: [], values: result.fixed.values)
      if proved.floor < result.bound { result.evidence = nil }
      result.bound = min(result.bound, proved.floor)
      result.isDone = result.isContradictory || result.bound < cutoff
    }
    return result
  }

  private mutating func place(
    _ values: [Bool?], _ program: inout CuttingPlaneProgram
  ) throws(GLPKFailure) {
    let changed = values.indices.filter { values[$0] != box[$0] }
    guard !changed.isEmpty else { return }
    try program.setBounds(
      columns: changed, lower: changed.map { values[$0] == true ? 1 : 0 },
      upper: changed.map { values[$0] == false ? 0 : 1 })
    box = values
  }

  /// In slices of time, so that limits and interruption are seen; nil where they end it, or GLPK gives up.
  private mutating func solve(
    _ program: inout CuttingPlaneProgram, _ cutoff: Int128, _ shouldStop: () -> Bool
  ) throws(GLPKFailure) -> CuttingPlaneProgram.Solution? {
    // E < cutoff means that the objective is above this; a margin leaves the proof its rounding.
    let margin = 1e-6 + Double(graph.absoluteSum) * 1e-11
    let limit = (Double(graph.sum) - Double(cutoff)) / 2 + margin
    repeat {
      solutions += 1
      let solution = try program.solve(objectiveLimit: limit / scale, milliseconds: 500)
      iterations += solution.iterations
      if solution.status != .time { return solution.status == .unknown ? nil : solution }
    } while !shouldStop()
    return nil
  }

  /// Fixes edges that reduced costs allow; what is excluded so is below the cutoff.
  ///
  /// - Returns: false where the edges contradict one another: nothing that is of interest is left.
  private func fix(
    _ result: inout Result, _ proved: LinearMultipliers.Bound, _ cutoff: Int128,
    willFix: (_ terms: [Int32]) -> Void
  ) -> Bool {
    var terms: [Int32] = []
    for e in result.fixed.values.indices where result.fixed.values[e] == nil {
      guard let value = proved.fixing(e, cutoff: cutoff) else { continue }
      terms.append(OddCycleInequality.term(e, inF: value))
      let excluded = proved.floorOpposing(e)
      result.excluded = result.excluded.map { max($0, excluded) } ?? excluded
    }
    guard !terms.isEmpty else { return true }
    willFix(terms)
    let before = result.fixed
    let isPossible = result.fixed.fix(terms)
    tripwire?.check(before, narrowedTo: isPossible ? result.fixed : nil, cutoff: cutoff)
    return isPossible
  }

  private func isTailingOff(_ history: [Double], _ cutoff: Int128) -> Bool {
    let last = history.count - 1
    guard last >= Self.window else { return false }
    return history[last - Self.window] - history[last] < Self.progress * (history[last] - Double(cutoff))
  }

  private mutating func dropSlack(
    _ solution: CuttingPlaneProgram.Solution, _ program: inout CuttingPlaneProgram
  ) throws(GLPKFailure) {
    for row in rows.indices { slackFor[row] = solution.rowIsBasic[row] ? slackFor[row] + 1 : 0 }
    let gone = rows.indices.filter { slackFor[$0] >= Self.patience }
    guard gone.count > rows.count / 10 else { return }
    try program.removeRows(gone)
    for row in gone { present.remove(rows[row]) }
    let kept = rows.indices.filter { slackFor[$0] < Self.patience }
    rows = kept.map { rows[$0] }
    slackFor = kept.map { slackFor[$0] }
  }

  /// - Returns: whether there were any.
  private mutating func separate(
    _ x: [Double], _ program: inout CuttingPlaneProgram
  ) throws(GLPKFailure) -> Bool {
    let new = separation.violated(by: x, threshold: Self.violationThreshold, count: Self.cutsPerRound)
      .filter { !present.contains($0) }
    guard !new.isEmpty else { return false }
    var sparse = SparseRows()
    for inequality in new {
      tripwire?.check(inequality)
      sparse.append(
        inequality.terms.map {
          (OddCycleInequality.edge($0), OddCycleInequality.isInF($0) ? 1.0 : -1.0)
        }, upper: Double(inequality.bound))
    }
    try program.add(sparse)
    rows += new
    slackFor += [Int](repeating: 0, count: new.count)
    present.formUnion(new)
    return true
  }
}
