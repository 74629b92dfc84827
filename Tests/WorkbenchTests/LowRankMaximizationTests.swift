import BigInt
import ExactArithmetic
import Generators
import Problems
import QuadraticSearch
import RandomNumbers
import Reductions
import Testing
import Workbench

/// What `maximize` and `decide` do with a QCMH of low rank.
@Suite struct LowRankMaximizationTests {
  private func instance(_ problem: any Problem) -> ProblemInstance {
    ProblemInstance(name: "low rank", problem: problem)
  }

  private func lipCST(_ units: Int, inputs: Int, seed: UInt64, weights: ClosedRange<Int> = 0...3) -> LipCST {
    var random = SplitMix64(seed: seed)
    return LipCST(
      inner: RationalMatrix(rows: units, columns: inputs) { _, _ in
        Rational(Int.random(in: -9...9, using: &random))
      },
      outer: RationalMatrix(rows: 1, columns: units) { _, _ in
        Rational(Int.random(in: weights, using: &random))
      })
  }

  @Test("LIP-CST with one output: the same answers as over spins", arguments: 1...6)
  func lipCST(inputs: Int) throws {
    let instance = instance(lipCST(14, inputs: inputs, seed: UInt64(inputs)))
    let answer = try Maximization(instance)
    #expect(answer.result.engine == .zonotope && answer.chain.name == "lip-cst → qcmh" && answer.isOptimal)
    var settings = QuadraticSettings(engine: .enumerate)
    settings.presolves = false
    let spins = try Maximization(instance, settings: settings)
    #expect(spins.value == answer.value && spins.result.engine == .enumerate)
    #expect(answer.text(explain: true).contains("carried along lip-cst → qcmh"))
    for difference in [-1, 0, Rational(1) / 1000] {
      for relation in [OptimumThreshold.Relation.atMost, .atLeast] {
        let value = answer.value + difference
        let decision = try Maximization(instance, threshold: OptimumThreshold(relation, value))
        #expect(decision.result.engine == .zonotope)
        #expect(decision.verdict == (relation == .atMost ? answer.value <= value : answer.value >= value))
      }
    }
  }

  @Test func lipCSTWithMixedSignsIsRefusedAsBefore() throws {
    let mixed = instance(lipCST(10, inputs: 2, seed: 1, weights: -3...3))
    #expect(throws: UnsupportedProblem.self) { try Maximization(mixed) }
  }

  @Test("QCMH: by itself up to rank 6, on request beyond", arguments: [0, 1, 3, 6, 7])
  func ranks(rank: Int) throws {
    var random = SplitMix64(seed: 5)
    let g = RationalMatrix(rows: 12, columns: rank) { _, _ in Rational(Int.random(in: -9...9, using: &random))
    }
    let instance = instance(QCMH(semidefinite: g * g.transposed()))
    let automatic = try Maximization(instance)
    #expect((automatic.result.engine == .zonotope) == (rank <= QCMH.automaticRank))
    let asked = try Maximization(instance, settings: QuadraticSettings(engine: .zonotope))
    let spins = try Maximization(instance, settings: QuadraticSettings(engine: .semidefinite))
    #expect(asked.isOptimal && asked.value == spins.value && automatic.value == spins.value)
    #expect(asked.result.engine == .zonotope && asked.chain.steps.isEmpty)
    #expect(asked.text(explain: true).contains("because it is a QCMH"))
  }

  @Test func otherProblemsRefuseTheEngine() throws {
    let cut = instance(MaxCut(vertices: 3, edges: [PairTerm(0, 1, 1)]))
    #expect {
      try Maximization(cut, settings: QuadraticSettings(engine: .zonotope))
    } throws: { ($0 as? UnsupportedProblem)?.isRequest == true }
  }

  @Test("Coefficients of 170 bits, which spins do not take")
  func wideCoefficients() throws {
    let large = Rational(BigInt(10).power(50))
    let rows: [[Rational]] = [[large, 1], [-large, 3], [2, large], [1, 1], [0, -large + 1]]
    let g = RationalMatrix(rows: 5, columns: 2) { rows[$0][$1] }
    let problem = QCMH(semidefinite: g * g.transposed(), linear: [1, -1, 7, -2, 0])
    let answer = try Maximization(instance(problem))
    let optimum = try #require(problem.bruteForceOptimum())
    #expect(answer.value == optimum.value)
    #expect(answer.bound <= optimum.value)
  }
}
