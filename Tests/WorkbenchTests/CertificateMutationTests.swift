import CertificateKernel
import ExactArithmetic
import RandomNumbers
import Testing

/// Valid certificates over every rule, changed in every place: what the checker still accepts is true.
@Suite struct CertificateMutationTests {
  struct Case {
    let name: String
    let json: String
    /// Without the first and the last line.
    let lines: [String]
    let oracle: any CertificateOracle
    /// Similar instances.
    var others: [(json: String, oracle: any CertificateOracle)] = []

    var isOverSpins: Bool { oracle is SpinOracle }
    var certificate: [String] { ["lipbench-certificate 1"] + lines + ["end"] }

    init(_ name: String, _ json: String, _ oracle: any CertificateOracle, _ text: String) {
      self.name = name
      self.json = json
      self.oracle = oracle
      lines = text.split(separator: "\n").map(String.init)
    }

    init(_ name: String, _ network: SmallNetwork, _ text: String) {
      self.init(name, network.json, NetworkOracle(network), text)
      for layer in network.weights.indices {
        var other = network
        other.weights[layer][0][0] += 1
        others.append((other.json, NetworkOracle(other)))
        other.weights[layer][0][0] = -network.weights[layer][0][0]
        others.append((other.json, NetworkOracle(other)))
      }
    }
  }

  private static let twoKinks = SmallNetwork([[[1], [-1]], [[1, 0], [0, 1]], [[1, 0.5]]])
  private static let one = SmallNetwork([[[2]], [[3]]])
  private static let corner = SmallNetwork(
    [[[1, 0], [1, 1], [0, 1]], [[1, 1, 1]]], bias: [[-1, -1, 0], [0]])

  private static let tree = """
    claim constant norm 2 patterns attainable domain all
    proof patterns
    level 1
    branch 0 0
    branch 1 1
    infeasible 3 exact 0 1
    branch 4 3
    infeasible 5 exact 1 3
    evaluated 6
    branch 2 1
    infeasible 8 exact 0 1
    vanishing 7 3 0
    branch 9 2
    infeasible 10 hidden 0 2
    evaluated 11
    qed
    x 1
    v 1
    conclude 1 1
    """

  static func networks() -> [Case] {
    var boxed = SmallNetwork([[[1]], [[2]]], bias: [[1], [0]])
    boxed.ownBox = (0, 1)
    let question = SmallNetwork([[[1, 0], [0, 2], [-1, -2]], [[1, 1, 1]]])
    let leaky = SmallNetwork([[[2]], [[3]]], slopes: [0.5])
    let wide = SmallNetwork([[[2, 1]], [[1], [3]]])
    let deep = SmallNetwork([[[2]], [[3]], [[1]]])
    let matrix = SmallNetwork([[[1, 2], [0, 1]], [[2, 0], [0, 1]], [[1, 1]]])
    let ask = "\"M1\": [[1, 0], [0, 2], [-1, -2]], \"M2\": [[1, 1, 1]], \"ellSquared\": 9"
    return [
      Case("two kinks", twoKinks, tree),
      Case(
        "own box", boxed,
        """
        claim constant norm 2 patterns attainable domain own
        proof patterns
        branch 0 0
        infeasible 1 exact 0 l0
        level 4
        evaluated 2
        qed
        x 0
        v 1
        conclude 4 4
        """),
      Case(
        "own question", "{\"kind\": \"lip-cst\", \(ask)}", NetworkOracle(question, own: 9),
        """
        claim constant norm 2 patterns attainable domain all
        proof spins
        part 0 1 2
        eliminated 0 0 1 2
        qed
        conclude own yes
        claim constant norm 2 patterns free domain all
        proof spins
        part 0 1 2
        eliminated 0 0 1 2
        qed
        conclude own yes
        """),
      Case(
        "own question answered no", "{\"kind\": \"lip-cst\", \(ask.replacing("9", with: "4"))}",
        NetworkOracle(question, own: 4),
        """
        claim constant norm 2 patterns attainable domain all
        x 1 1
        v 1 2
        conclude own no
        """),
      Case(
        "decisions", twoKinks,
        tree.replacing("conclude 1 1", with: "conclude at-most 1 yes") + "\n"
          + tree.replacing("conclude 1 1", with: "conclude at-least 2 no") + "\n"
            + """
            claim constant norm 2 patterns attainable domain box 0 1
            x 1p-1
            v 3
            conclude at-most 1/2 no
            claim constant norm 2 patterns attainable domain all
            x 2
            v -1
            conclude at-least 1 yes
            """),
      Case(
        "box", corner,
        """
        claim constant norm 2 patterns attainable domain box 0 1
        proof patterns
        branch 0 0
        infeasible 2 rounded 0 1
        branch 1 2
        infeasible 3 exact 2 l1
        branch 4 1
        level 5
        evaluated 5
        evaluated 6
        qed
        x 1p-1 3p-2
        v 1 2
        conclude 5 5
        """),
      Case(
        "two of a box", corner,
        """
        claim constant norm 2 patterns attainable domain box -1 1 -2 -1 method x
        proof patterns
        branch 0 0
        infeasible 2 exact 0 u0
        branch 1 1
        infeasible 4 rounded 1 1 2 0
        branch 3 2
        infeasible 6 exact 2 u1
        level 0
        evaluated 5
        qed
        conclude 0 0
        """),
      Case(
        "bounded", one,
        """
        claim constant norm 2 patterns free domain all
        proof patterns
        level 37
        bounded 0 0 18
        qed
        pattern 1
        v 1
        conclude 36 37
        claim constant norm 2 patterns attainable domain all
        proof patterns
        level 37
        bounded 0 transposed 0 8
        qed
        proof patterns
        branch 0 0
        level 0
        evaluated 1
        level 36
        evaluated 2
        qed
        conclude - 36
        claim constant norm 2 patterns free domain all
        proof patterns
        level 36
        interval 0
        qed
        conclude - 36
        """),
      Case(
        "leaky", leaky,
        """
        claim constant norm 2 patterns free domain all
        proof patterns
        level 37
        bounded 0 0 36
        qed
        conclude 0 37
        claim constant norm 2 patterns attainable domain box -1 -1p-1
        proof patterns
        branch 0 0
        infeasible 2 rounded 0 1p-3
        level 9
        evaluated 1
        qed
        x -3p-2
        v 1
        conclude 9 9
        """),
      Case(
        "several outputs", wide,
        """
        claim constant norm 2 patterns free domain all
        proof patterns
        level 51
        bounded 0 0 20
        qed
        proof patterns
        level 50
        branch 0 0
        evaluated 1
        evaluated 2
        qed
        pattern 1
        v 2 1
        conclude 50 50
        claim constant norm 1 patterns attainable domain all
        proof patterns
        level 64
        interval 0
        qed
        x 1 1
        v 1 0
        conclude 64 64
        claim constant norm inf patterns attainable domain box 0 1 2 2
        proof patterns
        branch 0 0
        infeasible 1 exact 0 l0
        level 36
        evaluated 2
        qed
        x 1 2
        v 1 0
        conclude 36 36
        """),
      Case(
        "spins", corner,
        """
        claim constant norm 2 patterns free domain all
        proof spins
        part 0 1 2
        eliminated 0 0 1 2
        qed
        pattern 111
        v 1 1
        conclude 8 8
        """),
      Case(
        "layers", deep,
        """
        claim constant norm 2 patterns free domain all method autolip
        proof layers
        spectral 1 5
        spectral 2 9
        frobenius 1
        frobenius 3
        qed
        conclude 0 36
        claim constant norm 2 patterns free domain all method theorem3
        proof products
        product 1 1 2
        product 2 2 3
        product 1 2 6
        product 3 3 1
        product 2 3 3
        product 1 3 6
        qed
        conclude - 36
        """),
      Case(
        "pairs", matrix,
        """
        claim constant norm 2 patterns free domain all method seqlip
        proof pairs
        split 2 2 0 1 0 0 1 2 0 0 1
        pair 1
        level 30
        interval 0
        close
        pair 2
        branch 0 1
        level 2
        interval 1
        interval 2
        close
        qed
        conclude - 60
        claim constant norm 2 patterns free domain all
        proof pairs
        split 2 1 1p-2 1 0 2 0
        pair 1
        level 20
        interval 0
        close
        pair 2
        level 4
        interval 0
        close
        qed
        conclude - 2000
        """),
    ]
  }

  private static func ising(_ name: String, _ n: Int, _ c: [(Int, Int, Int)], _ h: [Int], _ text: String)
    -> Case
  {
    func make(_ c: [(Int, Int, Int)]) -> (String, SpinOracle) {
      let couplings = c.map { "[\($0.0), \($0.1), \($0.2)]" }.joined(separator: ", ")
      let json =
        "{\"kind\": \"ising\", \"n\": \(n), \"couplings\": [\(couplings)], \"fields\": \(h), \"sense\": \"maximize\", \"threshold\": 1}"
      let oracle = SpinOracle(n, maximizes: true, own: 1) { s in
        Rational(c.reduce(0) { $0 + $1.2 * s[$1.0] * s[$1.1] } + zip(h, s).reduce(0) { $0 + $1.0 * $1.1 })
      }
      return (json, oracle)
    }
    let (json, oracle) = make(c)
    var result = Case(name, json, oracle, text)
    for k in c.indices {
      var other = c
      other[k].2 += 1
      result.others.append(make(other))
      other[k].2 = -c[k].2
      result.others.append(make(other))
    }
    return result
  }

  static func spins() -> [Case] {
    let triangle = [(0, 1, -1), (0, 2, -1), (1, 2, -1)]
    func claim(_ proof: String, _ end: String) -> String {
      "claim optimum\nproof spins\n\(proof)\nqed\n\(end)"
    }
    let one = "solution ++-\nconclude 1 1"
    return [
      ising(
        "cycle", 3, triangle, [0, 0, 0], claim("part 0 1 2\nlevel 1\nbounded 0 cycle 1 0 - 1 - 2 - sum", one)),
      ising("psd", 3, triangle, [0, 0, 0], claim("part 0 1 2\nbounded 0 psd 0 1p-1 1 1p-1 2 1p-1", one)),
      ising(
        "tree", 3, triangle, [0, 0, 0],
        claim(
          "part 0 1 2\nlevel 1\nbranch 0 0 1\nbounded 1 sum\nbounded 2 sum", "solution +-+\nconclude own yes")
      ),
      ising(
        "fix", 3, triangle, [0, 0, 0],
        claim(
          "part 0 1 2\nlevel 1\nfix 0 0 1 - cycle 1 0 - 1 - 2 - sum\nbounded 0 sum",
          "conclude at-most 1 yes\nclaim optimum\nsolution ++-\nconclude at-least 1 yes")),
      ising("eliminated", 3, triangle, [0, 0, 0], claim("part 0 1 2\neliminated 0 2 1 0", one)),
      ising(
        "ties", 3, [(0, 1, 3), (0, 2, -1), (1, 2, -1)], [0, 0, 0],
        claim("tie 0 1 + coupling\ntie 2 1 - coupling", "solution ++-\nconclude 5 5")),
      ising(
        "pair", 4, [(0, 1, 2), (1, 2, 1), (2, 3, 2), (0, 3, -1)], [0, 0, 0, 0],
        claim("tie 0 1 + pair 3\npart 1 2 3\neliminated 0 1 2 3", "solution ++++\nconclude 4 4")),
      ising(
        "twins", 4, [(0, 2, 1), (0, 3, 2), (1, 2, 2), (1, 3, 4), (2, 3, -1)], [0, 0, 0, 0],
        claim("tie 0 1 + twins\npart 1 2 3\nbounded 0 sum", "solution ++++\nconclude 8 -")),
      ising(
        "star", 4, [(0, 1, 1), (0, 2, 1), (0, 3, 1)], [0, 0, 0, 0],
        claim("star 0\npart 1 2 3\nbounded 0 sum", "solution ++++\nconclude 3 3")),
      ising(
        "two parts", 4, [(0, 1, 2), (2, 3, -1)], [1, 0, 0, 2],
        claim("part 0 1\nbounded 0 sum\npart 3 2\nbounded 0 sum", "solution ++-+\nconclude 6 6")),
      {
        let numbers = [5, 4, 3]
        return Case(
          "partition", "{\"kind\": \"partition\", \"numbers\": \(numbers), \"threshold\": 1}",
          SpinOracle(3, maximizes: false, own: 1) { s in
            Rational(abs(zip(numbers, s).reduce(0) { $0 + $1.0 * $1.1 }))
          },
          claim("part 0 1 2\neliminated 0 0 1 2", "solution +--\nconclude 2 2") + "\n"
            + claim("part 0 1 2\neliminated 0 0 1 2", "conclude own no"))
      }(),
    ]
  }

  /// Whether the accepted claims hold.
  static func areTrue(_ verdict: CertificateVerdict, _ lines: [[UInt8]], _ oracle: any CertificateOracle)
    -> Bool
  {
    let words = lines.filter { $0.first != UInt8(ascii: "#") }
      .map { $0.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) } }
    let claims = words.filter { $0.first == "claim" }
    let conclusions = words.filter { $0.first == "conclude" }
    guard claims.count == verdict.claims.count, conclusions.count == claims.count else { return false }
    return verdict.claims.indices.allSatisfy {
      oracle.isTrue(verdict.claims[$0], claim: claims[$0], conclusion: conclusions[$0])
    }
  }

  @Test("The certificates that are changed below are accepted, and true")
  func accepted() throws {
    for item in Self.networks() + Self.spins() {
      let lines = item.certificate.map { Array($0.utf8) }
      switch check(try readInstance(item.json), lines) {
      case .failure(let error): Issue.record("\(item.name): \(error)")
      case .success(let verdict): #expect(Self.areTrue(verdict, lines, item.oracle), "\(item.name)")
      }
    }
  }

  private static func variants(_ word: String) -> (formed: [String], garbage: [String]) {
    let garbage = ["p", "*", "1/0", "--1", "1p", "\u{0}", "é", "1e5", "0x1", "99999999999999999999p5"]
    var formed = [
      "0", "1", "2", "-1", "+", "-", "1p-3", "1/3", "123456789012345678901234567890", "9223372036854775808",
    ]
    if let number = Int(word) {
      formed += ["\(number + 1)", "\(number - 1)", "\(-number)", "\(2 * number)", "\(number)p-1"]
    } else if word.contains("p") || word.contains("/") {
      formed += ["-" + word, "1", "5p-1"]
    }
    let keywords = [
      ["attainable", "free"], ["2", "1", "inf"], ["all", "own"], ["yes", "no"],
      ["at-most", "at-least", "own"],
      ["coupling", "twins", "pair"], ["sum", "psd", "cycle"], ["rounded", "exact", "hidden", "transposed"],
      ["patterns", "spins", "layers", "products", "pairs"],
      ["bounded", "evaluated", "interval", "eliminated"],
      ["spectral", "frobenius", "product"], ["x", "v", "pattern", "solution"], ["l0", "u0", "l1", "u1"],
      ["constant", "optimum"], ["branch", "vanishing", "fix"],
    ]
    for group in keywords where group.contains(word) { formed += group }
    if word.allSatisfy({ "+-".contains($0) }) { formed.append(String(word.map { $0 == "+" ? "-" : "+" })) }
    if word.count > 1, word.allSatisfy({ "01".contains($0) }) {
      formed += [String(word.dropFirst()), "0" + word.dropFirst()]
    }
    return (formed.filter { $0 != word }, garbage)
  }

  /// Fields of which no change makes a step wrong.
  private static let harmless: Set<String> = [
    // Its value and slope are 0 in either phase.
    "patterns vanishing 3"
  ]

  @Test("Words changed, lines left out, doubled and swapped, cut files, similar instances")
  func mutations() throws {
    var fields: Set<String> = []
    var caught: Set<String> = []
    var (rejections, acceptances) = (0, 0)
    for item in Self.networks() + Self.spins() {
      let instance = try readInstance(item.json)
      let certificate = item.certificate
      func run(_ lines: [[UInt8]], _ what: String, in instance: Instance, _ oracle: any CertificateOracle)
        -> CertificateRejected?
      {
        switch check(instance, lines) {
        case .success(let verdict):
          acceptances += 1
          #expect(Self.areTrue(verdict, lines, oracle), "\(item.name), \(what): \(verdict.statements)")
          return nil
        case .failure(let error):
          rejections += 1
          #expect(error.line > 0 && !error.reason.isEmpty, "\(item.name), \(what): \(error)")
          return error
        }
      }
      func run(_ lines: [String], _ what: String) -> CertificateRejected? {
        run(lines.map { Array($0.utf8) }, what, in: instance, item.oracle)
      }
      for k in certificate.indices {
        let words = certificate[k].split(separator: " ").map(String.init)
        for w in words.indices {
          let field = "\(item.isOverSpins ? "spins" : "patterns") \(words[0]) \(w)"
          if w > 0 { fields.insert(field) }
          let (formed, garbage) = Self.variants(words[w])
          for (number, variant) in (formed + garbage).enumerated() {
            var changed = words
            changed[w] = variant
            var lines = certificate
            lines[k] = changed.joined(separator: " ")
            let error = run(lines, lines[k])
            guard let error, number < formed.count else { continue }
            if error.line == k + 1 || ["qed", "conclude", "close"].contains(error.rule) {
              caught.insert(field)
            }
          }
          var shorter = words
          shorter.remove(at: w)
          for line in [shorter, words + [words[w]]] {
            var lines = certificate
            lines[k] = line.joined(separator: " ")
            _ = run(lines, lines[k])
          }
        }
        var dropped = certificate
        dropped.remove(at: k)
        _ = run(dropped, "without \(certificate[k])")
        var doubled = certificate
        doubled.insert(certificate[k], at: k)
        _ = run(doubled, "twice \(certificate[k])")
        for other in certificate.indices.dropFirst(k + 1) {
          var swapped = certificate
          swapped.swapAt(k, other)
          _ = run(swapped, "\(certificate[k]) for \(certificate[other])")
        }
        #expect(run(Array(certificate[..<k]), "cut") != nil)
      }
      let bytes = Array(certificate.joined(separator: "\n").utf8)
      var random = SplitMix64(seed: 4)
      for _ in 0..<60 {
        let cut = Int.random(in: 0..<(bytes.count - 1), using: &random)
        let lines = bytes[..<cut].split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        #expect(run(lines, "cut at \(cut)", in: instance, item.oracle) != nil)
      }
      for other in item.others {
        _ = run(
          certificate.map { Array($0.utf8) }, "another instance", in: try readInstance(other.json),
          other.oracle)
      }
    }
    let missed = fields.subtracting(caught)
    #expect(missed.subtracting(Self.harmless).isEmpty, "no change of these is rejected: \(missed.sorted())")
    #expect(rejections > 10_000 && acceptances > 100, "\(rejections) rejected, \(acceptances) accepted")
  }
}
