import BigInt
import ExactArithmetic

/// One claim of a certificate: what it is about, the witness or solution that proves one side, and the bound proved for the
/// other.
struct Claim {
  /// L(f, X) or FGL of a network.
  struct Constant {
    let chain: PatternChain
    let isAttainable: Bool
    let norm: OperatorNorm
    /// X in words.
    let domain: String
    let inputs: Int
    /// Whether one output, or a difference of two, stands for all.
    let output: String?

    var hasOutput: Bool { output != nil }
  }

  enum Subject {
    case constant(Constant)
    case optimum(SpinProblem)
  }

  /// Is the optimum at most, or at least, this? Of networks: the square of the constant.
  private struct Question {
    let isAtMost: Bool
    let value: Rational
    var isOwn = false
  }

  let subject: Subject
  private let method: String?
  private let kind: String
  /// What the instance file itself asks about.
  private let threshold: Rational?
  private var pattern: PartialPattern?
  /// The witness's or solution's value: of networks ‖Jv‖² / ‖v‖².
  private var value: Rational?
  /// The bound on the other side.
  private var bound: Rational?
  /// Whether a point strictly inside the rows of a polytope was named: without one there are no cells to speak of.
  private var hasInteriorPoint = false

  /// `claim constant …` or `claim optimum`.
  init(_ words: inout Words, _ instance: Instance) throws(CertificateRejected) {
    kind = instance.kind
    threshold = instance.threshold
    let what = try words.text("what is claimed")
    switch (what, instance.network, instance.spins) {
    case ("constant", let network?, _):
      let (constant, name) = try Self.constant(&words, network)
      subject = .constant(constant)
      method = name
      // Where no input varies, the constant is 0 by definition.
      if constant.chain.inputs == 0 { bound = 0 }
    case ("optimum", _, let problem?):
      subject = .optimum(problem)
      method = nil
    case ("constant", nil, _), ("optimum", _, nil):
      throw words.rejected("the instance is a \(instance.kind): it has no \(what)")
    default: throw words.rejected("\(what) is no claim: constant or optimum")
    }
    try words.end()
  }

  private static func constant(
    _ words: inout Words, _ network: ExactNetwork
  ) throws(CertificateRejected) -> (Constant, method: String?) {
    try expect("norm", &words)
    let name = try words.text("norm")
    guard let norm = OperatorNorm(rawValue: name) else {
      throw words.rejected("\(name) is no norm: 2, 1, inf, 1:inf, 1:2 or 2:inf")
    }
    let output = try Self.output(&words, network)
    try expect("patterns", &words)
    let patterns = try words.text("patterns")
    guard ["attainable", "free"].contains(patterns) else {
      throw words.rejected("\(patterns) is no set of patterns: attainable or free")
    }
    try expect("domain", &words)
    let (box, rows, text) = try domain(&words, network)
    var method: String?
    if words.peek() == "method" {
      try expect("method", &words)
      let name = try words.bytes("name of a bound")
      // It is printed.
      guard name.count <= 40, name.allSatisfy(isNameByte) else {
        throw words.rejected("the name of a bound is at most 40 letters, digits and -")
      }
      method = String(decoding: name, as: UTF8.self)
    }
    let isAttainable = patterns == "attainable"
    let chain = PatternChain(network, box: box, rows: isAttainable ? rows : [], output: output)
    let outputName = output.map { output in
      output.minus.map { "\(output.index)-\($0)" } ?? "\(output.index)"
    }
    return (
      Constant(
        chain: chain, isAttainable: isAttainable, norm: norm, domain: text, inputs: network.inputs,
        output: outputName
      ),
      method
    )
  }

  /// `output i` or `output i-j`, if it is there.
  private static func output(
    _ words: inout Words, _ network: ExactNetwork
  ) throws(CertificateRejected) -> (index: Int, minus: Int?)? {
    guard words.skip("output") else { return nil }
    let text = try words.text("output")
    let numbers = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    let indices = numbers.compactMap { $0 }
    guard indices.count == numbers.count, (1...2).contains(indices.count),
      indices.allSatisfy((0..<network.outputs).contains), indices.count == 1 || indices[0] != indices[1]
    else { throw words.rejected("\(text) names no output, and no difference of two") }
    return (indices[0], indices.count == 2 ? indices[1] : nil)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): true
    default: false
    }
  }

  private static func expect(_ word: String, _ words: inout Words) throws(CertificateRejected) {
    let found = try words.text(word)
    guard found == word else { throw words.rejected("\(found) stands where \(word) should") }
  }

  private static func domain(
    _ words: inout Words, _ network: ExactNetwork
  ) throws(CertificateRejected) -> ([ExactNetwork.ClosedInterval]?, rows: [[Rational]], String) {
    let kind = try words.text("domain")
    switch kind {
    case "all": return (nil, [], "all of R^\(network.inputs)")
    case "own":
      guard let box = network.box else { throw words.rejected("the instance file holds no box") }
      return (box, [], Self.text(box))
    case "polytope":
      let count = try words.index(below: 1 << 20, "number of rows")
      var rows: [[Rational]] = []
      for _ in 0..<count {
        var row: [Rational] = []
        for _ in 0...network.inputs { row.append(try words.rational("number of a row")) }
        rows.append(row)
      }
      let name = "{x : \(count) rows a·x ≤ b}"
      guard !words.isAtEnd, words.peek() != "method" else { return (nil, rows, name) }
      let box = try (0..<network.inputs).map { (_) throws(CertificateRejected) in
        ExactNetwork.ClosedInterval(
          lower: try words.rational("end of an interval"), upper: try words.rational("end of an interval"))
      }
      try requireOrder(box, words)
      return (box, rows, "\(Self.text(box)) ∩ \(name)")
    case "box":
      var ends: [Rational] = []
      while !words.isAtEnd, words.peek() != "method" { ends.append(try words.rational("end of an interval")) }
      guard ends.count == 2 || ends.count == 2 * network.inputs else {
        throw words.rejected(
          "the box has \(ends.count) numbers: it needs 2, or 2 for each of \(network.inputs) inputs")
      }
      let box = (0..<network.inputs).map { j in
        let k = ends.count == 2 ? 0 : 2 * j
        return ExactNetwork.ClosedInterval(lower: ends[k], upper: ends[k + 1])
      }
      try requireOrder(box, words)
      return (box, [], Self.text(box))
    default: throw words.rejected("\(kind) is no domain: all, own, box or polytope")
    }
  }

  private static func requireOrder(
    _ box: [ExactNetwork.ClosedInterval], _ words: Words
  ) throws(CertificateRejected) {
    guard box.allSatisfy({ $0.lower <= $0.upper }) else {
      throw words.rejected("an interval of the box is empty")
    }
  }

  /// `[0, 1]^3`, or the intervals one by one, the first few of many; a decimal means its nearest double.
  private static func text(_ box: [ExactNetwork.ClosedInterval]) -> String {
    func number(_ value: Rational) -> String {
      value.isInteger ? "\(value)" : value.exactDouble?.description ?? "\(value)"
    }
    func interval(_ k: Int) -> String { "[\(number(box[k].lower)), \(number(box[k].upper))]" }
    if box.allSatisfy({ $0 == box[0] }) { return "\(interval(0))^\(box.count)" }
    let shown = box.indices.prefix(6).map(interval).joined(separator: " × ")
    return shown + (box.count > 6 ? " × … (\(box.count) intervals)" : "")
  }

  // MARK: Witnesses and solutions

  /// `x …`, `inside …`, `pattern …`, `v …` or `solution …`.
  mutating func step(_ words: inout Words) throws(CertificateRejected) {
    switch (words.rule, subject) {
    case ("x", .constant(let constant)):
      guard constant.isAttainable else {
        throw words.rejected("free patterns have no point: name the pattern")
      }
      let x = try coordinates("x", constant, &words)
      guard let free = constant.chain.restrict(x) else { throw words.rejected("x lies outside the domain") }
      hasInteriorPoint = true
      pattern = try WitnessRule(chain: constant.chain, norm: constant.norm).pattern(at: free, words)
    case ("inside", .constant(let constant)) where constant.isAttainable:
      guard constant.chain.restrict(try coordinates("inside", constant, &words)) != nil else {
        throw words.rejected("the point is not strictly inside the rows of the polytope, or outside its box")
      }
      hasInteriorPoint = true
    case ("pattern", .constant(let constant)):
      guard !constant.isAttainable else {
        throw words.rejected("a pattern needs a point that attains it: name x")
      }
      var phases: PartialPattern = []
      for layer in 0..<constant.chain.hiddenLayers {
        let bits = try words.bytes("the phases of hidden layer \(layer + 1)")
        guard bits.count == constant.chain.unitRange(layer).count,
          bits.allSatisfy({ $0 == 0x30 || $0 == 0x31 })
        else { throw words.rejected("hidden layer \(layer + 1) needs one 0 or 1 for each of its units") }
        phases += bits.map { $0 == 0x31 ? .on : .off }
      }
      try words.end()
      pattern = phases
    case ("v", .constant(let constant)):
      guard let pattern else { throw words.rejected("no point or pattern was named before") }
      let v = try coordinates("v", constant, &words)
      let free = Set(constant.chain.freeInputs)
      guard v.indices.allSatisfy({ free.contains($0) || v[$0].isZero }) else {
        throw words.rejected("v moves an input that the domain holds fixed")
      }
      let rule = WitnessRule(chain: constant.chain, norm: constant.norm)
      value = try rule.value(pattern, constant.chain.freeInputs.map { v[$0] }, words)
    case ("solution", .optimum(let problem)):
      let signs = problem.spins == 0 ? [] : try words.bytes("the spins")
      try words.end()
      guard signs.count == problem.spins, signs.allSatisfy({ $0 == 0x2B || $0 == 0x2D }) else {
        throw words.rejected("a solution is one + or - for each of \(problem.spins) variables")
      }
      let found = problem.value(signs.map { $0 == 0x2B })
      guard value.map({ problem.maximizes ? found > $0 : found < $0 }) ?? true else { return }
      value = found
    default: throw words.rejected("no step of this claim: a witness, a solution, a proof or the conclusion")
    }
  }

  private func coordinates(
    _ name: String, _ constant: Constant, _ words: inout Words
  ) throws(CertificateRejected) -> [Rational] {
    guard words.count == constant.inputs else {
      throw words.rejected("\(name) has \(words.count) coordinates, the network \(constant.inputs) inputs")
    }
    var numbers: [Rational] = []
    while !words.isAtEnd { numbers.append(try words.rational("coordinate")) }
    return numbers
  }

  /// What a proof has shown.
  mutating func take(_ proved: Rational) {
    guard let bound else {
      self.bound = proved
      return
    }
    self.bound = maximizes ? min(bound, proved) : max(bound, proved)
  }

  private var maximizes: Bool {
    if case .optimum(let problem) = subject { problem.maximizes } else { true }
  }

  /// Whether the numbers that proofs are about are squares, and never negative.
  private var isSquare: Bool {
    if case .optimum(let problem) = subject { problem.isSquare } else { true }
  }

  // MARK: Conclusions

  /// `conclude LOWER UPPER`, `conclude at-most|at-least Q yes|no` or `conclude own yes|no`.
  func conclude(_ words: inout Words) throws(CertificateRejected) -> (ProvedClaim, statement: String) {
    if case .constant(let constant) = subject, constant.isAttainable, constant.chain.hasRows, bound != nil,
      !hasInteriorPoint
    {
      throw words.rejected("nothing shows that the polytope has an interior: name a point x, or one inside")
    }
    // The ends in which the optimum lies, in the numbers that proofs are about.
    let lower = isSquare ? max((maximizes ? value : bound) ?? 0, 0) : maximizes ? value : bound
    let upper = maximizes ? bound : value
    if ["at-most", "at-least", "own"].contains(words.peek()) {
      let question = try question(try words.text("question"), &words)
      let verdict = try words.text("yes or no")
      try words.end()
      try conclude(verdict, question, lower, upper, words)
      // The file asks about L(f) in the 2-norm on all of Rⁿ; FGL is above it.
      if question.isOwn, case .constant(let constant) = subject {
        guard constant.norm == .two, constant.chain.box == nil, !constant.hasOutput,
          constant.chain.constraints.isEmpty, constant.isAttainable || verdict == "yes"
        else {
          throw words.rejected(
            "the file asks about another constant: norm 2, attainable patterns, all inputs")
        }
      }
      let symbol: String = if case .constant = subject { "\(name)²" } else { name }
      let relation = verdict == "yes" ? (question.isAtMost ? "≤" : "≥") : (question.isAtMost ? ">" : "<")
      return (
        ProvedClaim(method: method, lower: lower, upper: upper, verdict: verdict == "yes"),
        "\(verdict): \(symbol) \(relation) "
          + Self.text(question.value, (verdict == "yes") == question.isAtMost ? .up : .down) + context
      )
    }
    let claimed = (try end("lower end", &words), try end("upper end", &words))
    try words.end()
    guard claimed.0 != nil || claimed.1 != nil else { throw words.rejected("nothing is concluded") }
    if let claim = claimed.0 {
      guard let lower else { throw words.rejected("nothing proves a lower end") }
      guard own(claim) <= lower else {
        throw words.rejected("the lower end \(shown(claim)) is above what is proved, \(shownProved(lower))")
      }
    }
    if let claim = claimed.1 {
      guard let upper else { throw words.rejected("nothing proves an upper end") }
      guard own(claim) >= upper else {
        throw words.rejected("the upper end \(shown(claim)) is below what is proved, \(shownProved(upper))")
      }
    }
    return (
      ProvedClaim(method: method, lower: claimed.0, upper: claimed.1, verdict: nil),
      statement(claimed.0, claimed.1) + context
    )
  }

  /// `at-most Q`, `at-least Q` or `own`.
  private func question(_ relation: String, _ words: inout Words) throws(CertificateRejected) -> Question {
    guard relation == "own" else {
      return Question(isAtMost: relation == "at-most", value: try words.rational("threshold"))
    }
    guard let threshold else { throw words.rejected("the instance file asks no question of its own") }
    // LIP-CST asks whether L² ≤ ℓ²; a problem whether a solution is at least as good.
    if case .optimum(let problem) = subject {
      return Question(isAtMost: !problem.maximizes, value: threshold, isOwn: true)
    }
    return Question(isAtMost: true, value: threshold, isOwn: true)
  }

  private func end(_ what: String, _ words: inout Words) throws(CertificateRejected) -> Rational? {
    if words.peek() == "-" {
      _ = try words.text(what)
      return nil
    }
    return try words.rational(what)
  }

  private func conclude(
    _ verdict: String, _ question: Question, _ lower: Rational?, _ upper: Rational?, _ words: Words
  ) throws(CertificateRejected) {
    guard verdict == "yes" || verdict == "no" else {
      throw words.rejected("\(verdict) is no answer: yes or no")
    }
    let isYes = verdict == "yes"
    let value = own(question.value)
    let isProved: Bool =
      switch (question.isAtMost, isYes) {
      case (true, true): upper.map { $0 <= value } ?? false
      case (true, false): lower.map { $0 > value } ?? false
      case (false, true): lower.map { $0 >= value } ?? false
      case (false, false): upper.map { $0 < value } ?? false
      }
    guard isProved else {
      let known = "\(lower.map(shownProved) ?? "?") ≤ … ≤ \(upper.map(shownProved) ?? "?")"
      throw words.rejected("\(verdict) does not follow from what is proved, \(known)")
    }
  }

  /// A number of the instance in the numbers that proofs are about: squares of a partition's discrepancy.
  private func own(_ number: Rational) -> Rational {
    guard case .optimum(let problem) = subject, problem.isSquare else { return number }
    return number.signum < 0 ? -number.squared : number.squared
  }

  // MARK: Words

  private var name: String {
    switch subject {
    case .constant(let constant): return constant.isAttainable ? "L(f, X)" : "FGL(f)"
    case .optimum(let problem): return problem.maximizes ? "maximum" : "minimum"
    }
  }

  private var context: String {
    switch subject {
    case .constant(let constant):
      // Free patterns know of the inputs only that some do not vary.
      let domain =
        constant.isAttainable || constant.chain.inputs < constant.inputs ? ", X = \(constant.domain)" : ""
      return
        "   (\(method.map { "bound \($0), " } ?? "")\(constant.norm.rawValue)-norm\(constant.output.map { ", output \($0)" } ?? "")\(domain))"
    case .optimum(let problem): return "   (\(kind), \(problem.spins) variables)"
    }
  }

  private func shown(_ number: Rational) -> String {
    let text = "\(number)"
    return text.utf8.count <= 40 ? text : "\(number.approximation)"
  }

  private func shownProved(_ number: Rational) -> String {
    guard case .optimum(let problem) = subject, problem.isSquare else { return shown(number) }
    return "√\(shown(number))"
  }

  /// A number as it is, or where that is long a decimal on the side where the statement stays true.
  private static func text(_ number: Rational, _ rounding: DirectedRounding) -> String {
    let exact = "\(number)"
    guard exact.utf8.count > 80 else { return exact }
    let isNegative = number.signum < 0
    let outwards: DirectedRounding = (rounding == .up) == isNegative ? .down : .up
    let size = number.magnitude
    var double = size.approximation
    guard double.isFinite else { return exact }
    while outwards == .up ? Rational(double) < size : Rational(double) > size {
      double = outwards == .up ? double.nextUp : double.nextDown
      guard double.isFinite else { return exact }
    }
    return (isNegative ? "-" : "") + directedDecimal(double, digits: 16, outwards)
  }

  private func statement(_ lower: Rational?, _ upper: Rational?) -> String {
    let isShort = lower.map { "\($0)".utf8.count <= 80 } ?? false
    guard case .constant = subject else {
      if let lower, lower == upper, isShort { return "\(name) = \(lower)" }
      return (lower.map { "\(Self.text($0, .down)) ≤ " } ?? "") + name
        + (upper.map { " ≤ \(Self.text($0, .up))" } ?? "")
    }
    func root(_ square: Rational, _ rounding: DirectedRounding) -> String {
      let clamped = max(square, 0)
      let value = rounding == .down ? clamped.squareRootRoundedDown : clamped.squareRootRoundedUp
      return value.isFinite ? directedDecimal(value, digits: 12, rounding) : "√\(square)"
    }
    if let lower, lower == upper, isShort { return "\(name)² = \(lower)" }
    return (lower.map { "\(root($0, .down)) ≤ " } ?? "") + name + (upper.map { " ≤ \(root($0, .up))" } ?? "")
  }
}

extension SpinProblem {
  /// The value of an assignment, true for +1.
  func value(_ isUp: [Bool]) -> Rational {
    var sum = constant
    for coupling in couplings {
      sum += isUp[coupling.i] == isUp[coupling.j] ? coupling.coefficient : -coupling.coefficient
    }
    for (field, isUp) in zip(fields, isUp) { sum += isUp ? field : -field }
    return sum
  }
}
