import Synchronization

/// The proof of one part's bound: carries what an engine knows in the part's own indices to a sink.
final class SpinPartProof<Scalar: FixedWidthInteger & SignedInteger & Sendable>: Sendable {
  let sink: any SpinProofSink
  let fault: PlantedFault?
  private let form: SpinForm<Scalar>
  /// The part's spins in the problem, and last the vertex that counts as the anchor.
  private let names: [Int]
  private struct State {
    var level: Int128?
    var isFaulty = false
  }
  private let state = Mutex(State())

  /// Begins the part.
  init(
    _ sink: any SpinProofSink, form: SpinForm<Scalar>, spins: [Int], anchor: Int, fault: PlantedFault?
  ) {
    self.sink = sink
    self.fault = fault
    self.form = form
    // Without fields the spin that is fixed first takes the anchor's place.
    names = spins + [form.hasFields ? anchor : spins.isEmpty ? anchor : spins[form.heaviestSpin]]
    sink.beginPart(spins)
  }

  /// What bounds are too small by.
  var optimism: Double { fault == .optimisticBound ? 3 * Double(form.step) : 0 }
  var skipsChild: Bool { fault == .skippedChild }

  /// The leaves that follow may have so much energy.
  ///
  /// - Returns: the next energy that none may have.
  @discardableResult
  private func allow(_ bounds: Int128...) -> Int128 {
    let level = Int128(bounds.map(form.roundedDown(clamping:)).max() ?? 0)
    state.withLock { state in
      if state.level.map({ $0 < level }) ?? true {
        state.level = level
        sink.level(level)
      }
    }
    return level + Int128(form.step)
  }

  // MARK: Whole parts

  /// Nothing is known but Σ |c|.
  func sumOfMagnitudes() { bounded(0, []) }

  func eliminated(order: [Int], energy: Scalar) {
    allow(Int128(energy))
    sink.eliminated(0, order: order.map { names[$0] })
  }

  // MARK: Trees

  func branch(_ node: Int, _ i: Int, _ j: Int) -> (equal: Int, opposite: Int) {
    sink.branch(node, names[i], names[j])
  }

  /// - Parameter cutoff: the least energy that is still of interest.
  func eliminated(_ node: Int, _ vertices: [Int], cutoff: Int128) {
    allow(cutoff - 1)
    sink.eliminated(node, order: vertices.map { names[$0] })
  }

  /// A node by its dual point; nil has the sum of magnitudes.
  func bounded(_ node: Int, _ dual: CutDual?, bound: Double, cutoff: Int128) {
    guard let dual, bound <= Double(form.absoluteSum) else {
      allow(cutoff - 1, Int128(form.absoluteSum))
      sink.bounded(node, cycles: [], diagonal: nil)
      return
    }
    // The bound grows by at most the rounding of each u, and four times that of each multiplier. It may take a quarter of
    // the room.
    func room() -> Double { Double(allow(cutoff - 1, Int128(bound.rounded(.down)))) - bound }
    var slack = room()
    if slack < 1e-9 * max(1, abs(bound)) {
      allow(Int128(bound.rounded(.down)) + Int128(form.step))
      slack = Double(form.step)
    }
    let terms = Double(dual.diagonal.count + 4 * dual.multipliers.count)
    let unit = Double(sign: .plus, exponent: Int((slack / (4 * terms)).exponent), significand: 1)
    var u = dual.diagonal
    var cycles: [SpinCycle] = []
    for (inequality, multiplier) in zip(dual.inequalities, dual.multipliers) {
      let rounded = (multiplier / unit).rounded() * unit
      // Rows change by so much at most: with larger u the matrix stays positive semidefinite.
      for vertex in [inequality.i, inequality.j, inequality.k] { u[Int(vertex)] += abs(rounded - multiplier) }
      guard rounded > 0 else { continue }
      let (i, j, k) = (names[Int(inequality.i)], names[Int(inequality.j)], names[Int(inequality.k)])
      cycles.append(
        SpinCycle(
          multiplier: rounded,
          walk: [
            .init(spin: i, isPlus: inequality.a < 0), .init(spin: j, isPlus: inequality.c < 0),
            .init(spin: k, isPlus: inequality.b < 0),
          ]))
    }
    let diagonal = zip(names, u).filter { $1 != 0 }.map {
      (spin: $0, value: ($1 / unit).rounded(.up) * unit)
    }
    sink.bounded(node, cycles: planted(cycles), diagonal: diagonal)
  }

  /// A node by multipliers of odd-cycle inequalities.
  func bounded(_ node: Int, _ evidence: LinearEvidence?, _ graph: CutGraph, bound: Int128, cutoff: Int128) {
    allow(cutoff - 1, bound)
    sink.bounded(node, cycles: evidence.map { cycles($0, graph) } ?? [], diagonal: nil)
  }

  func fix(_ node: Int, _ terms: [Int32], _ evidence: LinearEvidence, _ graph: CutGraph, cutoff: Int128) {
    allow(cutoff - 1)
    let ties = terms.map { term in
      let edge = graph.edges[OddCycleInequality.edge(term)]
      return SpinTie(i: names[edge.tail], j: names[edge.head], isEqual: !OddCycleInequality.isInF(term))
    }
    sink.fix(node, ties, cycles: cycles(evidence, graph))
  }

  private func bounded(_ node: Int, _ cycles: [SpinCycle]) {
    allow(Int128(form.absoluteSum))
    sink.bounded(node, cycles: cycles, diagonal: nil)
  }

  private func cycles(_ evidence: LinearEvidence, _ graph: CutGraph) -> [SpinCycle] {
    planted(
      zip(evidence.rows, evidence.multipliers).map { row, multiplier in
        SpinCycle(
          multiplier: multiplier,
          walk: row.walk(graph).map { .init(spin: names[$0.vertex], isPlus: !$0.isInF) })
      })
  }

  private func planted(_ cycles: [SpinCycle]) -> [SpinCycle] {
    guard fault == .wrongCut, let first = cycles.first else { return cycles }
    let isFirst = state.withLock { state in
      defer { state.isFaulty = true }
      return !state.isFaulty
    }
    guard isFirst else { return cycles }
    var walk = first.walk
    walk[0] = .init(spin: walk[0].spin, isPlus: !walk[0].isPlus)
    return [SpinCycle(multiplier: first.multiplier, walk: walk)] + cycles.dropFirst()
  }
}

/// Odd-cycle inequalities and the multipliers of a bound, as `LinearMultipliers` rounds them.
struct LinearEvidence: Sendable {
  var rows: [OddCycleInequality] = []
  var multipliers: [Double] = []

  /// Bytes.
  var footprint: Int {
    rows.reduce(0) { $0 + 48 + MemoryLayout<Int32>.stride * $1.terms.count }
  }
}

extension OddCycleInequality {
  /// The cycle's vertices in order, each with whether the edge to the next is in F.
  fileprivate func walk(_ graph: CutGraph) -> [(vertex: Int, isInF: Bool)] {
    var left = terms
    var vertex = graph.edges[Self.edge(left[0])].tail
    var walk: [(vertex: Int, isInF: Bool)] = []
    // A cycle is simple, so each vertex has one edge that was not walked yet.
    while let next = left.firstIndex(where: {
      let edge = graph.edges[Self.edge($0)]
      return edge.tail == vertex || edge.head == vertex
    }) {
      let term = left.remove(at: next)
      let edge = graph.edges[Self.edge(term)]
      walk.append((vertex, Self.isInF(term)))
      vertex = edge.tail == vertex ? edge.head : edge.tail
    }
    return walk
  }
}
