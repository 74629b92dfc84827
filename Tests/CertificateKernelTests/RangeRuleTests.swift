import CertificateKernel
import RandomNumbers
import Testing

@Suite("The rule decided")
struct RangeRuleTests {
  /// A network of small integers with a box, whose values at multiples of 1/16 are exact in doubles.
  struct Example {
    let weights: [[[Int]]]
    let biases: [[Int]]
    /// Of negative pre-activations; 1 for positive ones.
    let slope: Double
    let box: [(low: Int, high: Int)]

    init(_ random: inout SplitMix64) {
      let inputs = Int.random(in: 2...4, using: &random)
      let depth = Int.random(in: 2...3, using: &random)
      let sizes = [inputs] + (0..<depth).map { _ in Int.random(in: 2...5, using: &random) } + [1]
      let isUnbiased = random.next() % 4 == 0
      weights = zip(sizes, sizes.dropFirst()).map { columns, rows in
        (0..<rows).map { _ in (0..<columns).map { _ in Int.random(in: -3...3, using: &random) } }
      }
      biases = sizes.dropFirst().map { rows in
        (0..<rows).map { _ in isUnbiased ? 0 : Int.random(in: -6...6, using: &random) }
      }
      slope = [0, 0, 0.25, 2, -1, -0.5][Int(random.next() % 6)]
      let isSymmetric = random.next() % 4 == 0
      box = (0..<inputs).map { _ in
        let low = isSymmetric ? -1 : Int.random(in: -2...1, using: &random)
        return (low, low + (isSymmetric ? 2 : 1))
      }
    }

    var units: Int { weights.dropLast().reduce(0) { $0 + $1.count } }

    var json: String {
      let layers = zip(weights, biases).map { "{\"weights\": \($0), \"bias\": \($1)}" }
      let activation = slope == 0 ? "\"relu\"" : "\"leaky-relu\", \"slope\": \(slope)"
      return "{\"layers\": [\(layers.joined(separator: ", "))], \"activation\": \(activation)}"
    }

    func checker(patterns: String = "attainable", domain: String? = nil) throws -> CertificateChecker {
      let ends = box.map { "\($0.low) \($0.high)" }.joined(separator: " ")
      var checker = CertificateChecker(
        instance: try Instance.read(Array(json.utf8), name: "example.json", kind: nil))
      for line in [
        "lipbench-certificate 1",
        "claim constant norm 2 patterns \(patterns) domain \(domain ?? "box \(ends)")",
        "proof patterns",
      ] {
        try checker.check(line: Array(line.utf8))
      }
      return checker
    }

    /// All pre-activations of hidden units.
    func values(at x: [Double]) -> [Double] {
      var result: [Double] = []
      var value = x
      for (matrix, bias) in zip(weights, biases).dropLast() {
        let pre = zip(matrix, bias).map { row, bias in
          zip(row, value).reduce(Double(bias)) { $0 + Double($1.0) * $1.1 }
        }
        result += pre
        value = pre.map { $0 < 0 ? slope * $0 : $0 }
      }
      return result
    }
  }

  /// Why a line is rejected; nil where it is accepted.
  private static func reason(_ checker: CertificateChecker, _ line: String) -> String? {
    var copy = checker
    do { try copy.check(line: Array(line.utf8)) } catch { return error.reason }
    return nil
  }

  @Test("What it decides is so at all points of the node", arguments: UInt64(0)..<40)
  func sampled(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var decisions = 0
    for _ in 0..<25 {
      let example = Example(&random)
      var checker = try example.checker()
      // A node with some units decided, in any layer.
      var phases: [Int: Bool] = [:]
      var (node, nodes) = (0, 1)
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let unit = Int.random(in: 0..<example.units, using: &random)
        guard phases[unit] == nil else { continue }
        phases[unit] = Bool.random(using: &random)
        try checker.check(line: Array("branch \(node) \(unit)".utf8))
        node = nodes + (phases[unit] == true ? 1 : 0)
        nodes += 2
      }
      let points = (0..<400).map { _ in
        example.values(
          at: example.box.map { box in
            Double(box.low) + Double(Int.random(in: 0...16, using: &random)) / 16 * Double(box.high - box.low)
          })
      }.filter { values in phases.allSatisfy { $1 ? values[$0] > 0 : values[$0] < 0 } }
      for unit in 0..<example.units where phases[unit] == nil {
        for phase in [0, 1] {
          let sides =
            random.next() % 2 == 0
            ? "" : " sides" + (0..<example.units).map { " \($0) \(random.next() % 2)" }.joined()
          guard Self.reason(checker, "decided \(node) \(unit) \(phase)\(sides)") == nil else { continue }
          decisions += 1
          for values in points {
            #expect(phase == 1 ? values[unit] > 0 : values[unit] < 0, "\(example), \(unit)")
          }
        }
      }
    }
    #expect(decisions > 0)
  }

  /// z = (x, x + 1, x - 1/2 as 2x - 1), then z' = (1 + z₁₊, -z₂₊, z₁₊ - 1).
  private static func small() throws -> (
    CertificateChecker, free: CertificateChecker, all: CertificateChecker
  ) {
    let json = """
      {"layers": [{"weights": [[1], [1], [2]], "bias": [0, 1, -1]},
      {"weights": [[1, 0, 0], [0, -1, 0], [1, 0, 0]], "bias": [1, 0, -1]},
      {"weights": [[1, 1, 1]], "bias": [0]}], "activation": "relu"}
      """
    func checker(_ claim: String) throws -> CertificateChecker {
      var checker = CertificateChecker(
        instance: try Instance.read(Array(json.utf8), name: "small.json", kind: nil))
      for line in ["lipbench-certificate 1", "claim constant norm 2 patterns \(claim)", "proof patterns"] {
        try checker.check(line: Array(line.utf8))
      }
      return checker
    }
    return (
      try checker("attainable domain box 0 1"), try checker("free domain all"),
      try checker("attainable domain all")
    )
  }

  @Test("Accepted: what is strictly positive or negative over the box")
  func accepted() throws {
    let (checker, _, _) = try Self.small()
    for line in ["decided 0 1 1", "decided 0 3 1", "decided 0 1 1 3 1 4 0", "decided 0 3 1 sides 2 0"] {
      #expect(Self.reason(checker, line) == nil, "\(line)")
    }
  }

  @Test(
    "Rejected, with the reason",
    arguments: [
      ("decided 0 1 0", "unit 1 is not proved to be negative"),
      ("decided 0 3 0", "unit 3 is not proved to be negative"),
      // Positive and negative; zero at an end of the box; zero at the other.
      ("decided 0 2 1", "unit 2 is not proved to be positive"),
      ("decided 0 0 1", "unit 0 is not proved to be positive"),
      ("decided 0 5 0", "unit 5 is not proved to be negative"), ("decided 0 3 1 2 0", "unit 2 is not proved"),
      ("decided 0 1 1 1 1", "unit 1 is named twice"), ("decided 0", "no unit is named"),
      ("decided 0 9 1", "9 is no unit"),
      ("decided 0 1", "phase"), ("decided 0 1 2", "2 is no phase"),
      ("decided 0 1 1 else", "the line goes on"),
      ("decided 0 1 1 sides 2 1 2 0", "unit 2 is named twice"), ("decided 7 1 1", "7 is no node"),
    ])
  func rejected(line: String, reason: String) throws {
    let (checker, _, _) = try Self.small()
    let found = try #require(Self.reason(checker, line))
    #expect(found.contains(reason), "\(found)")
  }

  @Test("Splits narrow the box of what is decided after them")
  func splits() throws {
    var (checker, free, all) = try Self.small()
    for (line, reason) in [
      ("split 0 0 0", "not inside"), ("split 0 0 1", "not inside"), ("split 0 0 -1", "not inside"),
      ("split 0 1 1/4", "1 is no input"), ("split 0 0", "place of the split"),
      ("split 0 0 1/4 1", "the line goes on"), ("split 3 0 1/4", "3 is no node"),
    ] {
      let found = try #require(Self.reason(checker, line), "\(line)")
      #expect(found.contains(reason), "\(found)")
    }
    for other in [free, all] {
      #expect(Self.reason(other, "split 0 0 1/4")?.contains("there is no box to split") == true)
    }
    #expect(Self.reason(checker, "decided 0 2 0") != nil)
    try checker.check(line: Array("split 0 0 1/4".utf8))
    #expect(Self.reason(checker, "split 0 0 1/2")?.contains("closed already") == true)
    #expect(Self.reason(checker, "split 1 0 1/2")?.contains("not inside") == true)
    #expect(Self.reason(checker, "split 2 0 1/2") == nil)
    #expect(Self.reason(checker, "decided 1 2 0") == nil && Self.reason(checker, "decided 1 2 1") != nil)
    #expect(Self.reason(checker, "decided 2 0 1") == nil && Self.reason(checker, "decided 2 2 0") != nil)
  }

  @Test(
    "Rounding is outwards for negative numbers, too: a large unit beside a small one hides no digits of it")
  func outwards() throws {
    // z₀ ≤ 8 + 2⁻³⁵ beside z₁ = -2²⁰, and z₂ = ρ(z₀) - 8 - 2⁻³⁶ is positive at an end of the box.
    // The same of -z₀, passed on, from below.
    for (sign, passing) in [(1.0, ""), (-1, ", \"passing\": [0]")] {
      let (weight, bias) = (sign * (8 + 0x1p-35), -sign * (8 + 0x1p-36))
      let json = """
        {"activation": "relu", "layers": [{"weights": [[\(weight)], [0]], "bias": [0, -1048576]\(passing)},
        {"weights": [[1, 0]], "bias": [\(bias)]}, {"weights": [[1]]}]}
        """
      var checker = CertificateChecker(
        instance: try Instance.read(Array(json.utf8), name: "digits.json", kind: nil))
      for line in [
        "lipbench-certificate 1", "claim constant norm 2 patterns attainable domain box 0 1",
        "proof patterns",
      ] {
        try checker.check(line: Array(line.utf8))
      }
      #expect(
        Self.reason(checker, "decided 0 2 \(sign > 0 ? 0 : 1)")?.contains("unit 2 is not proved") == true)
    }
  }

  @Test("Rejected: decided units, closed nodes, free patterns and domains without bounds")
  func elsewhere() throws {
    let (start, free, all) = try Self.small()
    var checker = start
    try checker.check(line: Array("decided 0 1 1".utf8))
    #expect(Self.reason(checker, "decided 1 1 1")?.contains("unit 1 is decided already") == true)
    #expect(Self.reason(checker, "decided 0 3 1")?.contains("node 0 is closed already") == true)
    #expect(Self.reason(checker, "decided 1 3 1") == nil)
    #expect(Self.reason(free, "decided 0 1 1")?.contains("free pattern") == true)
    #expect(Self.reason(all, "decided 0 1 1")?.contains("no box") == true)
  }
}
