import BigInt
import CertificateKernel
import ExactArithmetic
import RandomNumbers
import Testing

@Suite("Proofs over spins")
struct SpinProofTests {
  /// max Σ c s s + Σ h s of a small problem, by all assignments.
  struct Form {
    let spins: Int
    var couplings: [(i: Int, j: Int, coefficient: Rational)]
    var fields: [Rational]
    var maximizes = true

    var problem: SpinProblem {
      SpinProblem(spins: spins, couplings: couplings, fields: fields, constant: 5, maximizes: maximizes)
    }

    var optimum: Rational {
      let values = (0..<1 << spins).map { bits in
        func sign(_ i: Int) -> Rational { bits >> i & 1 == 1 ? 1 : -1 }
        let pairs = couplings.reduce(Rational(5)) { $0 + $1.coefficient * sign($1.i) * sign($1.j) }
        return fields.enumerated().reduce(pairs) { $0 + $1.element * sign($1.offset) }
      }
      return (maximizes ? values.max() : values.min()) ?? 0
    }

    static func random(_ random: inout SplitMix64) -> Form {
      let n = Int.random(in: 1...8, using: &random)
      let density = [0.3, 0.6, 1][Int(random.next() % 3)]
      let size = [1, 2, 9][Int(random.next() % 3)]
      func number() -> Rational { Rational(Int.random(in: -size...size, using: &random)) * Rational(1, 3) }
      var form = Form(spins: n, couplings: [], fields: [], maximizes: Bool.random(using: &random))
      for i in 0..<n {
        for j in 0..<i where random.uniform() < density { form.couplings.append((j, i, number())) }
      }
      form.fields = (0..<n).map { _ in random.uniform() < 0.5 ? number() : 0 }
      return form
    }
  }

  private static func prove(_ problem: SpinProblem, _ lines: String) throws -> Rational {
    var proof = try SpinProof(problem, line: 0)
    let all = lines.split(separator: "\n")
    for (number, line) in all.enumerated() {
      var words = try #require(Words(Array(line.utf8), line: number + 1))
      try proof.step(&words)
    }
    return try proof.conclude(line: all.count + 1)
  }

  /// A step that may fail and then leaves the proof as it was.
  private static func attempt(_ proof: inout SpinProof, _ line: String) throws -> Bool {
    var next = proof
    var words = try #require(Words(Array(line.utf8), line: 1))
    do { try next.step(&words) } catch { return false }
    proof = next
    return true
  }

  @Test("Whatever reduction is accepted keeps the optimum", arguments: UInt64(0)..<300)
  func reductions(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let form = Form.random(&random)
    let n = form.spins
    var proof = try SpinProof(form.problem, line: 0)
    var open = Set(0..<n)
    for _ in 0..<60 {
      func pick() -> Int { Int.random(in: 0...n, using: &random) }
      let (i, j) = (pick(), pick())
      if random.uniform() < 0.2 {
        if try Self.attempt(&proof, "star \(i)") { open.remove(i) }
      } else {
        let sign = Bool.random(using: &random) ? "+" : "-"
        let reason = ["coupling", "pair \(pick())", "twins"][Int(random.next() % 3)]
        if try Self.attempt(&proof, "tie \(i) \(j) \(sign) \(reason)") { open.remove(i == n ? j : i) }
      }
    }
    let rest = open.sorted().map { " \($0)" }.joined()
    if !open.isEmpty {
      #expect(try Self.attempt(&proof, "part\(rest)"))
      #expect(try Self.attempt(&proof, "eliminated 0\(rest)"))
    }
    #expect(try proof.conclude(line: 1) == form.optimum)
  }

  @Test("No accepted tree proves less than the optimum", arguments: UInt64(0)..<300)
  func trees(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let form = Form.random(&random)
    let n = form.spins
    var proof = try SpinProof(form.problem, line: 0)
    let spins = (0..<n).map { " \($0)" }.joined()
    #expect(try Self.attempt(&proof, "part\(spins)"))
    func pick() -> Int { Int.random(in: 0...n, using: &random) }
    func sign() -> String { Bool.random(using: &random) ? "+" : "-" }
    func cycles() -> String {
      (0..<Int(random.next() % 4)).map { _ in
        let walk = (0..<Int.random(in: 1...5, using: &random)).map { _ in " \(pick()) \(sign())" }.joined()
        return " cycle \(random.next() % 64)p-4" + walk
      }.joined()
    }
    var open = [0]
    var nodes = 1
    var isExact = true
    while let node = open.last {
      let kind = random.next() % 6
      if kind < 2, nodes < 20, try Self.attempt(&proof, "branch \(node) \(pick()) \(pick())") {
        open.removeLast()
        open += [nodes, nodes + 1]
        nodes += 2
      } else if kind == 2,
        try Self.attempt(&proof, "fix \(node) \(pick()) \(pick()) \(sign())\(cycles()) sum")
      {
        isExact = false
        // A contradiction closes the node.
        _ = try Self.attempt(&proof, "bounded \(node) sum")
        open.removeLast()
      } else if kind == 3, try Self.attempt(&proof, "bounded \(node)\(cycles()) sum") {
        isExact = false
        open.removeLast()
      } else if kind == 4 {
        let diagonal = (0...n).map { " \($0) \(Int(random.next() % 200) - 20)p-2" }.joined()
        guard try Self.attempt(&proof, "bounded \(node)\(cycles()) psd\(diagonal)") else { continue }
        isExact = false
        open.removeLast()
      } else if kind == 5, try Self.attempt(&proof, "eliminated \(node)\(spins)") {
        open.removeLast()
      } else if nodes >= 20, try Self.attempt(&proof, "bounded \(node) sum") {
        isExact = false
        open.removeLast()
      }
    }
    let proved = try proof.conclude(line: 1)
    #expect(form.maximizes ? proved >= form.optimum : proved <= form.optimum)
    if isExact { #expect(proved == form.optimum) }
  }

  /// The examples of CertificateFormat.md.
  @Test("The format's examples")
  func examples() throws {
    func form(_ n: Int, _ c: [(Int, Int, Int)], _ fields: [Int] = []) -> SpinProblem {
      SpinProblem(
        spins: n, couplings: c.map { ($0.0, $0.1, Rational($0.2)) },
        fields: (0..<n).map { $0 < fields.count ? Rational(fields[$0]) : 0 }, constant: 0, maximizes: true)
    }
    // 3 s0 s1 - s0 s2 - s1 s2: s0 = s1, and 3 + 2 = 5.
    #expect(
      try Self.prove(form(3, [(0, 1, 3), (0, 2, -1), (1, 2, -1)]), "tie 0 1 + coupling\ntie 2 1 - coupling")
        == 5)
    let square = [(0, 1, 2), (1, 2, 1), (2, 3, 2), (0, 3, -1)]
    #expect(try Self.prove(form(4, square), "tie 0 1 + pair 3\ntie 2 3 + coupling") == 4)
    // A star of three: all four products may be +1, so 3.
    #expect(
      try Self.prove(form(4, [(0, 1, 1), (0, 2, 1), (0, 3, 1)]), "star 0\npart 1 2 3\nbounded 0 sum") == 3)
    let triangle = form(3, [(0, 1, -1), (0, 2, -1), (1, 2, -1)])
    #expect(try Self.prove(triangle, "part 0 1 2\nlevel 1\nbounded 0 cycle 1 0 - 1 - 2 - sum") == 1)
    #expect(try Self.prove(triangle, "part 0 1 2\nbounded 0 psd 0 1p-1 1 1p-1 2 1p-1") == 1)
    #expect(try Self.prove(triangle, "part 0 1 2\nbranch 0 0 1\nbounded 1 sum\nbounded 2 sum") == 1)
    #expect(try Self.prove(triangle, "part 0 1 2\neliminated 0 2 1 0") == 1)
    let fixing = "part 0 1 2\nlevel 1\nfix 0 0 1 - cycle 1 0 - 1 - 2 - sum\nbounded 0 sum"
    #expect(try Self.prove(triangle, fixing) == 1)
  }

  @Test(
    "Steps that do not follow are rejected, with the reason",
    arguments: [
      ("tie 0 1 - coupling", "another sign"), ("tie 0 1 + coupling", "lighter than the others"),
      ("tie 0 0 + coupling", "two different spins"), ("tie 0 9 + coupling", "9 is no spin"),
      ("tie 0 1 + pair 1", "a third spin"), ("tie 0 1 + pair 2", "lighter than the others that leave"),
      ("tie 0 2 + twins", "another sign"), ("tie 0 2 - twins", "not proportional"),
      ("tie 0 1 * twins", "is no sign"),
      ("tie 0 1 + magic", "coupling, pair or twins"), ("star 0", "4 couplings, not three"),
      ("part 0 1", "is not in the part"), ("part 0 0", "named twice"), ("part", "at least one spin"),
      ("bounded 0 sum", "no part has begun"), ("symmetry 0", "no rule"),
      ("part 0 1 2 3 4\ntie 0 1 + coupling", "before the first part"),
      ("part 0 1 2 3 4", "node 0 of the part before is open"),
      ("part 0 1 2 3 4\nbounded 1 sum", "1 is no node"),
      ("part 0 1 2 3 4\nbounded 0 sum\nbounded 0 sum", "node 0 is not open"),
      ("part 0 1 2 3 4\nbranch 0 1 2\nbranch 1 1 2", "tied already"),
      ("part 0 1 2 3 4\nbranch 0 1 2\nbounded 1 sum", "node 2 of the part before is open"),
      ("part 0 1 2 3 4\nlevel 6\nbounded 0 sum", "the bound 8 exceeds the level 6"),
      ("part 0 1 2 3 4\nlevel 0\neliminated 0 0 1 2 3 4", "the maximum 4 exceeds the level 0"),
      ("part 0 1 2 3 4\nlevel 2\nfix 0 0 1 + sum", "the bound of the other way"),
      ("part 0 1 2 3 4\nbounded 0 cycle 1 0 + 1 + 2 + sum", "even number of minus"),
      ("part 0 1 2 3 4\nbounded 0 cycle -1 0 + 1 + 2 - sum", "negative"),
      ("part 0 1 2 3 4\nbounded 0 cycle 1p300 0 + 1 + 2 - sum", "too large"),
      ("part 0 1 2 3 4\nbounded 0 cycle 1 0 + 7 + 2 - sum", "7 is no spin"),
      ("part 0 1 2 3 4\nbounded 0 psd 0 1p200", "too large"),
      ("part 0 1 2 3 4\nbounded 0 psd 0 -170141183460469231731687303715884105728p-57", "too large"),
      ("part 0 1 2 3 4\nbounded 0 cycle 1p-5000 0 + 1 - 2 - sum", "even number of minus"),
      ("part 0 1 2 3 4\nlevel 2\nfix 0 0 1 - 1 2 - 0 2 - sum", "the bound of the other way 8"),
      ("part 0 1 2 3 4\nbounded 0", "sum or psd"), ("part 0 1 2 3 4\nbounded 0 sum sum", "should end"),
      ("part 0 1 2 3 4\neliminated 0 0 1 2 3", "spin 4 is not eliminated"),
      ("part 0 1 2 3 4\neliminated 0 0 0", "tied to one before"), ("", "spin 0 is in no part"),
      ("part 0 1 2 3 4\nlevel 99999999999999999999999999999999999999999", "too long"),
    ])
  func rejections(lines: String, reason: String) throws {
    // The complete graph of five spins, all couplings -1 but one.
    var couplings: [(Int, Int, Rational)] = []
    for i in 0..<5 { for j in (i + 1)..<5 { couplings.append((i, j, j == 1 ? 1 : -1)) } }
    let problem = SpinProblem(
      spins: 5, couplings: couplings, fields: [Rational](repeating: 0, count: 5), constant: 0, maximizes: true
    )
    do {
      let bound = try Self.prove(problem, lines)
      Issue.record("accepted: \(bound)")
    } catch let rejection as CertificateRejected {
      #expect(rejection.reason.contains(reason), "\(rejection)")
    }
  }

  @Test("Wide tables, long coefficients and long numbers are refused")
  func limits() throws {
    let n = 30
    var couplings: [(Int, Int, Rational)] = []
    for i in 0..<n { for j in (i + 1)..<n { couplings.append((i, j, 1)) } }
    let zeros = [Rational](repeating: 0, count: n)
    let problem = SpinProblem(spins: n, couplings: couplings, fields: zeros, constant: 0, maximizes: true)
    let spins = (0..<n).map { " \($0)" }.joined()
    let error = #expect(throws: CertificateRejected.self) {
      try Self.prove(problem, "part\(spins)\neliminated 0\(spins)")
    }
    #expect(error?.reason.contains("a table over 29 spins") == true)
    var long = Rational(1)
    for _ in 0..<4 { long = long * Rational(1 << 31) }
    let wide = SpinProblem(
      spins: 2, couplings: [(0, 1, long)], fields: [1, 0], constant: 0, maximizes: true)
    #expect(throws: CertificateRejected.self) { try SpinProof(wide, line: 0) }
  }
}
