import Bounds
import CertificateKernel
import Certificates
import ExactArithmetic
import Foundation
import Networks
import PatternSearch
import Problems
import QuadraticSearch
import RandomNumbers
import Testing
import Workbench

/// From instance files to certificates that the checker reads.
@Suite struct CertificateEndToEndTests {
  private static let instances = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("instances").path

  // MARK: The library

  /// Those that take more than 20 seconds.
  private static let slow: [(file: String, question: String?)] = [
    ("networks/surface-2-20x9-1.json", "all"), ("networks/wide/digits-64-100-100-10.json", nil),
    ("networks/wide/digits-64-50-50-10.json", "all"), ("problems/wishart-100-0.6.json", nil),
  ]

  @Test(
    "Every entry of the library that is quickly solved has a certificate that proves what the ledger says")
  func library() throws {
    let scratch = try ScratchFolder()
    // The ledger without the slow entries, beside the same files.
    for folder in ["networks", "problems", "figure4"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(scratch.path)/\(folder)", withDestinationPath: "\(Self.instances)/\(folder)")
    }
    let text = try String(contentsOfFile: Self.instances + "/ledger.tsv", encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      return !Self.slow.contains { $0.file == cells[0] && $0.question ?? String(cells[3]) == cells[3] }
    }
    _ = try scratch.write("ledger.tsv", lines.joined(separator: "\n"))
    let ledger = try InstanceLedger(folder: scratch.path)
    #expect(ledger.entries.count > 80)
    var rows: [InstanceCertification.Row] = []
    try InstanceCertification(ledger: ledger, timeLimit: 60, compares: false)
      .run(keep: scratch.path) { rows.append($0) }
    #expect(rows.count == ledger.entries.count)
    for (row, entry) in zip(rows, ledger.entries) {
      #expect(row.isAccepted, "\(row.file) \(row.question): \(row.statement)")
      let name = (entry.file + "-" + entry.question)
        .map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." ? String($0) : "-" }.joined()
      let check = try CertificateCheck(
        instance: ledger.folder + "/" + entry.file, kind: nil, certificate: "\(scratch.path)/\(name).cert")
      guard let claim = check.verdict?.claims.first else { continue }
      let isNetwork = entry.kind == "network"
      guard let low = claim.lower, let high = claim.upper, let lower = Double(entry.lower),
        let upper = Double(entry.upper)
      else {
        Issue.record("\(entry.file) has no ends")
        continue
      }
      // The proved and the recorded interval have a point in common: for networks of the constant, not its square.
      if isNetwork {
        #expect(low.squareRootRoundedDown <= upper && high.squareRootRoundedUp >= lower, "\(row.statement)")
        let (a, b) = (low.squareRootRoundedDown, high.squareRootRoundedUp)
        if row.isSolved {
          #expect(b - a <= 1.0001e-6 * b, "\(entry.file) \(entry.question): \(row.statement)")
        }
      } else {
        #expect(low <= Rational(upper) && high >= Rational(lower), "\(entry.file): \(row.statement)")
        if row.isSolved { #expect(low == high, "\(entry.file): \(row.statement)") }
      }
    }
  }

  @Test("Small networks to a relative gap of 1e-9")
  func narrow() throws {
    let scratch = try ScratchFolder()
    for name in ["iris-4-5-5-3", "iris-4-8-8-3", "diabetes-10-8-8-1", "surface-2-10-10-1", "wine-13-10-3"] {
      let path = "\(Self.instances)/networks/\(name).json"
      let network = try NetworkFile.read(path)
      for domain in ["all", "box:0:1"] {
        let exact = try ExactConstant(
          try BoundQuestion(
            network, domain: try DomainText.parse(domain, inputs: network.inputs),
            settings: SearchSettings(relativeGap: 1e-9)),
          certificate: CertificateRequest(path: scratch.path + "/a.cert", instance: path))
        let claim = try #require(exact.certificate?.check.verdict?.claims.first, "\(name) \(domain)")
        let (low, high) = (try #require(claim.lower), try #require(claim.upper))
        #expect(high.squareRootRoundedUp <= low.squareRootRoundedDown * (1 + 1.001e-9), "\(name) \(domain)")
      }
    }
  }

  // MARK: Random networks

  @Test(
    "Random small networks: certificates are accepted, and bracket what listing all patterns finds",
    arguments: Array(UInt64(0)..<60) + [434, 1454])
  func random(seed: UInt64) throws {
    var random = SplitMix64(seed: seed &* 77 &+ 5)
    let depth = Int(seed % 4)
    let inputs = 1 + Int(random.next() % 3)
    let widths = (0..<depth).map { _ in 1 + Int(random.next() % (depth > 2 ? 2 : 3)) }
    let slopes = (0..<depth).map { _ in [0, 0, 0.25, 1.5, -0.5, -2][Int(random.next() % 6)] }
    let network = SmallNetwork(
      seed: seed, inputs: inputs, widths: widths, outputs: 1 + Int(random.next() % 3),
      isInteger: seed % 2 == 0,
      slopes: slopes)
    let scratch = try ScratchFolder()
    let path = try scratch.write("a.json", network.json)
    let read = try NetworkFile.read(path)
    let oracle = NetworkOracle(network)
    var fixed: (lower: [Double], upper: [Double]) = (
      [Double](repeating: -1, count: inputs), [Double](repeating: 1.5, count: inputs)
    )
    if inputs > 1 { fixed.lower[0] = fixed.upper[0] }
    for domain in [
      Domain.all,
      .box(lower: [Double](repeating: -1, count: inputs), upper: [Double](repeating: 0.75, count: inputs)),
      .box(lower: fixed.lower, upper: fixed.upper),
    ] {
      for patterns in [ExactConstant.Patterns.attainable, .free] {
        let request = CertificateRequest(path: scratch.path + "/a.cert", instance: path)
        let exact = try ExactConstant(
          try BoundQuestion(read, domain: domain, settings: SearchSettings()), patterns: patterns,
          certificate: request)
        let report = try #require(exact.certificate)
        guard let verdict = report.check.verdict else {
          Issue.record("seed \(seed) \(domain) \(patterns): \(report.text)")
          continue
        }
        let lines = try String(contentsOfFile: request.path, encoding: .utf8).split(separator: "\n").map {
          Array($0.utf8)
        }
        #expect(
          CertificateMutationTests.areTrue(verdict, lines, oracle),
          "seed \(seed) \(domain) \(patterns): \(verdict.statements)")
        if let claim = verdict.claims.first, let high = claim.upper {
          // The zero map has no witness.
          let low = claim.lower ?? 0
          #expect(
            high.squareRootRoundedUp <= low.squareRootRoundedDown * (1 + 1.001e-6) || high.isZero,
            "\(verdict.statements)")
        } else {
          Issue.record("seed \(seed): no ends")
        }
      }
    }
  }

  // MARK: Planted faults

  @Test("Faults planted in the search for patterns are found, or do no harm")
  func patternFaults() throws {
    let scratch = try ScratchFolder()
    for fault in [PlantedPatternFault.skippedCell, .optimisticBound, .wrongMultiplier] {
      var (runs, rejected) = (0, 0)
      for seed in UInt64(1)...12 {
        let network = SmallNetwork(
          seed: 3 * seed + 1, inputs: 2, widths: [4, 3], outputs: 2, isInteger: false)
        let path = try scratch.write("a.json", network.json)
        let read = try NetworkFile.read(path)
        for domain in [Domain.all, .box(lower: [-1, -1], upper: [1, 1])] {
          var settings = SearchSettings(engine: .semidefinite)
          settings.plantedFault = fault
          let request = CertificateRequest(path: scratch.path + "/a.cert", instance: path)
          let exact = try ExactConstant(
            try BoundQuestion(read, domain: domain, settings: settings), certificate: request)
          runs += 1
          guard let check = exact.certificate?.check else { continue }
          if let verdict = check.verdict {
            let lines = try String(contentsOfFile: request.path, encoding: .utf8).split(separator: "\n").map {
              Array($0.utf8)
            }
            #expect(
              CertificateMutationTests.areTrue(verdict, lines, NetworkOracle(network)), "\(fault) \(seed)")
          } else {
            rejected += 1
          }
        }
      }
      // A bound that is 1 % too small matters only where the level is as near.
      let least = fault == .optimisticBound ? runs / 8 : runs / 2
      #expect(rejected > least, "\(fault): \(rejected) of \(runs) were rejected")
    }
  }

  @Test("Faults planted in the search for spins are found, or do no harm")
  func spinFaults() throws {
    let scratch = try ScratchFolder()
    for fault in [PlantedFault.wrongCut, .skippedChild, .optimisticBound] {
      var rejected = 0
      for file in ["g05-50", "pm1d-30"] {
        let path = "\(Self.instances)/problems/\(file).json"
        let instance = try ProblemFile.read(path)
        var settings = QuadraticSettings(engine: .semidefinite, timeLimit: 10)
        settings.plantedFault = fault
        settings.presolves = false
        let request = CertificateRequest(path: scratch.path + "/a.cert", instance: path)
        do {
          let answer = try Maximization.solve(instance, settings: settings, certificate: request)
          if answer.certificate?.isAccepted == true {
            let honest = try Maximization.solve(instance, settings: QuadraticSettings(), certificate: nil)
            #expect(answer.value == honest.value && answer.bound >= honest.value, "\(fault) \(file)")
          } else {
            rejected += 1
          }
        } catch is ContradictedSearch {
          rejected += 1
        }
      }
      #expect(rejected > 0, "\(fault)")
    }
  }

  // MARK: Decisions

  private func decide(_ json: String) throws -> (answer: Bool?, report: CertificateReport?) {
    let scratch = try ScratchFolder()
    let path = try scratch.write("a.json", json)
    let instance = try ProblemFile.read(path)
    var request = CertificateRequest(path: scratch.path + "/a.cert", instance: path)
    request.asksOwnQuestion = true
    let own = try #require(instance.threshold)
    let problem = try #require(instance.problem as? LipCST)
    guard !problem.isAttained else {
      let answer = try Maximization.solve(
        instance, threshold: OptimumThreshold(problem.ownRelation, own), certificate: request)
      return (answer.verdict, answer.certificate)
    }
    let exact = try ExactConstant(
      try BoundQuestion(
        try problem.network(name: "a"), domain: .all,
        settings: SearchSettings(threshold: .atMost(squared: own))),
      certificate: request)
    return (exact.result.verdict, exact.certificate)
  }

  @Test("LIP-CST exactly at the constant, just below and just above it", arguments: UInt64(0)..<16)
  func decisions(seed: UInt64) throws {
    var network = SmallNetwork(
      seed: 3 * seed, inputs: 2 + Int(seed % 2), widths: [4], outputs: 1, isInteger: seed % 2 == 0)
    // Half of them of the kind whose best pattern is attained.
    if seed % 4 < 2 { network.weights[1] = network.weights[1].map { $0.map(abs) } }
    // Orthogonal units with orthogonal images: ‖J‖² is the largest of integers.
    if seed >= 12 {
      let k = Double(seed - 10)
      network.weights = [[[k, 0], [0, 1], [0, -1]], [[1, 0, 0], [0, 2, 1], [0, 0, 0]]]
    }
    network.bias = network.weights.map { $0.map { _ in 0 } }
    // Problem files mean decimals exactly: these are doubles, too.
    network.weights = network.weights.map { $0.map { $0.map { ($0 * 1024).rounded() / 1024 } } }
    let truth = network.jacobians(isAttainable: true, box: nil)
    let square: Rational = seed >= 12 ? Rational(Int((seed - 10) * (seed - 10))) : truth.square()
    #expect(truth.reaches(square, "2") && truth.isAtMost(square, "2"))
    let small = Rational(1) / Rational(1_000_000_000_000)
    for (ell, expected) in [
      (square, true), (square * (1 - small), square.isZero), (square * (1 + small), true),
    ] {
      let matrices = "\"M1\": \(network.weights[0]), \"M2\": \(network.weights[1])"
      let (answer, report) = try decide("{\"kind\": \"lip-cst\", \(matrices), \"ellSquared\": \"\(ell)\"}")
      #expect(answer == expected, "seed \(seed): \(ell)")
      #expect(
        report?.check.verdict?.claims.map(\.verdict) == [expected], "seed \(seed): \(report?.text ?? "")")
    }
  }

  @Test("LIP-CST with a level that is not squared")
  func levels() throws {
    // L = 5: (3, 4).
    for (ell, expected) in [
      ("5", true), ("4.999999999999", false), ("5.000000000001", true), ("\"14/3\"", false),
    ] {
      let (answer, report) = try decide(
        "{\"kind\": \"lip-cst\", \"M1\": [[3, 0], [0, 4], [-3, -4]], \"M2\": [[1, 1, 1]], \"ell\": \(ell)}")
      #expect(answer == expected && report?.check.verdict?.claims.map(\.verdict) == [expected], "\(ell)")
    }
  }
}
