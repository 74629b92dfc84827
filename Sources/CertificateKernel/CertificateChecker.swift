public import ExactArithmetic

/// What an accepted certificate proves.
public struct CertificateVerdict: Sendable {
  /// In words, one for each claim.
  public let statements: [String]
  /// The same as numbers.
  public let claims: [ProvedClaim]
  /// How often each rule was applied, most often first.
  public let counts: [(rule: String, count: Int)]
  public let lines: Int
}

/// A claim that was proved.
public struct ProvedClaim: Sendable {
  /// The name of the bound that it is about; nil for the constant or the optimum itself.
  public let method: String?
  /// The ends of what the squared constant, or the optimum in the instance's own value, is proved to lie in; for decisions
  /// what they follow from.
  public let lower: Rational?
  public let upper: Rational?
  /// Of decisions.
  public let verdict: Bool?
}

/// Checks a certificate line by line against an instance. Everything is recomputed from the instance in exact arithmetic; the
/// certificate only says which step comes next.
public struct CertificateChecker {
  private enum Stage {
    case start, between, claim, proof, ended
  }

  private static let lineLimit = 64_000_000

  private let instance: Instance
  /// The beginning of a line whose end has not come yet.
  private var rest: [UInt8] = []
  private var stage = Stage.start
  private var claim: Claim?
  /// At most one of these at a time; apart from each other, so that a step changes them in place.
  private var patterns: PatternProof?
  private var spins: SpinProof?
  private var layers: LayerProof?
  private var products: ProductProof?
  private var pairs: PairProof?
  private var lines = 0
  private var counts: [String: Int] = [:]
  private var statements: [String] = []
  private var claims: [ProvedClaim] = []

  public init(instance: Instance) { self.instance = instance }

  /// Takes the next bytes of the file; lines end in LF or CRLF.
  ///
  /// - Throws: as `check(line:)`.
  public mutating func check(bytes: [UInt8]) throws(CertificateRejected) {
    var start = 0
    while let end = bytes[start...].firstIndex(of: 0x0A) {
      rest.append(contentsOf: bytes[start..<end])
      try checkRest()
      start = end + 1
    }
    rest.append(contentsOf: bytes[start...])
    guard rest.count <= Self.lineLimit else {
      throw CertificateRejected(
        line: lines + 1, rule: "", reason: "the line is longer than 64 MB; no step needs that")
    }
  }

  private mutating func checkRest() throws(CertificateRejected) {
    if rest.last == 0x0D { rest.removeLast() }
    let line = rest
    rest.removeAll(keepingCapacity: true)
    try check(line: line)
  }

  /// Takes the next line, without its end.
  ///
  /// - Throws: `CertificateRejected`; the certificate is worthless then, whatever follows.
  public mutating func check(line: [UInt8]) throws(CertificateRejected) {
    lines += 1
    guard line.first != UInt8(ascii: "#"), var words = Words(line, line: lines) else { return }
    counts[words.rule, default: 0] += 1
    switch stage {
    case .start: try begin(&words)
    case .between: try beginClaim(&words)
    case .claim: try stepClaim(&words)
    case .proof: try stepProof(&words)
    case .ended: throw words.rejected("the certificate goes on after its end")
    }
  }

  /// - Throws: `CertificateRejected` where the certificate ends too early.
  public mutating func finish() throws(CertificateRejected) -> CertificateVerdict {
    if !rest.isEmpty { try checkRest() }
    guard case .ended = stage else {
      throw CertificateRejected(
        line: lines + 1, rule: "", reason: "the certificate ends before the line `end`: it is cut off")
    }
    let rules = counts.filter { !["lipbench-certificate", "end"].contains($0.key) }
    return CertificateVerdict(
      statements: statements, claims: claims,
      counts: rules.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) },
      lines: lines)
  }

  private mutating func begin(_ words: inout Words) throws(CertificateRejected) {
    guard words.rule == "lipbench-certificate", try words.text("version") == "1" else {
      throw words.rejected(
        "this is no certificate of version 1: its first line is not `lipbench-certificate 1`")
    }
    try words.end()
    stage = .between
  }

  private mutating func beginClaim(_ words: inout Words) throws(CertificateRejected) {
    if words.rule == "end" {
      try words.end()
      guard !claims.isEmpty else { throw words.rejected("nothing was claimed") }
      stage = .ended
      return
    }
    guard words.rule == "claim" else { throw words.rejected("a claim or the end should stand here") }
    claim = try Claim(&words, instance)
    stage = .claim
  }

  private mutating func stepClaim(_ words: inout Words) throws(CertificateRejected) {
    switch words.rule {
    case "proof":
      try beginProof(&words)
      stage = .proof
    case "conclude":
      if let (proved, statement) = try claim?.conclude(&words) {
        claims.append(proved)
        statements.append(statement)
      }
      stage = .between
    default: try claim?.step(&words)
    }
  }

  private mutating func stepProof(_ words: inout Words) throws(CertificateRejected) {
    guard words.rule == "qed" else {
      try patterns?.step(&words)
      try spins?.step(&words)
      try layers?.step(&words)
      try products?.step(&words)
      try pairs?.step(&words)
      return
    }
    try words.end()
    if let bound = try patterns?.conclude(words) { claim?.take(bound) }
    if let bound = try spins?.conclude(line: words.line) { claim?.take(bound) }
    if let bound = try layers?.conclude(words) { claim?.take(bound) }
    if let bound = try products?.conclude(words) { claim?.take(bound) }
    if let bound = try pairs?.conclude(words) { claim?.take(bound) }
    (patterns, spins, layers, products, pairs) = (nil, nil, nil, nil, nil)
    stage = .claim
  }

  private mutating func beginProof(_ words: inout Words) throws(CertificateRejected) {
    let kind = try words.text("kind of proof")
    try words.end()
    switch (kind, claim?.subject) {
    case ("patterns", .constant(let constant)):
      patterns = PatternProof(constant.chain, isAttainable: constant.isAttainable, norm: constant.norm)
    case ("layers", .constant(let constant)) where constant.norm == .two: layers = LayerProof(constant.chain)
    case ("products", .constant(let constant)) where constant.norm == .two:
      products = ProductProof(constant.chain)
    case ("pairs", .constant(let constant)) where constant.norm == .two && constant.chain.hiddenLayers > 0:
      pairs = PairProof(constant.chain)
    case ("spins", .constant(let constant)):
      guard constant.norm == .two, !constant.hasOutput, let problem = instance.network?.quadraticUpperBound()
      else {
        throw words.rejected(
          "this network is no quadratic problem: it needs two layers of ReLU, one output or one input, and norm 2"
        )
      }
      spins = try SpinProof(problem, line: words.line)
    case ("spins", .optimum(let problem)): spins = try SpinProof(problem, line: words.line)
    default: throw words.rejected("\(kind) is no kind of proof for this claim")
    }
  }
}
