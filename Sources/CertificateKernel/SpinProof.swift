import BigInt
package import ExactArithmetic

/// The proof that no spins of a problem have a better value than some number: reductions first, then for each part of what is
/// left a tree whose leaves bound it. `CertificateFormat.md` has the lines.
package struct SpinProof {
  private let problem: SpinProblem
  /// value = constant + unit · E, with unit < 0 where the value is minimised: E is bounded from above.
  private let unit: Rational
  private var form: SpinForm
  private let original: (allPlus: Int128, step: Int128)
  /// The part whose tree is being read.
  private var part: SpinTreeProof?
  /// For each spin its place in the part; the anchor's is the last, -1 elsewhere.
  private var place: [Int]
  private var isDone: [Bool]
  private var hasParts = false
  /// What the parts read so far add up to, in the form's units.
  private var sum: BigInt = 0

  package init(_ problem: SpinProblem, line: Int) throws(CertificateRejected) {
    self.problem = problem
    let fields = problem.fields.enumerated().filter { !$0.element.isZero }
    let all =
      problem.couplings.map { ($0.i, $0.j, $0.coefficient) }
      + fields.map { ($0.offset, problem.spins, $0.element) }
    // The greatest common divisor of fractions, over a common denominator.
    var denominator: BigInt = 1
    for (_, _, c) in all {
      denominator *= c.denominator / denominator.greatestCommonDivisor(with: c.denominator)
    }
    let integers = all.map { ($0.0, $0.1, $0.2.numerator * (denominator / $0.2.denominator)) }
    var divisor: BigInt = 0
    for (_, _, c) in integers { divisor = divisor.greatestCommonDivisor(with: c) }
    if divisor.isZero { divisor = 1 }
    if !problem.maximizes { divisor = -divisor }
    unit = Rational(divisor, denominator)
    guard
      let form = SpinForm(
        spins: problem.spins,
        couplings: integers.map { (i: $0.0, j: $0.1, coefficient: $0.2 / divisor) })
    else {
      throw CertificateRejected(
        line: line, rule: "proof",
        reason: "the problem's coefficients are too long: in integers, they add up to 2^120")
    }
    self.form = form
    var twice: Int128 = 0
    for row in form.couplings { for c in row.values { twice += c } }
    original = (twice / 2, form.step)
    place = [Int](repeating: -1, count: problem.spins + 1)
    isDone = [Bool](repeating: false, count: problem.spins + 1)
  }

  /// One line.
  package mutating func step(_ words: inout Words) throws(CertificateRejected) {
    switch words.rule {
    case "tie": try tie(&words)
    case "star":
      try beginsNoPart(words)
      let spin = try words.index(below: form.anchor, "spin")
      if let wrong = form.replaceStar(spin) { throw words.rejected(wrong) }
    case "part":
      try endPart(words)
      try beginPart(&words)
    case "level", "branch", "fix", "bounded", "eliminated":
      guard var tree = part else { throw words.rejected("no part has begun") }
      part = nil
      try step(&tree, &words)
      part = tree
    default: throw words.rejected("no rule has this name")
    }
    try words.end()
  }

  /// No solution's value is better than this. For a partition it is the square.
  package mutating func conclude(line: Int) throws(CertificateRejected) -> Rational {
    let end = CertificateRejected.init(line:rule:reason:)
    if let part { try finish(part) { end(line, "qed", $0) } }
    self.part = nil
    for spin in 0..<form.anchor where form.isOpen[spin] && !isDone[spin] && !form.couplings[spin].isEmpty {
      throw end(line, "qed", "spin \(spin) is in no part")
    }
    let total = BigInt(form.constant) + sum
    let scale = BigInt(form.scale)
    var (quotient, rest) = total.quotientAndRemainder(dividingBy: scale)
    if rest.signum() < 0 { quotient -= 1 }
    rest = (quotient - BigInt(original.allPlus)) % BigInt(original.step)
    if rest.signum() < 0 { rest += BigInt(original.step) }
    return problem.constant + unit * Rational(quotient - rest)
  }

  // MARK: Reductions

  private func beginsNoPart(_ words: Words) throws(CertificateRejected) {
    guard !hasParts else {
      throw words.rejected("reductions come before the first part")
    }
  }

  private mutating func tie(_ words: inout Words) throws(CertificateRejected) {
    try beginsNoPart(words)
    let i = try words.index(below: form.anchor + 1, "spin")
    let j = try words.index(below: form.anchor + 1, "spin")
    let isEqual = try words.sign()
    let reason: SpinForm.TieReason
    if words.skip("coupling") {
      reason = .coupling
    } else if words.skip("pair") {
      reason = .pair(try words.index(below: form.anchor + 1, "spin"))
    } else if words.skip("twins") {
      reason = .twins
    } else {
      throw words.rejected("coupling, pair or twins should stand where \(words.peek()) does")
    }
    if let wrong = form.tie(i, j, isEqual: isEqual, reason) { throw words.rejected(wrong) }
  }

  // MARK: Parts

  private mutating func beginPart(_ words: inout Words) throws(CertificateRejected) {
    var members: [Int] = []
    while !words.isAtEnd {
      let spin = try words.index(below: form.anchor, "spin")
      guard form.isOpen[spin] else { throw words.rejected("spin \(spin) is not left") }
      guard !isDone[spin] else { throw words.rejected("spin \(spin) is named twice") }
      isDone[spin] = true
      members.append(spin)
    }
    hasParts = true
    guard !members.isEmpty else { throw words.rejected("a part has at least one spin") }
    members.sort()
    for (k, spin) in members.enumerated() { place[spin] = k }
    place[form.anchor] = members.count
    for spin in members {
      if let other = form.couplings[spin].keys.first(where: { place[$0] < 0 }) {
        throw words.rejected("spin \(spin) is coupled to \(other), which is not in the part")
      }
    }
    part = SpinTreeProof(form, members: members, place: place, wholeStep: original.step * form.scale)
  }

  private mutating func endPart(_ words: Words) throws(CertificateRejected) {
    guard let part else { return }
    try finish(part, words.rejected)
    self.part = nil
  }

  private mutating func finish(
    _ part: SpinTreeProof, _ rejected: (String) -> CertificateRejected
  ) throws(CertificateRejected) {
    if let node = part.openNodes.first { throw rejected("node \(node) of the part before is open") }
    // The last node was closed by a leaf or a contradiction between bounded alternatives, so there is a bound.
    guard let bound = part.bound else { throw rejected("the part before has no leaf") }
    sum += BigInt(part.divisor) * BigInt(bound)
    for spin in part.members { place[spin] = -1 }
    place[form.anchor] = -1
  }

  // MARK: Trees

  private func step(_ tree: inout SpinTreeProof, _ words: inout Words) throws(CertificateRejected) {
    if words.rule == "level" {
      guard let level = Int128(fitting: try words.integer("level")) else {
        throw words.rejected("the level is too long")
      }
      tree.setLevel(level)
      return
    }
    let node = try tree.takeNode(&words)
    switch words.rule {
    case "branch":
      let i = try vertex(&words)
      let j = try vertex(&words)
      try tree.branch(node, i, j, words)
    case "fix": try fix(&tree, node, &words)
    case "bounded":
      var rest = tree.rest(of: node)
      try tree.addCycles(to: &rest, node, &words, vertex)
      let bound = try tree.bound(&rest, node, &words, vertex)
      try tree.close(atMost: bound, "the bound", words)
    default: try eliminate(&tree, node, &words)
    }
  }

  private func vertex(_ words: inout Words) throws(CertificateRejected) -> Int {
    let spin = try words.index(below: form.anchor + 1, "spin")
    guard place[spin] >= 0 else { throw words.rejected("spin \(spin) is not in the part") }
    return place[spin]
  }

  /// Each pair is tied as said, for with the other sign the node is bounded.
  private func fix(
    _ tree: inout SpinTreeProof, _ node: SpinTreeProof.Node, _ words: inout Words
  ) throws(CertificateRejected) {
    let id = tree.lastTaken
    var rest = tree.rest(of: node)
    var ties: [(i: Int, j: Int, isEqual: Bool)] = []
    while words.isNumberNext {
      ties.append((try vertex(&words), try vertex(&words), try words.sign()))
    }
    try tree.addCycles(to: &rest, node, &words, vertex)
    guard words.skip("sum") else { throw words.rejected("sum should stand where \(words.peek()) does") }
    rest.addUp()
    let bound = rest.sumOfMagnitudes
    var after: SpinTreeProof.Node? = node
    for tie in ties {
      let (a, b) = (node[tie.i], node[tie.j])
      // Of two that are tied already the other way is the whole node or nothing.
      let isTied = a >> 1 == b >> 1
      if isTied, (a & 1 == b & 1) == tie.isEqual { continue }
      var other = bound
      if !isTied {
        let coefficient = rest.coefficient(Int(a >> 1), Int(b >> 1))
        let product: Int128 = ((a & 1 == b & 1) == tie.isEqual) ? -1 : 1
        other += product * coefficient - abs(coefficient)
      }
      try tree.close(atMost: other >> Int128(tree.shift), "the bound of the other way", words)
      after = after.flatMap { SpinTreeProof.tie($0, tie.i, tie.j, isEqual: tie.isEqual) }
    }
    // Without a node left all its alternatives are bounded.
    if let after { tree.add(after, as: id) }
  }

  private func eliminate(
    _ tree: inout SpinTreeProof, _ node: SpinTreeProof.Node, _ words: inout Words
  ) throws(CertificateRejected) {
    var rest = tree.rest(of: node)
    rest.addUp()
    let anchorClass = Int(node[tree.anchor] >> 1)
    var couplings = [[Int: Int128]](repeating: [:], count: tree.anchor + 1)
    for (pair, coefficient) in rest.terms where coefficient != 0 {
      let (a, b) = (pair / (tree.anchor + 1), pair % (tree.anchor + 1))
      couplings[a][b] = coefficient >> Int128(tree.shift)
      couplings[b][a] = coefficient >> Int128(tree.shift)
    }
    var order: [Int] = []
    var isNamed = [Bool](repeating: false, count: tree.anchor + 1)
    isNamed[anchorClass] = true
    while !words.isAtEnd {
      let spin = words.peek()
      let label = Int(node[try vertex(&words)] >> 1)
      guard !isNamed[label] else {
        throw words.rejected("spin \(spin) is tied to one before or to the anchor")
      }
      isNamed[label] = true
      order.append(label)
    }
    if let left = couplings.indices.first(where: { !isNamed[$0] && !couplings[$0].isEmpty }) {
      let name = left < tree.anchor ? "\(tree.members[left])" : "\(form.anchor)"
      throw words.rejected("spin \(name) is not eliminated")
    }
    let maximum = try VariableEliminationRule(couplings: couplings, order: order).maximum(words)
    try tree.close(atMost: maximum + (rest.constant >> Int128(tree.shift)), "the maximum", words)
  }
}
