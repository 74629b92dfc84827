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

  @Test("It hears an interruption between nodes, and ends at a goal", arguments: UInt64(1)...4)
  func interruptionAndGoal(seed: UInt64) throws {
    // Hours for GLPK.
    let problem = QuadraticSearchTests.random(60, density: 0.5, seed: 6 * seed) { _ in 1 }
    let start = ContinuousClock.now
    var settings = QuadraticSearchTests.unreduced(engine: .milp)
    settings.isInterrupted = { ContinuousClock.now - start > .seconds(1) }
    let stopped = try problem.solve(settings)
    #expect(stopped.reason == .interrupt)
    QuadraticSearchTests.check(stopped, problem, "interrupted")
    // What is easy to reach is reached at once, and what nothing reaches is excluded at the root.
    settings = QuadraticSearchTests.unreduced(engine: .milp)
    settings.goal = .init(value: Rational(problem.couplings.count), isStrict: false)
    #expect(try problem.solve(settings).reason == .decided)
    settings.goal = .init(value: Rational(-2 * problem.couplings.count), isStrict: false)
    #expect(try problem.solve(settings).reason == .decided)
  }

  @Test("Decisions on small problems are those of brute force", arguments: UInt64(1)...60)
  func decisions(seed: UInt64) throws {
    let problem = LinearEngineTests.problem(seed: seed)
    let optimum = try #require(problem.bruteForceOptimum()).value
    for offset in [-2, -1, 0, 1, 2] {
      var settings = QuadraticSearchTests.unreduced(engine: .milp)
      let value = optimum + Rational(offset)
      settings.goal = .init(value: value, isStrict: false)
      let result = try problem.solve(settings)
      let isReachable = value == optimum || problem.sense.prefers(optimum, to: value)
      let isReached = result.value == value || problem.sense.prefers(result.value, to: value)
      #expect(isReached == isReachable, "\(offset)")
      #expect(!problem.sense.prefers(optimum, to: result.bound), "\(offset)")
    }
  }
}
