import ExactArithmetic
import Foundation
import Problems
import QuadraticSearch
import Reductions
import Testing
import Workbench

/// Every engine on every problem of the library. Limits only make answers weaker, never wrong: what is asserted holds on any
/// machine.
@Suite(.serialized) struct EngineAgreementTests {
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
    let best = try Maximization(instance, settings: QuadraticSettings(timeLimit: 30))
    #expect(best.isOptimal, "\(file)")
    for engine in QuadraticEngine.allCases {
      for presolves in [true, false] {
        var settings = QuadraticSettings(engine: engine, timeLimit: 0.5)
        settings.presolves = presolves
        let answer: Maximization
        do {
          answer = try Maximization(instance, settings: settings)
        } catch let refusal as UnsupportedProblem {
          #expect(refusal.isRequest, "\(engine): \(refusal)")
          continue
        }
        #expect(encloses(answer, best.value), "\(engine) \(presolves): \(answer.enclosure)")
        if answer.isOptimal { #expect(answer.value == best.value, "\(engine) \(presolves)") }
        #expect(instance.problem.value(of: answer.solution) == answer.value, "\(engine) \(presolves)")
      }
    }
  }

  @Test("No node, cut or fixing excludes the known optimum", arguments: files)
  func tripwire(file: String) throws {
    guard let instance = try Self.instance(file) else { return }
    let (_, reduced) = try instance.problem.reduced(to: .ising)
    guard let ising = reduced.target as? Ising, ising.spins <= 200 else { return }
    let best = try ising.solve(QuadraticSettings(timeLimit: 30))
    for engine in [QuadraticEngine.semidefinite, .linear] {
      var settings = QuadraticSettings(engine: engine, timeLimit: 1)
      settings.presolves = false
      settings.tripwire = best.solution
      // Every part must be bounded, not only the root: look for more than there is by asking for a strictly better value.
      settings.goal = .init(value: best.value, isStrict: true)
      let result = try ising.solve(settings)
      #expect(!ising.sense.prefers(best.value, to: result.bound), "\(engine)")
      #expect(result.value == best.value || ising.sense.prefers(best.value, to: result.value))
    }
  }
}
