import ExactArithmetic
import Problems
import QuadraticSearch
import Testing

@Suite struct IntegerProgramEngineTests {
  @Test(
    "GLPK against brute force: its claims are true here, and called unchecked", arguments: UInt64(1)...150)
  func bruteForce(seed: UInt64) throws {
    let problem = LinearEngineTests.problem(seed: seed)
    let optimum = try #require(problem.bruteForceOptimum())
    let result = try problem.solve(QuadraticSearchTests.unreduced(engine: .milp))
    #expect(result.isOptimal && result.value == optimum.value && optimum.solutions.contains(result.solution))
    #expect(!result.isExact && result.boundSource == .solver)
    QuadraticSearchTests.check(result, problem, "seed \(seed)")
  }

  @Test("Stopped by a node limit it has spins, a bound and the reason", arguments: UInt64(1)...10)
  func stopped(seed: UInt64) throws {
    let problem = QuadraticSearchTests.random(
      18, density: 0.6, seed: seed, number: QuadraticSearchTests.integer)
    let exact = try problem.solve(QuadraticSettings(engine: .enumerate))
    for limit in [0, 1, 10] {
      let result = try problem.solve(QuadraticSearchTests.unreduced(engine: .milp, nodeLimit: limit))
      QuadraticSearchTests.check(result, problem, "limit \(limit)")
      #expect(!problem.sense.prefers(exact.value, to: result.bound))
      #expect(result.isOptimal || result.reason == .nodes)
    }
  }

  @Test("Coefficients too long for doubles are refused")
  func refused() {
    let problem = Ising(
      spins: 2, couplings: [PairTerm(0, 1, 1)], fields: [Rational(1 << 53), 0], sense: .maximize)
    #expect(throws: UnsupportedProblem.self) {
      try problem.solve(QuadraticSearchTests.unreduced(engine: .milp))
    }
  }
}
