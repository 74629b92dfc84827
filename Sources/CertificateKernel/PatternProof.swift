import BigInt
import ExactArithmetic

/// A proof of ‖J(σ)‖² ≤ level for all patterns σ of a set: a tree over partial patterns whose leaves are infeasible or bounded.
struct PatternProof {
  private let chain: PatternChain
  private let isAttainable: Bool
  private let norm: OperatorNorm
  private let evaluated: EvaluatedRule
  private let interval: IntervalRule
  private var infeasible: InfeasibleRule
  private var bounded: (plain: BoundedRule?, transposed: BoundedRule?)
  private var local: LocalForms
  /// Made at the first use.
  private var range: RangeRule?
  /// The open nodes.
  private var open: [Int: PartialPattern]
  private var nodes = 1
  private var level: Rational?
  /// The largest level that a leaf used.
  private var proved: Rational = 0

  init(_ chain: PatternChain, isAttainable: Bool, norm: OperatorNorm) {
    self.chain = chain
    self.isAttainable = isAttainable
    self.norm = norm
    evaluated = EvaluatedRule(chain: chain, norm: norm)
    interval = IntervalRule(chain: chain, norm: norm)
    infeasible = InfeasibleRule(chain)
    bounded = (nil, nil)
    local = LocalForms(chain, .inputs)
    open = [0: PartialPattern(repeating: .undecided, count: chain.units)]
  }

  /// One line of the proof.
  mutating func step(_ words: inout Words) throws(CertificateRejected) {
    if words.rule == "level" {
      let value = try words.rational("level")
      guard value.signum >= 0 else { throw words.rejected("a squared norm is never negative") }
      level = value
      return try words.end()
    }
    let node = try words.index(below: nodes, "node")
    guard let pattern = open[node] else { throw words.rejected("node \(node) is closed already") }
    switch words.rule {
    case "branch": try branch(node, pattern, &words)
    case "vanishing": try checkVanishing(pattern, &words)
    case "decided": try decide(pattern, &words)
    case "infeasible": try checkInfeasible(pattern, &words)
    case "bounded", "evaluated", "interval":
      guard let level else { throw words.rejected("no level was named before") }
      let failure =
        switch words.rule {
        case "evaluated": evaluated.failure(pattern, &local, level: level)
        case "interval": interval.failure(pattern, level: level)
        default: try checkBounded(pattern, level, &words)
        }
      if let failure { throw words.rejected("node \(node): \(failure)") }
      try words.end()
      proved = max(proved, level)
    default: throw words.rejected("no rule of a proof by patterns")
    }
    open[node] = nil
  }

  /// The bound proved, once no node is open.
  func conclude(_ words: Words) throws(CertificateRejected) -> Rational {
    if let first = open.keys.min() {
      throw words.rejected("\(open.count) nodes are still open, node \(first) the first of them")
    }
    return proved
  }

  private mutating func branch(
    _ node: Int, _ pattern: PartialPattern, _ words: inout Words
  ) throws(CertificateRejected) {
    let unit = try words.index(below: chain.units, "unit")
    try words.end()
    guard pattern[unit] == .undecided else {
      throw words.rejected("unit \(unit) is decided in node \(node) already")
    }
    for phase in [Phase.off, .on] {
      var child = pattern
      child[unit] = phase
      open[nodes] = child
      nodes += 1
    }
  }

  /// A unit whose local form is zero for all inputs has the value and the slope 0 whatever its phase: one is enough.
  private mutating func checkVanishing(
    _ pattern: PartialPattern, _ words: inout Words
  ) throws(CertificateRejected) {
    guard isAttainable else { throw words.rejected("free patterns have no local forms") }
    let unit = try words.index(below: chain.units, "unit")
    let phase = try words.index(below: 2, "phase")
    try words.end()
    guard pattern[unit] == .undecided else { throw words.rejected("unit \(unit) is decided already") }
    let layer = chain.layer(of: unit)
    guard let forms = local.forms(layer, pattern).forms, forms.isZero(unit - chain.offsets[layer]) else {
      throw words.rejected("the local form of unit \(unit) does not vanish identically, or is not known")
    }
    var child = pattern
    child[unit] = phase == 1 ? .on : .off
    open[nodes] = child
    nodes += 1
  }

  /// Units whose sign is certain all over the box, given the node's phases.
  private mutating func decide(_ pattern: PartialPattern, _ words: inout Words) throws(CertificateRejected) {
    guard isAttainable else { throw words.rejected("every free pattern counts, attainable or not") }
    if range == nil { range = RangeRule(chain) }
    guard let range else {
      throw words.rejected("no unit's sign is certain over all of Rⁿ: the domain is no box")
    }
    open[nodes] = try range.decide(pattern, &words)
    nodes += 1
  }

  private mutating func checkInfeasible(
    _ pattern: PartialPattern, _ words: inout Words
  ) throws(CertificateRejected) {
    guard isAttainable else { throw words.rejected("every free pattern counts, attainable or not") }
    let kind = try words.text("kind of multipliers")
    switch kind {
    case "rounded": try infeasible.checkRounded(pattern, &local, &words)
    case "exact": try infeasible.checkExact(pattern, .inputs, &local, &words)
    // The first layer's pre-activations as coordinates say nothing of a box.
    case "hidden": try infeasible.checkExact(pattern, .firstLayer, &local, &words)
    default: throw words.rejected("\(kind) is no kind of multipliers: rounded, exact or hidden")
    }
  }

  private mutating func checkBounded(
    _ pattern: PartialPattern, _ level: Rational, _ words: inout Words
  ) throws(CertificateRejected) -> String? {
    guard norm == .two else { throw words.rejected("the semidefinite relaxation bounds the 2-norm only") }
    let isTransposed = words.peek() == "transposed"
    if isTransposed { _ = try words.text("transposed") }
    var multipliers: [Int: Dyadic] = [:]
    while !words.isAtEnd {
      let unit = try words.index(below: chain.units, "unit")
      // Those of decided units are not needed: a bound of a node is one of its parts.
      guard multipliers[unit] == nil else { throw words.rejected("unit \(unit) has two multipliers") }
      multipliers[unit] = try words.dyadic("multiplier")
    }
    if isTransposed {
      if bounded.transposed == nil { bounded.transposed = BoundedRule(chain, transposed: true) }
      return bounded.transposed?.failure(pattern, multipliers: multipliers, level: level)
    }
    if bounded.plain == nil { bounded.plain = BoundedRule(chain, transposed: false) }
    return bounded.plain?.failure(pattern, multipliers: multipliers, level: level)
  }
}
