import HeapModule
import LinearAlgebra
import RandomNumbers

/// Best-first branch and bound over partial spin assignments with the semidefinite relaxation of max-cut and triangle
/// inequalities, as Biq Mac (Rendl, Rinaldi and Wiegele 2010). A child inherits its parent's inequalities and dual point.
///
///     while an open node may hold a better value:
///       take the one with the largest bound; branch on the spin whose relaxed correlation with the fixed ones is
///       nearest to zero; bound both children; keep what may be better
///
/// Fixed spins are merged into one anchor. Values are integers of one parity, so a node is done with as soon as its bound
/// is below the next value. Nodes with few free spins are enumerated.
struct SpinBranchAndBound<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  private struct Node: Comparable {
    let bound: Double
    /// Ties are broken by age, so that runs repeat.
    let serial: Int
    /// 0 where a spin is free.
    let fixed: [Int8]
    let branching: Int
    let dual: CutDual

    static func < (a: Node, b: Node) -> Bool { (a.bound, -a.serial) < (b.bound, -b.serial) }
    static func == (a: Node, b: Node) -> Bool { a.serial == b.serial }
  }

  /// The relaxation holds a dozen dense matrices of this size: 2.4 GB at the limit.
  static var spinLimit: Int { 5000 }
  /// Nodes with at most so many free spins are enumerated.
  private static var enumerationLimit: Int { 10 }
  /// Triangle inequalities are separated at most so often.
  private static var rootRounds: Int { 12 }
  private static var childRounds: Int { 8 }
  /// Tabu searches before the first node.
  private static var initialRestarts: Int { 20 }

  private let form: SpinForm<Scalar>
  private let limits: SearchLimits
  private let relativeGap: Double
  /// The search ends once this is reached, and does not look for less.
  private let goal: Scalar?
  private let tabu: TabuSearch<Scalar>
  private let report: (Scalar, Double, Int) -> Void
  /// What rounding coefficients and sums to doubles can hide.
  private let margin: Double
  private var random: SplitMix64
  private var queue = Heap<Node>()
  private var serial = 0
  private(set) var best: (energy: Scalar, spins: [Int8])
  /// The largest bound of what was pruned; nil before.
  private var settled: Double?

  init(
    form: SpinForm<Scalar>, limits: SearchLimits, relativeGap: Double, goal: Scalar?, seed: UInt64,
    report: @escaping (Scalar, Double, Int) -> Void
  ) {
    self.form = form
    self.limits = limits
    self.relativeGap = relativeGap
    self.goal = goal
    self.report = report
    tabu = TabuSearch(form: form)
    random = SplitMix64(seed: seed)
    margin = Double(form.absoluteSum) * 0x1p-50
    let start = [Int8](repeating: 1, count: form.spins)
    best = (form.energy(start), start)
  }

  /// A part of the search space whose bound is below this holds nothing better, or nothing that is asked for.
  private var cutoff: Double {
    let gap = relativeGap * abs(Double(best.energy))
    let next = Double(best.energy) + Swift.max(Double(form.step), gap)
    return Swift.max(next, goal.map { Double($0) } ?? next) - margin
  }

  private var isDone: Bool { goal.map { best.energy >= $0 } ?? false }

  /// Runs to the end or a limit.
  ///
  /// - Returns: An upper bound on E over all that was not enumerated; nil where everything was. E is at most the larger
  ///   of this and the best energy.
  mutating func run() -> Double? {
    for _ in 0..<Self.initialRestarts where !isDone && !limits.shouldStop() {
      limits.statistics.restarts += 1
      offer(tabu.restart(&random, shouldStop: limits.shouldStop))
    }
    var fixed = [Int8](repeating: 0, count: form.spins)
    if !form.hasFields, form.spins > 0 {
      // s and -s are the same: fix the spin with the heaviest couplings.
      let weights = form.neighbours.map { $0.reduce(Scalar(0)) { $0 + abs($1.coupling) } }
      fixed[weights.indices.max { weights[$0] < weights[$1] } ?? 0] = 1
    }
    visit(fixed, inherited: Double(form.absoluteSum).nextUp, from: nil, rounds: Self.rootRounds)
    while let node = queue.max, node.bound >= cutoff, !isDone {
      if limits.shouldStop() { break }
      queue.removeMax()
      report(best.energy, node.bound, queue.count)
      for spin: Int8 in [1, -1] {
        var child = node.fixed
        child[node.branching] = spin
        visit(
          child, inherited: node.bound, from: node.dual.fixing(node.branching, to: spin),
          rounds: Self.childRounds)
      }
      // Only now: the last node that the limit allows is worked off like the others.
      limits.statistics.nodes += 1
    }
    let open = queue.max?.bound
    return settled.map { Swift.max($0, open ?? $0) } ?? open
  }

  private mutating func offer(_ candidate: (energy: Scalar, spins: [Int8])) {
    if candidate.energy > best.energy { best = candidate }
  }

  private mutating func visit(_ fixed: [Int8], inherited: Double, from dual: CutDual?, rounds: Int) {
    let sub = Subproblem(form: form, fixed: fixed)
    guard sub.free.count > Self.enumerationLimit else {
      let leaf = GrayCode(form: sub.form).maximum()
      return offer((leaf.energy + sub.constant, sub.complete(leaf.spins)))
    }
    limits.statistics.relaxations += 1
    let constant = Double(sub.constant)
    let relaxed = CutRelaxation.bound(
      sub.matrix, from: dual.map { sub.local($0) }, rounds: rounds, cutoff: cutoff - constant,
      shouldStop: limits.shouldStop)
    limits.statistics.iterations += relaxed.iterations
    let bound = Swift.min(inherited, relaxed.bound + constant + margin)
    guard bound >= cutoff else {
      settled = Swift.max(settled ?? bound, bound)
      return
    }
    let anchor = sub.free.count
    let correlations = (0..<anchor).map { relaxed.primal[$0, anchor] }
    offer(tabu.improve(sub.complete(correlations.map { $0 < 0 ? -1 : 1 }), &random, patience: form.spins))
    let choice = correlations.indices.min { abs(correlations[$0]) < abs(correlations[$1]) } ?? 0
    serial += 1
    queue.insert(
      Node(
        bound: bound, serial: serial, fixed: fixed, branching: sub.free[choice],
        dual: sub.global(relaxed.dual)))
  }

  /// What is left once some spins are fixed.
  private struct Subproblem {
    let free: [Int]
    let fixed: [Int8]
    /// The free spins alone, with the fixed ones in the fields.
    let form: SpinForm<Scalar>
    let constant: Scalar

    init(form: SpinForm<Scalar>, fixed: [Int8]) {
      self.fixed = fixed
      let free = fixed.indices.filter { fixed[$0] == 0 }
      var position = [Int](repeating: -1, count: fixed.count)
      for (k, spin) in free.enumerated() { position[spin] = k }
      var fields: [Scalar] = []
      var neighbours: [[SpinForm<Scalar>.Neighbour]] = []
      for spin in free {
        var field = form.fields[spin]
        var list: [SpinForm<Scalar>.Neighbour] = []
        for neighbour in form.neighbours[spin] {
          if fixed[neighbour.spin] == 0 {
            list.append(.init(spin: position[neighbour.spin], coupling: neighbour.coupling))
          } else {
            field += Scalar(fixed[neighbour.spin]) * neighbour.coupling
          }
        }
        fields.append(field)
        neighbours.append(list)
      }
      self.free = free
      self.form = SpinForm(spins: free.count, neighbours: neighbours, fields: fields, unit: form.unit)
      // The energy with all free spins 0.
      constant = form.energy(fixed)
    }

    /// sᵀ C s with the anchor last: half of each coupling and field off the diagonal.
    var matrix: Matrix {
      let n = free.count + 1
      var c = Matrix(rows: n, columns: n)
      for i in free.indices {
        for neighbour in form.neighbours[i] { c[i, neighbour.spin] = Double(neighbour.coupling) / 2 }
        c[i, n - 1] = Double(form.fields[i]) / 2
        c[n - 1, i] = c[i, n - 1]
      }
      return c
    }

    /// A dual point in this subproblem's indices; the anchor is last in both.
    func local(_ dual: CutDual) -> CutDual {
      let anchor = fixed.count
      var position = [Int](repeating: -1, count: anchor + 1)
      for (k, spin) in free.enumerated() { position[spin] = k }
      position[anchor] = free.count
      return CutDual(
        diagonal: free.map { dual.diagonal[$0] } + [dual.diagonal[anchor]],
        inequalities: dual.inequalities.map { $0.renamed { position[$0] } }, multipliers: dual.multipliers)
    }

    func global(_ dual: CutDual) -> CutDual {
      let anchor = fixed.count
      var result = CutDual(spins: anchor)
      for (k, spin) in free.enumerated() { result.diagonal[spin] = dual.diagonal[k] }
      result.diagonal[anchor] = dual.diagonal[free.count]
      result.inequalities = dual.inequalities.map { $0.renamed { $0 == free.count ? anchor : free[$0] } }
      result.multipliers = dual.multipliers
      return result
    }

    func complete(_ spins: [Int8]) -> [Int8] {
      var all = fixed
      for (k, spin) in free.enumerated() { all[spin] = spins[k] }
      return all
    }
  }
}
