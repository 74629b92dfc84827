import LinearAlgebra
import RandomNumbers
import TreeSearch

/// Best-first branch and bound over partial spin assignments with the semidefinite relaxation of max-cut and triangle
/// inequalities, as Biq Mac (Rendl, Rinaldi and Wiegele 2010). A child inherits its parent's inequalities and dual point.
///
///     while an open node may hold a better value:
///       take the one with the largest bound; branch on the spin whose relaxed correlation with the fixed ones is
///       nearest to zero; bound both children; keep what may be better
///
/// Fixed spins are merged into one anchor. Values are integers of one parity, so a node is done with as soon as its bound
/// is below the next value. Nodes with few free spins are enumerated.
final class SpinBranchAndBound<Scalar: FixedWidthInteger & SignedInteger & Sendable>: Sendable {
  struct Node: SpinNode {
    let bound: Double
    /// 0 where a spin is free.
    let fixed: [Int8]
    let branching: Int
    /// The dual point to start the children from; nil where memory or a checkpoint had no room for it.
    let dual: CutDual?
    /// In a proof, the node's number, and the dual point that proves its bound.
    var proofNode = 0
    var evidence: CutDual?

    /// Energies are integers.
    var energyBound: Int128 { Int128(bound.rounded(.down)) }
    var footprint: Int { 96 + fixed.count + (dual?.footprint ?? 0) + (evidence?.footprint ?? 0) }
    var lightened: Node {
      Node(bound: bound, fixed: fixed, branching: branching, dual: nil, proofNode: proofNode)
    }

    func isValid(spins: Int) -> Bool {
      abs(bound) < 0x1p126 && fixed.count == spins && dual?.isValid(spins: spins) ?? true
    }
  }

  /// The relaxation holds a dozen dense matrices of this size: 2.4 GB at the limit.
  static var spinLimit: Int { 5000 }
  /// Nodes with at most so many free spins are enumerated.
  private static var enumerationLimit: Int { 10 }
  /// Triangle inequalities are separated at most so often.
  private static var rootRounds: Int { 12 }
  private static var childRounds: Int { 8 }

  private let form: SpinForm<Scalar>
  private let limits: SearchLimits
  private let incumbent: SpinIncumbent<Scalar>
  private let seed: UInt64
  private let tabu: TabuSearch<Scalar>
  private let proof: SpinPartProof<Scalar>?

  init(
    form: SpinForm<Scalar>, limits: SearchLimits, incumbent: SpinIncumbent<Scalar>, seed: UInt64,
    proof: SpinPartProof<Scalar>? = nil
  ) {
    self.proof = proof
    self.form = form
    self.limits = limits
    self.incumbent = incumbent
    self.seed = seed
    tabu = TabuSearch(form: form)
  }

  /// The heuristic's spins, and the tree's root; none where the root can be pruned.
  func root() -> [Node] {
    var random = SplitMix64(seed: seed)
    incumbent.seed(tabu, limits, &random)
    var fixed = [Int8](repeating: 0, count: form.spins)
    if !form.hasFields, form.spins > 0 {
      // s and -s are the same: fix the spin with the heaviest couplings.
      fixed[form.heaviestSpin] = 1
    }
    let root = visit(fixed, as: 0, below: nil, from: nil, rounds: Self.rootRounds, &random)
    return root.map { [$0] } ?? []
  }

  /// The children that may hold something better.
  func expand(_ node: Node) -> [Node] {
    // From the node alone, so that runs repeat whatever the order of the nodes.
    var random = SplitMix64(seed: seed ^ Fingerprint(node.fixed).value)
    let proofNodes = proof?.branch(node.proofNode, node.branching, form.spins) ?? (equal: 0, opposite: 0)
    let children = [1, -1].compactMap { (spin: Int8) -> Node? in
      if spin < 0, proof?.skipsChild == true { return nil }
      var child = node.fixed
      child[node.branching] = spin
      return visit(
        child, as: spin > 0 ? proofNodes.equal : proofNodes.opposite, below: node,
        from: node.dual?.fixing(node.branching, to: spin),
        rounds: node.dual == nil ? Self.rootRounds : Self.childRounds, &random)
    }
    // Only now: the last node that the limit allows is worked off like the others.
    limits.statistics.nodes += 1
    return children
  }

  /// Bounds a partial assignment; nil where it can be pruned or was enumerated.
  private func visit(
    _ fixed: [Int8], as proofNode: Int, below parent: Node?, from dual: CutDual?, rounds: Int,
    _ random: inout SplitMix64
  ) -> Node? {
    let sub = Subproblem(form: form, fixed: fixed)
    guard sub.free.count > Self.enumerationLimit else {
      let leaf = GrayCode(form: sub.form).maximum()
      incumbent.offer((leaf.energy + sub.constant, sub.complete(leaf.spins)))
      // Without fields the spin in the anchor's place is one like the others.
      let all = form.hasFields ? sub.free : sub.free + [form.spins]
      proof?.eliminated(proofNode, all, cutoff: incumbent.integerCutoff)
      return nil
    }
    let constant = Double(sub.constant)
    let relaxed = CutRelaxation.bound(
      sub.matrix, from: dual.map { sub.local($0) }, rounds: rounds, cutoff: incumbent.cutoff - constant,
      keepsBest: proof != nil, shouldStop: limits.shouldStop)
    limits.statistics.relaxations += 1
    limits.statistics.iterations += relaxed.iterations
    // A parent's bound whose dual point was dropped proves nothing here.
    let isInheritable = proof == nil || parent?.evidence != nil
    let inherited = (isInheritable ? parent?.bound : nil) ?? Double(form.absoluteSum).nextUp
    let own = relaxed.bound + constant + incumbent.margin - (proof?.optimism ?? 0)
    let bound = Swift.min(inherited, own)
    let evidence = own <= inherited ? relaxed.best.map(sub.evidence) : parent?.evidence
    incumbent.check(fixed, bound: bound)
    guard bound >= incumbent.cutoff else {
      incumbent.settle(Int128(bound.rounded(.down)))
      proof?.bounded(proofNode, evidence, bound: bound, cutoff: incumbent.integerCutoff)
      return nil
    }
    let anchor = sub.free.count
    let correlations = (0..<anchor).map { relaxed.primal[$0, anchor] }
    let rounded = sub.complete(correlations.map { $0 < 0 ? -1 : 1 })
    incumbent.offer(tabu.improve(rounded, &random, patience: form.spins))
    let choice = correlations.indices.min { abs(correlations[$0]) < abs(correlations[$1]) } ?? 0
    return Node(
      bound: bound, fixed: fixed, branching: sub.free[choice], dual: sub.global(relaxed.dual),
      proofNode: proofNode, evidence: evidence)
  }

  /// Proves the bound of a node that is open at the end.
  func close(_ node: Node) {
    var (evidence, bound) = (node.evidence, node.bound)
    if evidence == nil {
      let sub = Subproblem(form: form, fixed: node.fixed)
      let constant = Double(sub.constant)
      let relaxed = CutRelaxation.bound(
        sub.matrix, rounds: Self.rootRounds, cutoff: incumbent.cutoff - constant, keepsBest: true,
        shouldStop: limits.shouldStop)
      evidence = relaxed.best.map(sub.evidence)
      bound = relaxed.bound + constant + incumbent.margin
    }
    proof?.bounded(node.proofNode, evidence, bound: bound, cutoff: incumbent.integerCutoff)
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
      self.form = SpinForm(
        spins: free.count, neighbours: neighbours, fields: fields, unit: form.unit,
        step: form.step)
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

    /// A dual point whose diagonal adds up to a bound on the whole energy: it serves the parts of this subproblem, too.
    func evidence(_ dual: CutDual) -> CutDual {
      var result = global(dual)
      result.diagonal[fixed.count] += Double(constant)
      return result
    }

    func complete(_ spins: [Int8]) -> [Int8] {
      var all = fixed
      for (k, spin) in free.enumerated() { all[spin] = spins[k] }
      return all
    }
  }
}

extension SpinBranchAndBound.Node {
  private enum CodingKeys: CodingKey { case bound, fixed, branching, dual }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    bound = try values.decode(Double.self, forKey: .bound)
    branching = try values.decode(Int.self, forKey: .branching)
    guard let spins = SpinText.spins(try values.decode(String.self, forKey: .fixed)),
      spins.indices.contains(branching), spins[branching] == 0
    else {
      throw DecodingError.dataCorruptedError(forKey: .fixed, in: values, debugDescription: "not spins")
    }
    fixed = spins
    dual = try values.decodeIfPresent(CutDual.self, forKey: .dual)
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(bound, forKey: .bound)
    try values.encode(SpinText.text(fixed), forKey: .fixed)
    try values.encode(branching, forKey: .branching)
    try values.encodeIfPresent(dual, forKey: .dual)
  }
}
