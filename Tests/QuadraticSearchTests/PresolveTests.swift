import BigInt
import ExactArithmetic
import Problems
import QuadraticSearch
import RandomNumbers
import Testing

@Suite struct PresolveTests {
  /// Sparse problems in which the rules meet: trees with a few cycles, leaves, twins, heavy couplings.
  static func sparse(_ n: Int, degree: Double, seed: UInt64) -> Ising {
    var random = SplitMix64(seed: seed)
    var couplings: [PairTerm] = []
    for i in 0..<n {
      for j in i + 1..<n where random.uniform() * Double(n) < degree {
        let weight =
          switch seed % 4 {
          case 0: Bool.random(using: &random) ? 1 : -1
          case 1: Int.random(in: -3...3, using: &random)
          case 2: Int.random(in: -1000...1000, using: &random)
          default: 1 << Int.random(in: 0...9, using: &random)
          }
        couplings.append(PairTerm(i, j, Rational(weight)))
      }
    }
    let fields =
      seed % 3 == 0
      ? (0..<n).map { _ in Rational(Int.random(in: -2...2, using: &random)) } : nil
    return Ising(spins: n, couplings: couplings, fields: fields, sense: seed % 2 == 0 ? .minimize : .maximize)
  }

  @Test("Reduced problems keep value and spins, against enumeration", arguments: UInt64(1)...400)
  func againstEnumeration(seed: UInt64) throws {
    let n = 1 + Int(seed % 16)
    let problem = Self.sparse(n, degree: [1.5, 2.5, 3, 4][Int(seed / 4 % 4)], seed: seed)
    let exact = try problem.solve(QuadraticSearchTests.unreduced(engine: .enumerate))
    for engine in [nil] + QuadraticEngine.forSpins.map(Optional.some) {
      let result = try problem.solve(QuadraticSettings(engine: engine))
      #expect(result.value == exact.value && result.isOptimal, "\(String(describing: engine))")
      QuadraticSearchTests.check(result, problem, "seed \(seed)")
    }
  }

  @Test("Questions are answered alike with and without reductions", arguments: UInt64(1)...60)
  func questions(seed: UInt64) throws {
    let problem = Self.sparse(12, degree: 3.5, seed: seed)
    let optimum = try problem.solve(QuadraticSearchTests.unreduced(engine: .enumerate)).value
    for offset in [-3, -2, -1, 0, 1, 2, 3] {
      for isStrict in [false, true] {
        let value = optimum + Rational(offset)
        let isBetter = problem.sense.prefers(optimum, to: value)
        let isReachable = isBetter || (value == optimum && !isStrict)
        var settings = QuadraticSettings(engine: .semidefinite)
        settings.goal = .init(value: value, isStrict: isStrict)
        let result = try problem.solve(settings)
        let reached = problem.sense.prefers(result.value, to: value) || (result.value == value && !isStrict)
        #expect(reached == isReachable, "\(offset) \(isStrict)")
        QuadraticSearchTests.check(result, problem, "seed \(seed)")
        #expect(!problem.sense.prefers(optimum, to: result.bound))
      }
    }
  }

  @Test("Stopped searches and gaps enclose the optimum of problems in parts", arguments: UInt64(1)...40)
  func enclosures(seed: UInt64) throws {
    // Three copies side by side, the last one larger.
    let parts = [14, 14, 18].enumerated().map { k, n in
      Self.sparse(n, degree: 6, seed: 3 * seed + UInt64(k) * 12)
    }
    var couplings: [PairTerm] = []
    var fields: [Rational] = []
    var optimum = Rational.zero
    for part in parts {
      let base = fields.count
      couplings += part.couplings.map { PairTerm(base + $0.i, base + $0.j, $0.coefficient) }
      fields += part.fields
      let same = Ising(
        spins: part.spins, couplings: part.couplings, fields: part.fields, sense: .maximize)
      optimum += try same.solve(QuadraticSearchTests.unreduced(engine: .enumerate)).value
    }
    let problem = Ising(spins: fields.count, couplings: couplings, fields: fields, sense: .maximize)
    #expect(try problem.solve().value == optimum)
    for settings in [
      QuadraticSettings(engine: .semidefinite, nodeLimit: 0), QuadraticSettings(timeLimit: 0),
      QuadraticSettings(engine: .semidefinite, relativeGap: 0.05),
      QuadraticSettings(engine: .enumerate, nodeLimit: 20_000),
    ] {
      let result = try problem.solve(settings)
      QuadraticSearchTests.check(result, problem, "seed \(seed)")
      #expect(result.value <= optimum && optimum <= result.bound)
      if settings.relativeGap > 0 {
        let gap = (result.bound - result.value).approximation
        #expect(gap <= 0.05 * abs(result.value.approximation) + 1e-9)
      }
    }
  }

  @Test("Trees and cycles leave nothing; star-triangle steps halve exactly")
  func completeReductions() throws {
    var random = SplitMix64(seed: 5)
    let tree = Ising(
      spins: 200,
      couplings: (1..<200).map { PairTerm(Int(random.next() % UInt64($0)), $0, Rational($0 % 7 - 3)) },
      sense: .maximize)
    let solved = try tree.solve()
    #expect(solved.boundSource == .presolve && solved.isExact && solved.isOptimal)
    #expect(
      solved.value
        == tree.couplings.reduce(into: Rational.zero) {
          $0 += $1.coefficient.signum < 0 ? -$1.coefficient : $1.coefficient
        })
    let cycle = Ising(
      spins: 51, couplings: (0..<51).map { PairTerm($0, ($0 + 1) % 51, -1) }, sense: .maximize)
    #expect(try cycle.solve().value == 49)
    #expect(try cycle.solve().boundSource == .presolve)
    // K4 with weights 1: every spin has three couplings of odd sum; maximum cut 4 of 6.
    let complete = Ising(
      spins: 4, couplings: [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)].map { PairTerm($0.0, $0.1, -1) },
      sense: .maximize)
    #expect(try complete.solve().value == 2)
    #expect(try complete.solve().boundSource == .presolve)
  }

  @Test("Reductions repeat from run to run and keep 62-bit coefficients")
  func repeats() throws {
    let problem = Self.sparse(60, degree: 3.5, seed: 42)
    #expect(try problem.solve().solution == problem.solve().solution)
    let big = BigInt(1) << 57
    let huge = Ising(
      spins: 5,
      couplings: [(0, 1), (0, 2), (0, 3), (1, 2), (2, 3), (3, 4)].enumerated().map {
        PairTerm($1.0, $1.1, Rational(BigInt($0 % 2 == 0 ? 1 : -1) * (big - BigInt($0))))
      }, sense: .maximize)
    #expect(try huge.solve().value == huge.bruteForceOptimum()?.value)
  }

  @Test("Long chains with fields: the anchor, coupled to every spin, costs no more than the others")
  func chain() throws {
    var random = SplitMix64(seed: 11)
    func number() -> Rational { Rational(Int.random(in: -9...9, using: &random)) }
    let n = 30_000
    let problem = Ising(
      spins: n, couplings: (1..<n).map { PairTerm($0 - 1, $0, number()) },
      fields: (0..<n).map { _ in number() },
      sense: .maximize)
    let reduced = try problem.solve()
    #expect(reduced.isOptimal && reduced.boundSource == .presolve)
    #expect(reduced.value == (try problem.solve(QuadraticSearchTests.unreduced(engine: .elimination)).value))
  }
}
