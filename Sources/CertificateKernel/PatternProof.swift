import BigInt
import ExactArithmetic

/// A box of the inputs that vary, and the number of the node that has it first.
struct NodeBox {
  let number: Int
  let intervals: [ExactNetwork.ClosedInterval]
}

/// A proof of ‖J(σ)‖² ≤ level for all patterns σ of a set: a tree over partial patterns whose leaves are infeasible or bounded.
struct PatternProof {
  /// What is decided in a node, which part of J and which box of the inputs it is about.
  private struct Node {
    var pattern: PartialPattern
    var part = JacobianPart()
    /// Nil where the domain is no box.
    var box: NodeBox?
  }

  private struct Orientation: Hashable {
    let part: JacobianPart
    let isTransposed: Bool
  }

  private static let memory = 64
  /// Of the numerator and the denominator of the place of a split: every double has fewer.
  private static let placeBits = 1200
  private let chain: PatternChain
  private let isAttainable: Bool
  private let norm: OperatorNorm
  private let evaluated: EvaluatedRule
  private var interval: IntervalRule
  private var infeasible: InfeasibleRule
  /// For parts of J that were asked for lately.
  private var bounded: [Orientation: BoundedRule] = [:]
  private var local: LocalForms
  /// Made at the first use.
  private var range: RangeRule?
  /// The open nodes.
  private var open: [Int: Node]
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
    local = LocalForms(chain, .inputs)
    open = [
      0: Node(
        pattern: isAttainable ? chain.root : PartialPattern(repeating: .undecided, count: chain.units),
        box: chain.box.map { NodeBox(number: 0, intervals: $0) })
    ]
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
    guard let found = open[node] else { throw words.rejected("node \(node) is closed already") }
    switch words.rule {
    case "branch": try branch(node, found, &words)
    case "split": try splitBox(found, &words)
    case "rows", "columns": try splitNorm(found, &words)
    case "vanishing": try checkVanishing(found, &words)
    case "decided": try decide(found, &words)
    case "infeasible": try checkInfeasible(found, &words)
    case "bounded", "evaluated", "interval":
      guard let level else { throw words.rejected("no level was named before") }
      let failure =
        switch words.rule {
        case "evaluated": evaluated.failure(found.pattern, found.part, &local, level: level)
        case "interval": interval.failure(found.pattern, found.part, level: level)
        default: try checkBounded(found, level, &words)
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
      throw words.rejected(
        open.count == 1
          ? "node \(first) is still open"
          : "\(open.count) nodes are still open, node \(first) the first of them")
    }
    return proved
  }

  private mutating func branch(
    _ number: Int, _ node: Node, _ words: inout Words
  ) throws(CertificateRejected) {
    let unit = try words.index(below: chain.units, "unit")
    try words.end()
    guard node.pattern[unit] == .undecided else {
      throw words.rejected("unit \(unit) is decided in node \(number) already")
    }
    for phase in [Phase.off, .on] {
      var child = node
      child.pattern[unit] = phase
      add(child)
    }
  }

  private mutating func add(_ node: Node) {
    open[nodes] = node
    nodes += 1
  }

  /// A full-dimensional cell of the box has a full-dimensional part on one side of a hyperplane x_J = value inside.
  private mutating func splitBox(_ node: Node, _ words: inout Words) throws(CertificateRejected) {
    guard isAttainable, let box = node.box else {
      throw words.rejected("there is no box to split: the patterns are free, or the domain is no box")
    }
    let input = try words.index(below: box.intervals.count, "input")
    let value = try words.rational("place of the split")
    try words.end()
    // Places of many splits meet in one node's box: their common denominator must stay small.
    guard value.denominator.magnitude.isPowerOfTwo, value.denominator.bitWidth <= Self.placeBits,
      value.numerator.magnitude.bitWidth <= Self.placeBits
    else {
      throw words.rejected(
        "the place of a split is a fraction over a power of two of at most \(Self.placeBits) bits")
    }
    let interval = box.intervals[input]
    guard interval.lower < value, value < interval.upper else {
      throw words.rejected("the place of the split is not inside the node's interval of input \(input)")
    }
    var (below, above) = (box.intervals, box.intervals)
    below[input] = ExactNetwork.ClosedInterval(lower: interval.lower, upper: value)
    above[input] = ExactNetwork.ClosedInterval(lower: value, upper: interval.upper)
    for intervals in [below, above] {
      var child = node
      child.box = NodeBox(number: nodes, intervals: intervals)
      add(child)
    }
  }

  /// The norm is the largest over rows, or over columns, of J: one node for each.
  private mutating func splitNorm(_ node: Node, _ words: inout Words) throws(CertificateRejected) {
    try words.end()
    let isRows = words.rule == "rows"
    guard isRows ? norm.isOverRows : norm.isOverColumns else {
      throw words.rejected("the \(norm.rawValue)-norm is not the largest over \(words.rule) of J")
    }
    let way: WritableKeyPath<JacobianPart, Int?> = isRows ? \.row : \.column
    guard node.part[keyPath: way] == nil else { throw words.rejected("the node is split already") }
    for index in 0..<(isRows ? chain.outputs : chain.inputs) {
      var child = node
      child.part[keyPath: way] = index
      add(child)
    }
  }

  /// A unit whose local form is zero for all inputs has the value and the slope 0 whatever its phase: one is enough.
  private mutating func checkVanishing(
    _ node: Node, _ words: inout Words
  ) throws(CertificateRejected) {
    guard isAttainable else { throw words.rejected("free patterns have no local forms") }
    let unit = try words.index(below: chain.units, "unit")
    let phase = try words.index(below: 2, "phase")
    try words.end()
    guard node.pattern[unit] == .undecided else { throw words.rejected("unit \(unit) is decided already") }
    let layer = chain.layer(of: unit)
    guard let forms = local.forms(layer, node.pattern).forms, forms.isZero(unit - chain.offsets[layer]) else {
      throw words.rejected("the local form of unit \(unit) does not vanish identically, or is not known")
    }
    var child = node
    child.pattern[unit] = phase == 1 ? .on : .off
    add(child)
  }

  /// Units whose sign is certain all over the box, given the node's phases.
  private mutating func decide(_ node: Node, _ words: inout Words) throws(CertificateRejected) {
    guard isAttainable else { throw words.rejected("every free pattern counts, attainable or not") }
    guard let box = node.box else {
      throw words.rejected("no unit's sign is certain over all of Rⁿ: the domain is no box")
    }
    var child = node
    var rule = range ?? RangeRule(chain)
    // One owner, so that what it remembers is not copied.
    range = nil
    defer { range = rule }
    child.pattern = try rule.decide(node.pattern, in: box, &words)
    add(child)
  }

  private mutating func checkInfeasible(
    _ node: Node, _ words: inout Words
  ) throws(CertificateRejected) {
    guard isAttainable else { throw words.rejected("every free pattern counts, attainable or not") }
    let kind = try words.text("kind of multipliers")
    switch kind {
    case "rounded": try infeasible.checkRounded(node.pattern, node.box, &local, &words)
    case "exact": try infeasible.checkExact(node.pattern, node.box, .inputs, &local, &words)
    // The first layer's pre-activations as coordinates say nothing of a box.
    case "hidden": try infeasible.checkExact(node.pattern, node.box, .firstLayer, &local, &words)
    default: throw words.rejected("\(kind) is no kind of multipliers: rounded, exact or hidden")
    }
  }

  private mutating func checkBounded(
    _ node: Node, _ level: Rational, _ words: inout Words
  ) throws(CertificateRejected) -> String? {
    let part = node.part
    guard (part.row != nil) == norm.isOverRows, (part.column != nil) == norm.isOverColumns else {
      throw words.rejected(
        "the \(norm.rawValue)-norm is the largest over parts of J: split the node by rows or columns first")
    }
    let isTransposed = words.skip("transposed")
    var weights: [Rational] = []
    if norm.sumsMagnitudes {
      guard isTransposed == norm.isOverColumns, words.skip("diagonal") else {
        throw words.rejected("sums of |entries| need a diagonal, of rows as they are, of columns transposed")
      }
      for _ in 0..<(isTransposed ? chain.outputs : chain.inputs) {
        weights.append(try words.rational("number of the diagonal"))
      }
    }
    var multipliers: [Int: Dyadic] = [:]
    while !words.isAtEnd {
      let unit = try words.index(below: chain.units, "unit")
      // Those of decided units are not needed: a bound of a node is one of its parts.
      guard multipliers[unit] == nil else { throw words.rejected("unit \(unit) has two multipliers") }
      multipliers[unit] = try words.dyadic("multiplier")
    }
    let orientation = Orientation(part: part, isTransposed: isTransposed)
    let rule = bounded[orientation] ?? BoundedRule(chain.selecting(part), transposed: isTransposed)
    if bounded[orientation] == nil {
      if bounded.count >= Self.memory { bounded = [:] }
      bounded[orientation] = rule
    }
    return rule.failure(node.pattern, multipliers: multipliers, weights: weights, level: level)
  }
}

extension BigUInt {
  fileprivate var isPowerOfTwo: Bool { !isZero && trailingZeroBitCount == bitWidth - 1 }
}
