import BigInt
import ExactArithmetic
import Problems
import QuadraticSearch
import RandomNumbers
import Testing

/// QCMH of low rank: the search over support directions against brute force and, in the plane, an exact sweep.
@Suite struct LowRankTests {
  /// H = G Gᵀ with small integers, with duplicate, parallel, antiparallel and zero rows, and c of several kinds.
  static func instance(
    _ n: Int, rank: Int, seed: UInt64, largest: Int = 5, linear: Bool? = nil
  ) -> (problem: QCMH, rows: [[Int]]) {
    var random = SplitMix64(seed: seed)
    var rows = (0..<n).map { _ in (0..<rank).map { _ in Int.random(in: -largest...largest, using: &random) } }
    if n > 2, seed % 3 == 0 {
      rows[1] = rows[0]
      rows[n - 1] = rows[0].map { -$0 }
    }
    if n > 4, seed % 4 == 1 {
      rows[2] = rows[3].map { 3 * $0 }
      rows[4] = [Int](repeating: 0, count: rank)
    }
    if n > 3, seed % 7 == 2 {
      // Balanced: Σ g = 0.
      rows[0] = (0..<rank).map { k in -rows.dropFirst().reduce(0) { $0 + $1[k] } }
    }
    let scale = seed % 5 == 3 ? Rational(7, 6) : 1
    let h = RationalMatrix(rows: n, columns: n) { i, j in
      scale * Rational(zip(rows[i], rows[j]).reduce(0) { $0 + $1.0 * $1.1 })
    }
    let c: [Rational]? =
      linear ?? (seed % 2 == 0)
      ? (0..<n).map { _ in Rational(BigInt(Int.random(in: -60...60, using: &random)), seed % 5 == 4 ? 3 : 1) }
      : nil
    return (QCMH(semidefinite: h, linear: c), rows)
  }

  static func solve(_ problem: QCMH, _ settings: QuadraticSettings = QuadraticSettings()) throws
    -> QuadraticResult
  {
    let result = try #require(problem.solveLowRank(settings, rankLimit: nil))
    #expect(problem.value(of: result.solution) == result.value)
    #expect(result.bound <= result.value)
    return result
  }

  @Test("Against brute force, in fractions", arguments: UInt64(1)...300)
  func bruteForce(seed: UInt64) throws {
    let problem = Self.instance(1 + Int(seed % 12), rank: 1 + Int(seed / 12 % 6), seed: seed).problem
    let optimum = try #require(problem.bruteForceOptimum())
    let result = try Self.solve(problem)
    #expect(result.isOptimal && result.reason == .gap)
    #expect(result.value == optimum.value)
    #expect(optimum.solutions.contains(result.solution))
  }

  /// Coefficients that no double separates: the patterns near the best are compared exactly.
  @Test("Values closer than double precision", arguments: UInt64(1)...40)
  func closeValues(seed: UInt64) throws {
    let (coarse, _) = Self.instance(9, rank: 2, seed: seed, linear: true)
    var random = SplitMix64(seed: seed)
    let tiny = (0..<9).map { _ in
      Rational(BigInt(Int.random(in: -9...9, using: &random)), BigInt(10).power(30))
    }
    let problem = QCMH(semidefinite: coarse.matrix, linear: zip(coarse.linear, tiny).map { $0 + $1 })
    let optimum = try #require(problem.bruteForceOptimum())
    let result = try Self.solve(problem)
    #expect(result.value == optimum.value)
    #expect(result.bound <= optimum.value)
  }

  @Test("Coefficients beyond the range of doubles", arguments: [-700, -30, 30, 700], UInt64(1)...6)
  func scales(exponent: Int, seed: UInt64) throws {
    let (problem, _) = Self.instance(10, rank: 3, seed: seed)
    let power = Rational(BigInt(10).power(abs(exponent)))
    let factor = exponent > 0 ? power : 1 / power
    var scaled = problem.matrix
    scaled.elements = scaled.elements.map { $0 * factor }
    let plain = try Self.solve(problem)
    let result = try Self.solve(QCMH(semidefinite: scaled, linear: problem.linear.map { $0 * factor }))
    #expect(result.isOptimal && result.value == plain.value * factor)
  }

  @Test func vanishingMatrices() throws {
    for n in 0...3 {
      let zero = RationalMatrix(rows: n, columns: n) { _, _ in 0 }
      let plain = try Self.solve(QCMH(semidefinite: zero))
      #expect(plain.isOptimal && plain.value == 0)
      let signs = try Self.solve(QCMH(semidefinite: zero, linear: Array([2, -3, Rational(-1, 7)].prefix(n))))
      #expect(signs.isOptimal)
      #expect(signs.value == [0, 0, -3, Rational(-22, 7)][n])
    }
  }

  /// The best of ‖Σ σ g‖² in the plane: half-turns through the critical angles, in integers.
  static func sweep(_ rows: [[Int]]) -> Int {
    // Directions where some g·u changes sign, each with its opposite, by angle.
    func half(_ v: (x: Int, y: Int)) -> Int { v.y > 0 || (v.y == 0 && v.x > 0) ? 0 : 1 }
    let vectors = rows.map { (x: $0[0], y: $0[1]) }.filter { $0.x != 0 || $0.y != 0 }
    let critical = vectors.flatMap { [(x: -$0.y, y: $0.x), (x: $0.y, y: -$0.x)] }.sorted {
      half($0) != half($1) ? half($0) < half($1) : $0.x * $1.y - $0.y * $1.x > 0
    }
    var best = 0
    for (a, b) in zip(critical, critical.dropFirst() + critical.prefix(1)) {
      // Between two neighbours; where they are opposite, a quarter turn from the first.
      let u = a.x * b.y - a.y * b.x == 0 ? (x: -a.y, y: a.x) : (x: a.x + b.x, y: a.y + b.y)
      var (x, y) = (0, 0)
      for g in vectors where g.x * u.x + g.y * u.y > 0 { (x, y) = (x + g.x, y + g.y) }
      best = max(best, x * x + y * y)
    }
    return best
  }

  @Test("Against an angular sweep of the plane", arguments: [1, 2, 3, 17, 150, 400], UInt64(1)...8)
  func plane(n: Int, seed: UInt64) throws {
    let (problem, rows) = Self.instance(n, rank: 2, seed: 1 + 10 * seed, largest: 1000, linear: false)
    let result = try Self.solve(problem)
    // Seeds ≡ 1 mod 10 have scale 1.
    #expect(result.isOptimal && result.value == Rational(-Self.sweep(rows)))
  }

  @Test("Against the engines over spins", arguments: 3...5, UInt64(1)...3)
  func spins(rank: Int, seed: UInt64) throws {
    let (problem, _) = Self.instance(22, rank: rank, seed: seed, largest: 30)
    let n = problem.matrix.rows
    // x = (1 + s)/2 in -xᵀHx + cᵀx.
    let h = problem.matrix
    let couplings = (0..<n).flatMap { i in (0..<i).map { PairTerm($0, i, -h[i, $0] / 2) } }
    let fields = (0..<n).map { i in
      (0..<n).reduce(problem.linear[i] / 2) { $0 - h[i, $1] / 2 }
    }
    let ising = Ising(spins: n, couplings: couplings, fields: fields, sense: .minimize)
    let exact = try ising.solve(QuadraticSettings(engine: .enumerate))
    let result = try Self.solve(problem)
    #expect(result.isOptimal)
    #expect(problem.value(of: exact.solution.map { ($0 + 1) / 2 }) == result.value)
  }

  @Test("Permuted and duplicated variables", arguments: UInt64(1)...10)
  func metamorphic(seed: UInt64) throws {
    let (problem, _) = Self.instance(40, rank: 3, seed: seed, largest: 50)
    let base = try Self.solve(problem)
    var random = SplitMix64(seed: seed)
    let order = (0..<40).shuffled(using: &random)
    let permuted = QCMH(
      semidefinite: RationalMatrix(rows: 40, columns: 40) { problem.matrix[order[$0], order[$1]] },
      linear: order.map { problem.linear[$0] })
    #expect(try Self.solve(permuted).value == base.value)
    // Two copies of each variable at half the vector: z is the same, and σ = (1, 0) is never better.
    let halves = QCMH(
      semidefinite: RationalMatrix(rows: 80, columns: 80) { problem.matrix[$0 / 2, $1 / 2] / 4 },
      linear: (0..<80).map { problem.linear[$0 / 2] / 2 })
    #expect(try Self.solve(halves).value == base.value)
  }

  @Test("Goals around the optimum", arguments: UInt64(1)...20)
  func goals(seed: UInt64) throws {
    let (problem, _) = Self.instance(30, rank: 1 + Int(seed % 4), seed: seed)
    let optimum = try Self.solve(problem).value
    for difference in [Rational(-5), -1, Rational(-1, 100), 0, Rational(1, 100), 1, 5] {
      for isStrict in [false, true] {
        var settings = QuadraticSettings()
        let goal = optimum + difference
        settings.goal = .init(value: goal, isStrict: isStrict)
        let result = try Self.solve(problem, settings)
        let reached = isStrict ? result.value < goal : result.value <= goal
        let mayBeReached = isStrict ? result.bound < goal : result.bound <= goal
        #expect(reached == (isStrict ? optimum < goal : optimum <= goal), "\(difference), \(isStrict)")
        #expect(reached == mayBeReached, "\(difference), \(isStrict)")
      }
    }
  }

  @Test("Stopped searches enclose the optimum", arguments: [0, 1, 2, 5, 20, 100], UInt64(1)...6)
  func stopped(nodes: Int, seed: UInt64) throws {
    let (problem, _) = Self.instance(60, rank: 5, seed: seed, largest: 40)
    let optimum = try Self.solve(problem).value
    let result = try Self.solve(problem, QuadraticSettings(nodeLimit: nodes))
    #expect(result.bound <= optimum && optimum <= result.value)
    #expect(result.reason == (result.isOptimal ? .gap : .nodes))
    #expect(result.statistics.nodes <= nodes)
    let gap = try Self.solve(problem, QuadraticSettings(relativeGap: 0.1))
    #expect(gap.reason == .gap && gap.bound <= optimum && optimum <= gap.value)
    let interrupted = try Self.solve(problem, QuadraticSettings(isInterrupted: { true }))
    #expect(interrupted.bound <= optimum && optimum <= interrupted.value)
  }

  @Test func rankLimits() throws {
    let (problem, _) = Self.instance(12, rank: 7, seed: 1, largest: 30)
    #expect(problem.solveLowRank() == nil)
    #expect(problem.solveLowRank(rankLimit: 6) == nil)
    #expect(problem.solveLowRank(rankLimit: 7)?.isOptimal == true)
    let spins = Ising(spins: 2, couplings: [PairTerm(0, 1, 1)], sense: .maximize)
    #expect(throws: UnsupportedProblem.self) { try spins.solve(QuadraticSettings(engine: .zonotope)) }
  }
}
