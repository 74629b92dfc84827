import ExactArithmetic
import Foundation
import Problems
import QuadraticSearch
import Reductions
import Testing
import Workbench

/// Every engine on every problem of the library. Limits only make answers weaker, never wrong: what is asserted holds on any
/// machine.
@Suite struct EngineAgreementTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("instances/problems")

  static let files: [String] = {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { $0.hasSuffix(".json") }.sorted()
  }()

  private static func instance(_ file: String) throws -> ProblemInstance? {
    let path = folder.appendingPathComponent(file).path
    return try NetworkFile.isNetwork(path, kind: nil) ? nil : try ProblemFile.read(path)
  }

  /// The largest and the smallest value that a result leaves possible.
  private func encloses(_ result: Maximization, _ optimum: Rational) -> Bool {
    result.enclosure.lower <= optimum && optimum <= result.enclosure.upper
  }

  @Test("All engines agree, with reductions and without", arguments: files)
  func agreement(file: String) throws {
    guard let instance = try Self.instance(file) else { return }
    let best = try Maximization(instance, settings: QuadraticSettings(timeLimit: 10))
    let optimum = try #require(best.isOptimal ? best.value : instance.planted?.value)
    #expect(encloses(best, optimum))
    for engine in QuadraticEngine.allCases {
      for presolves in [true, false] {
        var settings = QuadraticSettings(engine: engine, timeLimit: 0.2)
        settings.presolves = presolves
        let answer: Maximization
        do {
          answer = try Maximization(instance, settings: settings)
        } catch let refusal as UnsupportedProblem {
          #expect(refusal.isRequest, "\(engine): \(refusal)")
          continue
        }
        #expect(encloses(answer, optimum), "\(engine) \(presolves): \(answer.enclosure)")
        if answer.isOptimal { #expect(answer.value == optimum, "\(engine) \(presolves)") }
        #expect(instance.problem.value(of: answer.solution) == answer.value, "\(engine) \(presolves)")
      }
    }
  }

  @Test("No node, cut or fixing excludes the known optimum", arguments: files)
  func tripwire(file: String) throws {
    guard let instance = try Self.instance(file) else { return }
    let (_, reduced) = try instance.problem.reduced(to: .ising)
    guard let ising = reduced.target as? Ising, ising.spins <= 200 else { return }
    let best = try ising.solve(QuadraticSettings(timeLimit: 5))
    for engine in [QuadraticEngine.semidefinite, .linear] {
      var settings = QuadraticSettings(engine: engine, timeLimit: 0.3)
      settings.presolves = false
      settings.tripwire = best.solution
      // Whatever is found, every part that holds the known spins is bounded against them.
      settings.goal = .init(value: best.value, isStrict: true)
      let result = try ising.solve(settings)
      #expect(!ising.sense.prefers(best.value, to: result.bound), "\(engine)")
    }
  }
}
