import BigInt
import Bounds
import ExactArithmetic
import Foundation
import Generators
import Networks
import PatternSearch
import Problems
import RandomNumbers
import Testing
import Workbench

private let instances = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("instances")

private func read(_ file: String) throws -> MultilayerPerceptron {
  try NetworkFile.read(instances.appendingPathComponent("networks/\(file)").path)
}

@Suite struct InstanceTests {
  @Test("An upper end that rests on GLPK is called unchecked, in the text and in JSON")
  func solverLabel() throws {
    let network = try read("iris-4-5-5-3.json")
    let box = Domain.box(lower: [0, 0, 0, 0], upper: [1, 1, 1, 1])
    for (engine, isUnchecked) in [(Engine.milp, true), (.semidefinite, false)] {
      let question = try BoundQuestion(
        network, domain: box, norm: .one, settings: SearchSettings(engine: engine))
      let exact = try ExactConstant(question)
      #expect(exact.result.isOptimal && (exact.upperSoundness == .unchecked) == isUnchecked)
      #expect(exact.text(explain: false).contains("GLPK's bound, not checked") == isUnchecked)
      #expect(exact.json.contains("unchecked") == isUnchecked)
    }
  }

  struct Forward: Decodable {
    struct Case: Decodable {
      var file: String
      var points: [[Double]]
      var outputs: [[Double]]
    }
    var cases: [Case]
  }

  /// onnxruntime's values in double precision, made once by instances/networks/forward_fixture.py.
  @Test func forwardValuesAgreeWithOnnxruntime() throws {
    let url = try #require(
      Bundle.module.url(forResource: "forward", withExtension: "json", subdirectory: "Fixtures"))
    let forward = try JSONDecoder().decode(Forward.self, from: Data(contentsOf: url))
    #expect(forward.cases.count == 13)
    for item in forward.cases {
      let network = try read(item.file)
      for (point, expected) in zip(item.points, item.outputs) {
        let value = network(point)
        #expect(value.count == expected.count)
        for (a, b) in zip(value, expected) { #expect(abs(a - b) <= 1e-6 * max(1, abs(b)), "\(item.file)") }
      }
    }
  }

  @Test func theThreeFormatsHoldTheSameNetwork() throws {
    for name in try networks() {
      let json = try read("\(name).json")
      for ending in ["nnet", "onnx"] {
        let other = try read("\(name).\(ending)")
        #expect(other.layers == json.layers, "\(name).\(ending)")
        #expect(other.activations == json.activations, "\(name).\(ending)")
      }
    }
  }

  @Test("Every entry of the ledger is made again byte for byte, solved again, and none is contradicted")
  func theLedgerHoldsAnew() throws {
    let folder = instances.path
    let ledger = try InstanceLedger(folder: folder)
    let files = try ["networks", "problems", "figure4"].flatMap { part in
      try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/\(part)")
        .filter { $0.hasSuffix(".json") }.map { "\(part)/\($0)" }
    }
    #expect(Set(ledger.entries.map(\.file)) == Set(files))
    var bad: [String] = []
    let outcome = try ledger.verify(timeLimit: 5) { if $0.hasPrefix("CONTRADICTED") { bad.append($0) } }
    #expect(bad.isEmpty)
    #expect(outcome.contradicted == 0)
    // What takes longer than the limit on a slow machine is not confirmed; most is.
    #expect(outcome.confirmed > ledger.entries.count * 3 / 4)
  }

  @Test("A changed file, a wrong bound and a wrong command are contradicted")
  func theLedgerNoticesChanges() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("problems"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("problems/a.json").path
    try generate("gnp", parameters: ["n": "10"], seed: 1).write(to: file)
    let answer = try Maximization(try ProblemFile.read(file))
    func outcome(
      _ lower: String, _ upper: String, _ command: String, says: String = "max-cut\t10\tmaximize"
    ) throws -> InstanceLedger.Outcome {
      let text =
        "file\tkind\tsize\tquestion\tlower\tupper\tknown by\tcommand\n"
        + "problems/a.json\t\(says)\t\(lower)\t\(upper)\tproved\t\(command)\n"
      try text.write(
        to: folder.appendingPathComponent("ledger.tsv"), atomically: true, encoding: .utf8)
      return try InstanceLedger(folder: folder.path).verify(timeLimit: 5) { _ in }
    }
    let right = "lipbench generate gnp n=10 --seed 1"
    let value = answer.value.description
    #expect(try outcome(value, value, right).confirmed == 1)
    #expect(try outcome(value, value, "lipbench generate gnp n=10 --seed 2").contradicted == 1)
    let wrong = (answer.value + 1).description
    #expect(try outcome(wrong, wrong, right).contradicted == 1)
    // True, and less than is known now: on another machine it may have been all that the time allowed.
    #expect(try outcome(value, wrong, right).confirmed == 1)
    for says in ["ising\t10\tmaximize", "max-cut\t11\tmaximize", "max-cut\t10\tminimize"] {
      #expect(try outcome(value, value, right, says: says).contradicted == 1, "\(says)")
    }
  }

  @Test(
    "Perfect partitions with numbers of 40 bits: squares of 80 bits, negative ones too",
    arguments: UInt64(1)...8)
  func longPartitions(seed: UInt64) throws {
    let generated = try generate("partition-planted", parameters: ["n": "16", "bits": "40"], seed: seed)
    guard case .problem(let instance) = generated else { throw CancellationError() }
    #expect(try Maximization(instance).value == 0)
  }

  @Test("A bound that a planted solution contradicts is an internal failure, not an answer")
  func contradictions() throws {
    let graph = MaxCut(vertices: 3, edges: [PairTerm(0, 1, 1), PairTerm(1, 2, 1)])
    let planted = PlantedOptimum(value: 3, solution: [0, 1, 0], proof: "none: the cut is 2")
    let instance = ProblemInstance(name: "wrong", problem: graph, planted: planted)
    #expect(throws: ContradictedSearch.self) { try Maximization(instance) }
  }

  @Test("JSON numbers: integers to 127 bits as they are, other ends rounded outward")
  func jsonNumbers() throws {
    let large = (1 << 60) as Int + 1
    let graph = MaxCut(vertices: 2, edges: [PairTerm(0, 1, Rational(large))])
    let text = try Maximization(ProblemInstance(name: "large", problem: graph)).json(seed: 0)
    #expect(text.contains("\"value\" : \(large)") || text.contains("\"value\":\(large)"))
    let third = MaxCut(vertices: 2, edges: [PairTerm(0, 1, Rational(1) / 3)])
    let answer = try Maximization(ProblemInstance(name: "third", problem: third)).json(seed: 0)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any])
    let lower = try #require(object["lower"] as? Double)
    let upper = try #require(object["upper"] as? Double)
    #expect(Rational(lower) < Rational(1) / 3 && Rational(1) / 3 < Rational(upper))
    #expect(upper == lower.nextUp)
  }

  /// Constants found by an independent depth-first enumeration of cells with another LP solver (HiGHS), to ten digits.
  @Test(arguments: [
    ("iris-4-5-5-3", "all", 107.444_726_479_484_8), ("iris-4-5-5-3", "box:0:1", 84.938_222_449_535_25),
    ("iris-4-8-8-3", "all", 186.578_389_227_634_97), ("iris-4-8-8-3", "box:0:1", 181.374_675_514_612),
    ("wine-13-10-3", "all", 26.192_181_223_528_394), ("surface-2-10-10-1", "all", 35.808_586_469_533_246),
    ("surface-2-10-10-1", "box:0:1", 28.005_853_055_302_435),
    ("diabetes-10-8-8-1", "all", 17.958_251_024_458_914),
    ("diabetes-10-8-8-1", "box:0:1", 17.955_731_919_954_392),
  ])
  func constantsAgreeWithAnIndependentProgram(name: String, domain: String, value: Double) throws {
    let network = try read("\(name).json")
    let question = try BoundQuestion(network, domain: DomainText.parse(domain, inputs: network.inputs))
    let enclosure = try ExactConstant(question).result.enclosure
    #expect(enclosure.lower <= value * (1 + 1e-12) && value * (1 - 1e-12) <= enclosure.upper)
    #expect(enclosure.relativeGap <= 1e-6)
  }

  /// LipSDP-Neuron solved as a conic program by cvxpy and Clarabel, to about seven digits.
  @Test(arguments: [
    ("iris-4-5-5-3", 107.516_987), ("diabetes-10-15-10-3", 35.524_137_2), ("digits-64-16-10", 14.676_244_3),
    ("surface-2-20-20-20-1", 74.650_226_4), ("surface-2-20x9-1", 224.320_594_9),
  ])
  func lipSDPAgreesWithAConicSolver(name: String, value: Double) throws {
    let bound = try #require(LipSDPNeuron().run(BoundQuestion(read("\(name).json"))).value)
    #expect(abs(bound - value) <= 3e-7 * value)
  }

  /// The number of linear regions, counted by the same independent program.
  @Test(arguments: [
    ("iris-4-5-5-3", "all", 271), ("iris-4-8-8-3", "box:0:1", 84), ("wine-13-10-3", "all", 1024),
  ])
  func cellCountsAgreeWithAnIndependentProgram(name: String, domain: String, cells: Int) throws {
    let network = try read("\(name).json")
    let question = try BoundQuestion(
      network, domain: DomainText.parse(domain, inputs: network.inputs),
      settings: SearchSettings(engine: .cells))
    #expect(try ExactConstant(question).result.statistics.cells == cells)
  }

  private func networks() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: instances.appendingPathComponent("networks").path)
      .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }
}

@Suite struct WitnessTests {
  /// The two points of a witness give its ratio by evaluating the network alone.
  @Test(
    arguments: ["iris-4-8-8-3", "wine-13-12-8-3", "surface-2-20x9-1", "diabetes-10-30-30-30-3"],
    ["all", "box:0:1"])
  func twoPointsConfirmTheRatio(name: String, domain: String) throws {
    let network = try read("\(name).json")
    let exact = try ExactConstant(
      BoundQuestion(network, domain: DomainText.parse(domain, inputs: network.inputs)))
    let x = try #require(exact.result.enclosure.witness?.x)
    let x2 = try #require(exact.secondPoint)
    func distance(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    let ratio = distance(network(x), network(x2)) / distance(x, x2)
    #expect(abs(ratio - exact.value) <= 1e-6 * exact.value)
    #expect(exact.lowerSquared <= exact.upperSquared)
    #expect(exact.value == exact.result.enclosure.lower || exact.value == exact.result.enclosure.lower.nextUp)
  }
}

@Suite struct AuditTests {
  @Test(arguments: ["iris-4-5-5-3", "breast-cancer-30-12-6-1", "surface-2-20-20-20-1", "digits-64-16-10"])
  func auditsAreConsistent(name: String) throws {
    let audit = try Audit(BoundQuestion(read("\(name).json"), domain: .all))
    #expect(audit.isConsistent, "\(audit.violations)")
    #expect(audit.exact.result.isOptimal)
    #expect(audit.waterfall.map(\.cause).count == 4)
    #expect(audit.waterfall.allSatisfy { $0.factor >= 1 })
    let product = audit.waterfall.reduce(1) { $0 * $1.factor }
    let last = try #require(audit.methods.first { $0.method == "frobenius" }?.value)
    #expect(abs(product - last / audit.exact.value) < 1e-9 * product)
  }
}

@Suite struct TextTests {
  /// 0.1 and 1e-7 as doubles lie a little above and below the decimals.
  @Test(arguments: [
    (0.1, 3, "0.100", "0.101", "0.100"), (1.0 / 3, 4, "0.3333", "0.3334", "0.3333"), (2, 5, "2", "2", "2"),
    (999.9999, 4, "999.9", "1000", "1000"), (123_456_789, 3, "123000000", "124000000", "123000000"),
    (1e-7, 3, "9.99e-8", "1.00e-7", "1.00e-7"), (0, 3, "0", "0", "0"), (.infinity, 3, "∞", "∞", "∞"),
    (3.5e20, 2, "3.5e20", "3.5e20", "3.5e20"), (0.5, 3, "0.5", "0.5", "0.5"),
  ])
  func directedDecimals(value: Double, digits: Int, down: String, up: String, nearest: String) {
    #expect(directedDecimal(value, digits: digits, .down) == down)
    #expect(directedDecimal(value, digits: digits, .up) == up)
    #expect(directedDecimal(value, digits: digits, .nearest) == nearest)
  }

  @Test("Long fractions are printed as bounds on the asked side", arguments: UInt64(1)...40)
  func printedFractions(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let digits = BigInt(10).power(30) + BigInt(Int.random(in: 0...1 << 60, using: &random))
    let denominator = BigInt(3).power(Int.random(in: 20...80, using: &random))
    for number in [Rational(digits, denominator), Rational(-digits, denominator)] {
      let (down, nearest, up) = (number.printed(.down), number.printed(.nearest), number.printed(.up))
      #expect(try Rational.parseSigned(down) < number && number < Rational.parseSigned(up))
      #expect(try (Rational.parseSigned(nearest) - number).magnitude < number.magnitude / 100_000_000_000)
    }
    #expect(Rational(-7, 3).printed(.down) == "-7/3" && Rational(digits).printed(.up) == "\(digits)")
  }

  @Test(arguments: 0..<40) func printedBoundsEncloseTheNumber(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let value = Double(sign: .plus, exponent: Int(random.next() % 90) - 45, significand: 1 + random.uniform())
    for digits in [1, 3, 7, 12, 17] {
      let low = try Rational.parse(directedDecimal(value, digits: digits, .down))
      let high = try Rational.parse(directedDecimal(value, digits: digits, .up))
      #expect(low <= Rational(value) && Rational(value) <= high)
    }
  }

  @Test func thresholdsAreReadExactly() throws {
    #expect(try Rational.parse("2.50") == Rational(5, 2))
    #expect(try Rational.parse("7/3") == Rational(7, 3))
    #expect(try Rational.parse("1e-3") == Rational(1, 1000))
    #expect(try Rational.parse("0.1") != Rational(0.1))
    for text in ["", "-1", "1/0", "1/2/3", "ten", "1e999", "1..2", "0x10", "٣"] {
      #expect(throws: InputError.self) { try Rational.parse(text) }
    }
  }
}
