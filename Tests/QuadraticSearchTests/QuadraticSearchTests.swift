import BigInt
import ExactArithmetic
import Problems
import QuadraticSearch
import RandomNumbers
import Testing

@Suite struct QuadraticSearchTests {
  static func random(_ n: Int, density: Double, seed: UInt64, number: (inout SplitMix64) -> Rational) -> Ising
  {
    var random = SplitMix64(seed: seed)
    var couplings: [PairTerm] = []
    for i in 0..<n {
      for j in i + 1..<n where random.uniform() < density {
        couplings.append(PairTerm(i, j, number(&random)))
      }
    }
    let fields = seed % 2 == 0 ? nil : (0..<n).map { _ in number(&random) }
    return Ising(spins: n, couplings: couplings, fields: fields, sense: seed % 3 == 0 ? .minimize : .maximize)
  }

  /// Engines on the problem as it is: reductions would leave little of small ones.
  static func unreduced(
    engine: QuadraticEngine? = nil, timeLimit: Double? = nil, nodeLimit: Int? = nil, seed: UInt64 = 0
  ) -> QuadraticSettings {
    var settings = QuadraticSettings(
      engine: engine, timeLimit: timeLimit, nodeLimit: nodeLimit, seed: seed)
    settings.presolves = false
    return settings
  }

  /// All of them, but for GLPK where the numbers are too long for doubles.
  static func engines(exactOnly: Bool) -> [QuadraticEngine] {
    QuadraticEngine.forSpins.filter { !exactOnly || $0 != .milp }
  }

  static func integer(_ random: inout SplitMix64) -> Rational {
    Rational(Int.random(in: -5...5, using: &random))
  }

  /// Checks everything a result claims against the problem.
  static func check(_ result: QuadraticResult, _ problem: Ising, _ name: String) {
    #expect(problem.value(of: result.solution) == result.value, "\(name)")
    #expect(!problem.sense.prefers(result.value, to: result.bound), "\(name)")
    if result.isOptimal { #expect(result.value == result.bound, "\(name)") }
  }

  @Test("All engines agree with brute force, value and spins", arguments: UInt64(1)...120)
  func enginesAgree(seed: UInt64) throws {
    let n = Int(seed % 13)
    let density = seed % 4 == 0 ? 0.3 : 0.8
    let problem = Self.random(n, density: density, seed: seed) { random in
      switch seed % 5 {
      case 0: Rational(BigInt(Int.random(in: -9...9, using: &random)), 7)
      case 1: Rational(Double.random(in: -1...1, using: &random))
      default: Self.integer(&random)
      }
    }
    let optimum = try #require(problem.bruteForceOptimum())
    for engine in Self.engines(exactOnly: seed % 5 == 1) {
      let result = try problem.solve(Self.unreduced(engine: engine))
      #expect(result.isOptimal, "\(engine)")
      #expect(result.value == optimum.value, "\(engine)")
      #expect(optimum.solutions.contains(result.solution), "\(engine)")
      Self.check(result, problem, engine.rawValue)
    }
  }

  @Test("Branch and bound against enumeration at 18 to 22 spins", arguments: UInt64(1)...12)
  func branchAndBound(seed: UInt64) throws {
    let problem = Self.random(18 + Int(seed % 5), density: 0.7, seed: seed, number: Self.integer)
    let exact = try problem.solve(Self.unreduced(engine: .enumerate))
    let search = try problem.solve(Self.unreduced(engine: .semidefinite))
    #expect(search.isOptimal && search.value == exact.value)
    Self.check(search, problem, "seed \(seed)")
  }

  @Test("Relaxations with triangle inequalities against enumeration", arguments: UInt64(1)...60)
  func relaxations(seed: UInt64) throws {
    let density = [0.2, 0.5, 1][Int(seed % 3)]
    let problem = Self.random(13 + Int(seed % 8), density: density, seed: seed) { random in
      switch seed % 5 {
      case 0: Bool.random(using: &random) ? 1 : -1
      case 1: Rational(Int.random(in: -1_000_000...1_000_000, using: &random))
      case 2: Rational(Int.random(in: 0...2, using: &random))
      case 3: Rational(Int.random(in: -(1 << 58)...(1 << 58), using: &random))
      default: -1
      }
    }
    let exact = try problem.solve(Self.unreduced(engine: .enumerate))
    let search = try problem.solve(Self.unreduced(engine: .semidefinite))
    #expect(search.isOptimal && search.value == exact.value)
    Self.check(search, problem, "seed \(seed)")
    for limit in [0, 1, 2] {
      let stopped = try problem.solve(Self.unreduced(engine: .semidefinite, nodeLimit: limit))
      Self.check(stopped, problem, "seed \(seed)")
      #expect(!problem.sense.prefers(exact.value, to: stopped.bound), "\(limit)")
    }
  }

  @Test("Triangle inequalities keep the tree of dense random graphs small", arguments: UInt64(1)...3)
  func treeSize(seed: UInt64) throws {
    let cut = Self.random(60, density: 0.5, seed: 6 * seed) { _ in 1 }
    let result = try cut.solve(Self.unreduced(engine: .semidefinite))
    #expect(result.isOptimal && result.statistics.nodes <= 40, "\(result.statistics)")
  }

  @Test("Elimination against branch and bound on sparse problems", arguments: UInt64(1)...6)
  func elimination(seed: UInt64) throws {
    let problem = Self.random(40, density: 0.06, seed: seed, number: Self.integer)
    let tables = try problem.solve(Self.unreduced(engine: .elimination))
    let search = try problem.solve(Self.unreduced(engine: .semidefinite))
    #expect(tables.value == search.value && search.isOptimal)
    Self.check(tables, problem, "seed \(seed)")
  }

  @Test("Coefficients beyond 64 bits stay exact; beyond 120 they are refused")
  func largeCoefficients() throws {
    let huge = BigInt(1) << 80
    let couplings = [PairTerm(0, 1, Rational(huge + 1)), PairTerm(1, 2, Rational(-huge)), PairTerm(0, 2, 1)]
    let problem = Ising(spins: 3, couplings: couplings, sense: .maximize)
    for engine in Self.engines(exactOnly: true) {
      let result = try problem.solve(Self.unreduced(engine: engine))
      #expect(result.value == Rational(2 * huge), "\(engine)")
    }
    #expect(throws: UnsupportedProblem.self) {
      try problem.solve(QuadraticSearchTests.unreduced(engine: .milp))
    }
    let beyond = Ising(
      spins: 3, couplings: [PairTerm(0, 1, Rational(BigInt(1) << 130)), PairTerm(1, 2, 1)], sense: .maximize)
    #expect(throws: UnsupportedProblem.self) { try beyond.solve() }
  }

  @Test(
    "Engines agree with brute force whatever the length of the coefficients",
    arguments: [31, 62, 63, 64, 65, 66, 80, 100, 110], UInt64(1)...4)
  func lengths(bits: Int, seed: UInt64) throws {
    let n = 6
    let problem = Self.random(n, density: 0.9, seed: seed) { random in
      let low = BigInt(Int.random(in: 0...Int.max, using: &random))
      let magnitude = (BigInt(1) << bits) + ((low << bits) >> 63)
      return Rational(Bool.random(using: &random) ? magnitude : -magnitude)
    }
    let optimum = try #require(problem.bruteForceOptimum())
    for engine in Self.engines(exactOnly: bits > 31) {
      let result = try problem.solve(Self.unreduced(engine: engine))
      #expect(result.isOptimal && result.value == optimum.value, "\(engine)")
      Self.check(result, problem, engine.rawValue)
      for (offset, isReached) in [(BigInt(-1), true), (0, true), (1, false)] {
        var settings = Self.unreduced(engine: engine)
        let worse = problem.sense == .maximize ? offset : -offset
        settings.goal = .init(value: optimum.value + Rational(worse), isStrict: false)
        let decided = try problem.solve(settings)
        Self.check(decided, problem, engine.rawValue)
        let goal = optimum.value + Rational(worse)
        let reached = decided.value == goal || problem.sense.prefers(decided.value, to: goal)
        #expect(reached == isReached, "\(engine) \(offset)")
      }
    }
  }

  @Test("Planning ends early on dense problems, and is quick on large sparse ones")
  func planning() throws {
    let dense = Self.random(400, density: 1, seed: 1, number: Self.integer)
    var stop = Self.unreduced(nodeLimit: 0)
    let stopped = try dense.solve(stop)
    Self.check(stopped, dense, "dense")
    #expect(stopped.reason == .nodes && stopped.statistics.relaxations <= 1)
    let loose = Ising(
      spins: 200_000, couplings: [PairTerm(0, 199_999, 3)], sense: .minimize)
    let solved = try loose.solve(Self.unreduced())
    #expect(solved.isOptimal && solved.value == -3 && solved.statistics.width == 1)
    stop.engine = .elimination
    let early = try loose.solve(stop)
    Self.check(early, loose, "stopped plan")
    #expect(early.bound == -3)
    #expect(throws: UnsupportedProblem.self) {
      try Self.random(5200, density: 0.02, seed: 1, number: Self.integer).solve()
    }
  }

  @Test("Empty, single and uncoupled problems")
  func degenerate() throws {
    for n in [0, 1, 5] {
      let problem = Ising(spins: n, couplings: [], sense: .maximize)
      for engine in QuadraticEngine.forSpins {
        let result = try problem.solve(Self.unreduced(engine: engine))
        #expect(result.value == 0 && result.isOptimal && result.solution.count == n, "\(engine) \(n)")
      }
    }
    let field = Ising(spins: 2, couplings: [], fields: [3, -2], sense: .minimize)
    for engine in QuadraticEngine.forSpins {
      #expect(try field.solve(Self.unreduced(engine: engine)).solution == [-1, 1], "\(engine)")
    }
  }

  @Test("A stopped search still encloses the optimum", arguments: UInt64(1)...10)
  func stopped(seed: UInt64) throws {
    let problem = Self.random(22, density: 0.9, seed: seed, number: Self.integer)
    let optimum = try problem.solve(Self.unreduced(engine: .enumerate)).value
    for limit in [0, 1, 5] {
      let result = try problem.solve(Self.unreduced(engine: .semidefinite, nodeLimit: limit))
      Self.check(result, problem, "limit \(limit)")
      #expect(!problem.sense.prefers(optimum, to: result.bound))
    }
    for engine in QuadraticEngine.forSpins {
      let result = try problem.solve(Self.unreduced(engine: engine, timeLimit: 0))
      #expect(!problem.sense.prefers(optimum, to: result.bound), "\(engine)")
      Self.check(result, problem, "\(engine)")
    }
  }

  @Test(
    "Gauge transformations, permutations and scalings change nothing but the spins", arguments: UInt64(1)...20
  )
  func metamorphic(seed: UInt64) throws {
    let n = 14
    let problem = Self.random(n, density: 0.5, seed: seed, number: Self.integer)
    var random = SplitMix64(seed: seed + 1000)
    let gauge = (0..<n).map { _ in Bool.random(using: &random) ? 1 : -1 }
    let order = (0..<n).shuffled(using: &random)
    let scale = Rational(3, 7)
    let moved = Ising(
      spins: n,
      couplings: problem.couplings.map {
        PairTerm(order[$0.i], order[$0.j], scale * Rational(gauge[$0.i] * gauge[$0.j]) * $0.coefficient)
      },
      fields: (0..<n).map { place in
        let spin = order.firstIndex(of: place) ?? 0
        return scale * Rational(gauge[spin]) * problem.fields[spin]
      }, sense: problem.sense)
    for engine in QuadraticEngine.forSpins {
      let a = try problem.solve(Self.unreduced(engine: engine))
      let b = try moved.solve(Self.unreduced(engine: engine))
      #expect(b.value == scale * a.value, "\(engine)")
    }
  }

  @Test(
    "A node limit holds in every engine, and a stopped engine says what its bound rests on",
    arguments: QuadraticEngine.forSpins)
  func nodeLimits(engine: QuadraticEngine) throws {
    let problem = Self.random(20, density: 0.9, seed: 4, number: Self.integer)
    let optimum = try problem.solve(Self.unreduced(engine: engine))
    #expect(optimum.isOptimal && optimum.boundSource != .sumOfMagnitudes)
    for limit in [0, 1, 3, 1000] {
      let result = try problem.solve(Self.unreduced(engine: engine, nodeLimit: limit))
      #expect(result.statistics.nodes <= max(limit, 1), "\(limit)")
      let stopped = !result.isOptimal
      #expect(!stopped || result.reason == .nodes, "\(limit)")
      let enclosed =
        problem.sense == .maximize
        ? result.value <= optimum.value && optimum.value <= result.bound
        : result.bound <= optimum.value && optimum.value <= result.value
      #expect(enclosed)
      if engine == .enumerate || engine == .elimination {
        #expect(stopped && result.isExact && result.boundSource == .sumOfMagnitudes, "\(limit)")
      }
      if engine == .milp { #expect(result.isExact == (result.boundSource == .sumOfMagnitudes), "\(limit)") }
    }
    let enough = Self.unreduced(engine: engine, nodeLimit: max(1, optimum.statistics.nodes))
    #expect(try problem.solve(enough).value == optimum.value)
    #expect(try problem.solve(enough).isOptimal)
  }

  @Test("Counts repeat")
  func deterministic() throws {
    let problem = Self.random(30, density: 0.5, seed: 7, number: Self.integer)
    let settings = Self.unreduced(engine: .semidefinite, seed: 3)
    let first = try problem.solve(settings)
    let second = try problem.solve(settings)
    #expect(first.statistics == second.statistics && first.solution == second.solution)
  }
}
