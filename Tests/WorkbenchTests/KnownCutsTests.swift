import Bounds
import ExactArithmetic
import Foundation
import Generators
import Networks
import PatternSearch
import Problems
import QuadraticSearch
import Reductions
import Testing
import Workbench

/// Graphs whose maximum cut is known: `maximize` finds it, and it is the square of the Lipschitz constant of the network that
/// the graph reduces to, as integers.
@Suite struct KnownCutsTests {
  struct Family: Sendable {
    let name: String
    let parameters: [String: String]

    init(_ name: String, _ parameters: [String: String] = [:]) {
      self.name = name
      self.parameters = parameters
    }
  }

  static let completeGraphs = (3...9).map { Family("complete", ["n": "\($0)"]) }
  static let cycles = (3...12).map { Family("cycle", ["n": "\($0)"]) }
  static let others = [
    Family("complete-bipartite", ["a": "3", "b": "4"]), Family("complete-bipartite", ["a": "1", "b": "6"]),
    Family("petersen"), Family("hypercube", ["d": "2"]), Family("hypercube", ["d": "3"]),
    Family("hypercube", ["d": "4"]), Family("torus-2d", ["rows": "3", "columns": "3"]),
    Family("torus-2d", ["rows": "3", "columns": "4"]), Family("torus-2d", ["rows": "4", "columns": "4"]),
    Family("torus-2d", ["rows": "3", "columns": "5"]),
  ]

  private func instance(_ family: String, _ parameters: [String: String], seed: UInt64 = 0) throws
    -> ProblemInstance
  {
    guard case .problem(let instance) = try generate(family, parameters: parameters, seed: seed) else {
      throw UnsupportedProblem("\(family) makes networks", remedy: "name a family of problems")
    }
    return instance
  }

  private func squaredConstant(_ problem: any Problem, via: ProblemKind? = nil) throws -> (Rational, ValueLaw)
  {
    let (_, result) = try problem.reduced(to: .lipCST, via: via)
    let target = try #require(result.target as? LipCST)
    let question = try BoundQuestion(try target.network(name: "cut"), domain: .all)
    let exact = try ExactConstant(question)
    #expect(exact.result.isOptimal)
    return (exact.lowerSquared, result.law)
  }

  @Test("The squared constant is the known cut", arguments: completeGraphs + cycles + others)
  func unitWeights(family: Family) throws {
    let instance = try instance(family.name, family.parameters)
    let known = try #require(instance.planted).value
    for engine in QuadraticEngine.forSpins {
      let answer = try Maximization(instance, settings: QuadraticSettings(engine: engine))
      #expect(answer.isOptimal && answer.value == known, "\(engine)")
    }
    let (square, law) = try squaredConstant(instance.problem)
    #expect(square.isInteger && law.pull(square) == known)
  }

  @Test("Signed graphs go through the affine law of absolute values", arguments: UInt64(1)...8)
  func signed(seed: UInt64) throws {
    for (family, parameters) in [
      ("torus-2d-pm1", ["rows": "3", "columns": "3"]), ("w", ["n": "7"]), ("pm1d", ["n": "7"]),
      ("sk", ["n": "7"]),
    ] {
      let instance = try instance(family, parameters, seed: seed)
      let answer = try Maximization(instance)
      let (square, law) = try squaredConstant(instance.problem, via: .ising)
      #expect(square.isInteger && law.pull(square) == answer.value, "\(family)")
    }
  }

  @Test("Decisions answer the same on both sides", arguments: UInt64(1)...6)
  func decisions(seed: UInt64) throws {
    let instance = try instance("gnp", ["n": "8", "p": "0.6"], seed: seed)
    let optimum = try Maximization(instance).value
    for difference in -1...1 {
      let value = optimum + Rational(difference)
      for relation in [OptimumThreshold.Relation.atMost, .atLeast] {
        for engine in QuadraticEngine.forSpins {
          let decision = try Maximization(
            instance, threshold: OptimumThreshold(relation, value),
            settings: QuadraticSettings(engine: engine))
          let expected = relation == .atMost ? optimum <= value : optimum >= value
          #expect(decision.verdict == expected, "\(engine) \(relation.rawValue) \(difference)")
        }
      }
      // The target asks whether L² ≤ value.
      let reduction = try InstanceReduction(
        instance, to: .lipCST, threshold: OptimumThreshold(.atMost, value))
      let threshold = try #require(reduction.target.threshold)
      let there = try Maximization(reduction.target, threshold: OptimumThreshold(.atMost, threshold))
      #expect(there.verdict == (optimum <= value))
      let network = try #require(reduction.target.problem as? LipCST).network(name: "question")
      let settings = SearchSettings(threshold: .atMost(squared: threshold))
      let constant = try ExactConstant(try BoundQuestion(network, domain: .all, settings: settings))
      #expect(constant.result.verdict == (optimum <= value))
    }
    #expect(throws: UnsupportedProblem.self) {
      try InstanceReduction(instance, to: .lipCST, threshold: OptimumThreshold(.atLeast, optimum))
    }
  }

  static let planted = [
    Family("wishart", ["n": "30", "alpha": "0.3"]), Family("wishart", ["n": "45", "alpha": "0.6"]),
    Family("wishart", ["n": "60", "alpha": "1.2"]), Family("tile-planting", ["size": "6"]),
    Family("xorsat-3", ["n": "15"]), Family("xorsat-3", ["n": "28"]),
  ]

  @Test("Planted instances of thirty to sixty spins reach the planted energy", arguments: planted)
  func plantedEnergy(family: Family) throws {
    for seed in UInt64(1)...3 {
      let instance = try instance(family.name, family.parameters, seed: seed)
      let answer = try Maximization(instance, settings: QuadraticSettings(timeLimit: 60))
      #expect(answer.isOptimal && answer.value == instance.planted?.value, "seed \(seed)")
    }
  }

  @Test(
    "A gap that was asked for leaves an enclosure, not an optimum; negative discrepancies are never reached")
  func partitionGapsAndThresholds() throws {
    let instance = try instance("partition", ["n": "18"], seed: 3)
    let optimum = try Maximization(instance).value
    let settings = QuadraticSettings(engine: .semidefinite, relativeGap: 1e-3)
    let stopped = try Maximization(instance, settings: settings)
    #expect(stopped.enclosure.lower <= optimum && optimum <= stopped.enclosure.upper)
    #expect(!stopped.isOptimal || stopped.value == optimum)
    for value in [Rational(-1), 0, optimum] {
      let asked = OptimumThreshold(.atMost, value)
      let here = try Maximization(instance, threshold: asked)
      let target = try InstanceReduction(instance, to: .ising, threshold: asked).target
      let there = try Maximization(
        target, threshold: OptimumThreshold(.atMost, try #require(target.threshold)))
      #expect(here.verdict == (optimum <= value) && there.verdict == here.verdict)
    }
  }
}
