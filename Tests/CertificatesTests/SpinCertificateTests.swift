import CertificateKernel
import Certificates
import ExactArithmetic
import Foundation
import Problems
import QuadraticSearch
import RandomNumbers
import Reductions
import Synchronization
import Testing
import TreeSearch

/// Keeps the lines of a certificate.
final class CertificateLines: CertificateOutput {
  private let kept = Mutex<[String]>([])
  var lines: [String] { kept.withLock { $0 } }
  func write(_ line: String) { kept.withLock { $0.append(line) } }

  /// The bound that the lines prove, and how often each rule was used.
  func bound(_ problem: Ising) throws -> (value: Rational, counts: [String: Int]) {
    let instance = SpinProblem(
      spins: problem.spins, couplings: problem.couplings.map { ($0.i, $0.j, $0.coefficient) },
      fields: problem.fields, constant: 0, maximizes: problem.sense == .maximize)
    var proof = try SpinProof(instance, line: 0)
    var counts: [String: Int] = [:]
    for (number, line) in lines.enumerated() {
      guard var words = Words(Array(line.utf8), line: number + 1) else { continue }
      try proof.step(&words)
      counts[words.rule, default: 0] += 1
    }
    let value = try proof.conclude(line: lines.count + 1)
    return (value, counts)
  }
}

@Suite("Certificates of searches over spins")
struct SpinCertificateTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("instances/problems")

  static let files: [String] = {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter {
      let text = (try? String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)) ?? ""
      // Problems over spins; the others are networks.
      return $0.hasSuffix(".json") && text.contains("\"kind\"") && !text.contains("\"lip-cst\"")
    }.sorted()
  }()

  static let engines: [QuadraticEngine?] = [nil, .enumerate, .elimination, .semidefinite, .linear]

  /// Random problems of up to 14 spins: sparse and dense, small and large numbers, with and without fields.
  static func problem(_ seed: UInt64, spins: Int? = nil) -> Ising {
    var random = SplitMix64(seed: seed)
    let n = spins ?? Int(seed % 15)
    let density = [0.2, 0.4, 0.7, 1][Int(random.next() % 4)]
    let largest = [1, 3, 20, 1 << 40][Int(random.next() % 4)]
    let fields = [0, 0.4, 1][Int(random.next() % 3)]
    func number() -> Rational { Rational(Int.random(in: -largest...largest, using: &random)) }
    var couplings: [PairTerm] = []
    for i in 0..<n {
      for j in i + 1..<max(n, i + 1) where random.uniform() < density {
        couplings.append(PairTerm(i, j, number()))
      }
    }
    return Ising(
      spins: n, couplings: couplings, fields: (0..<n).map { _ in random.uniform() < fields ? number() : 0 },
      sense: Bool.random(using: &random) ? .minimize : .maximize)
  }

  /// MaxCut of a random graph of edge probability 1/2.
  static func g05(_ n: Int, seed: UInt64) -> Ising {
    var random = SplitMix64(seed: seed)
    var couplings: [PairTerm] = []
    for i in 0..<n {
      for j in (i + 1)..<n where random.uniform() < 0.5 { couplings.append(PairTerm(i, j, 1)) }
    }
    return Ising(spins: n, couplings: couplings, sense: .minimize)
  }

  static func torus(_ n: Int, seed: UInt64) -> Ising {
    var random = SplitMix64(seed: seed)
    var couplings: [PairTerm] = []
    for i in 0..<n {
      for j in 0..<n {
        for (k, l) in [((i + 1) % n, j), (i, (j + 1) % n)] {
          couplings.append(PairTerm(i * n + j, k * n + l, Bool.random(using: &random) ? 1 : -1))
        }
      }
    }
    return Ising(spins: n * n, couplings: couplings, sense: .maximize)
  }

  @discardableResult
  private func prove(
    _ problem: Ising, _ change: (inout QuadraticSettings) -> Void = { _ in }
  ) throws -> (result: QuadraticResult, lines: CertificateLines) {
    let lines = CertificateLines()
    var settings = QuadraticSettings()
    settings.proof = SpinProofWriter(lines)
    change(&settings)
    let result = try problem.solve(settings)
    let proved = try lines.bound(problem)
    // A stopped search may know of no better bound than the certificate, or of a slightly better one.
    if result.isOptimal {
      #expect(proved.value == result.bound)
    } else {
      #expect(!problem.sense.prefers(result.value, to: proved.value))
    }
    return (result, lines)
  }

  @Test("Problems of the library are proved to the optimum", arguments: files)
  func library(file: String) throws {
    let instance = try ProblemFile.read(Self.folder.appendingPathComponent(file).path)
    let (_, reduced) = try instance.problem.reduced(to: .ising)
    let problem = try #require(reduced.target as? Ising)
    let quick = try problem.solve(QuadraticSettings(timeLimit: 0.7))
    try prove(problem) { $0.timeLimit = quick.isOptimal ? 20 : 0.3 }
  }

  @Test("Small random problems with every engine, reduced and as they are", arguments: UInt64(0)..<120)
  func random(seed: UInt64) throws {
    let problem = Self.problem(seed)
    let optimum = try problem.solve(QuadraticSettings(engine: .enumerate)).value
    for engine in Self.engines {
      for presolves in [true, false] {
        let (result, _) = try prove(problem) {
          $0.engine = engine
          $0.presolves = presolves
        }
        #expect(result.value == optimum && result.isOptimal)
      }
    }
  }

  @Test("Trees of several nodes, on one thread and on three", arguments: [1, 3])
  func trees(threads: Int) throws {
    for engine in [QuadraticEngine.semidefinite, .linear] {
      for problem in [Self.g05(30, seed: 1), Self.torus(6, seed: 2), Self.problem(99, spins: 26)] {
        for presolves in [true, false] {
          let (result, _) = try prove(problem) {
            $0.engine = engine
            $0.presolves = presolves
            $0.tree = TreeSettings(threads: threads)
          }
          #expect(result.isOptimal)
        }
      }
    }
  }

  @Test("Stopped searches prove what they know", arguments: [0, 1, 5, 20])
  func stopped(nodeLimit: Int) throws {
    for engine in Self.engines {
      for problem in [Self.g05(22, seed: 3), Self.torus(7, seed: 4), Self.problem(57, spins: 22)] {
        do {
          let (result, lines) = try prove(problem) {
            $0.engine = engine
            $0.nodeLimit = nodeLimit
          }
          #expect(try lines.bound(problem).value == result.bound, "\(engine as Any)")
        } catch let refusal as UnsupportedProblem {
          #expect(refusal.isRequest)
        }
      }
    }
  }

  @Test("Duals that memory has no room for are found again")
  func lightened() throws {
    for limit in [0, 20_000, 200_000] {
      try prove(Self.g05(36, seed: 5)) {
        $0.engine = .semidefinite
        $0.tree = TreeSettings(memoryLimit: limit)
      }
    }
  }

  @Test("A proof changes nothing about the search")
  func sameSearch() throws {
    for engine in [QuadraticEngine.semidefinite, .linear] {
      for problem in [Self.g05(34, seed: 6), Self.torus(8, seed: 7)] {
        let plain = try problem.solve(QuadraticSettings(engine: engine))
        let (proved, _) = try prove(problem) { $0.engine = engine }
        #expect(plain.statistics == proved.statistics && plain.bound == proved.bound)
      }
    }
  }

  @Test("Planted bugs are found at their step")
  func faults() throws {
    for (engine, problem) in [
      (QuadraticEngine.semidefinite, Self.g05(60, seed: 1)), (.linear, Self.g05(22, seed: 9)),
    ] {
      // Children are to be skipped, and bounds to matter.
      #expect(try problem.solve(QuadraticSettings(engine: engine)).statistics.nodes > 1)
      for (fault, rules, part) in [
        (PlantedFault.wrongCut, ["bounded", "fix"], "even number of minus signs"),
        (.skippedChild, ["qed", "part"], "is open"), (.optimisticBound, ["bounded"], "exceeds the level"),
      ] {
        do {
          try prove(problem) {
            $0.engine = engine
            $0.presolves = false
            $0.plantedFault = fault
          }
          Issue.record("\(engine) \(fault) was accepted")
        } catch let rejection as CertificateRejected {
          #expect(
            rules.contains(rejection.rule) && rejection.reason.contains(part),
            "\(engine) \(fault): \(rejection)")
        }
      }
    }
  }

  @Test(
    "Certificates with one word changed, or a line left out, are rejected or prove no less than the optimum")
  func mutations() throws {
    let words = [
      "0", "1", "-1", "7", "+", "-", "1p-3", "-5p40", "999999999999999999999", "p", "sum", "psd", "cycle",
      "*",
    ]
    for (engine, problem) in [
      (QuadraticEngine.semidefinite, Self.g05(60, seed: 1)), (.linear, Self.g05(20, seed: 9)),
      (.elimination, Self.torus(4, seed: 3)),
    ] {
      let (result, lines) = try prove(problem) {
        $0.engine = engine
        $0.presolves = engine != .linear
      }
      var random = SplitMix64(seed: 1)
      var rejected = 0
      for _ in 0..<200 {
        var changed = lines.lines
        let k = Int.random(in: changed.indices, using: &random)
        var line = changed[k].split(separator: " ").map(String.init)
        if random.uniform() < 0.1 {
          changed.remove(at: k)
        } else {
          line[Int.random(in: line.indices, using: &random)] = words[Int(random.next() % UInt64(words.count))]
          changed[k] = line.joined(separator: " ")
        }
        let mutated = CertificateLines()
        for line in changed { mutated.write(line) }
        do {
          let proved = try mutated.bound(problem).value
          #expect(!problem.sense.prefers(result.value, to: proved))
        } catch is CertificateRejected {
          rejected += 1
        }
      }
      #expect(rejected > 20)
    }
  }

  @Test("What proves nothing is refused")
  func refusals() throws {
    let problem = Self.g05(23, seed: 10)
    for engine in [QuadraticEngine.milp, .zonotope, .enumerate] {
      #expect(throws: UnsupportedProblem.self) { try prove(problem) { $0.engine = engine } }
    }
  }
}
