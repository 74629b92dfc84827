import ExactArithmetic
import LinearAlgebra
import PatternSearch
import RandomNumbers
import Testing

/// Two layers with one output or one input: the search over support directions against all else.
@Suite struct ZonotopeTests {
  /// Integer weights with duplicate, parallel, antiparallel and zero rows; one output, or one input and several outputs.
  static func problem(
    _ n: Int, rank: Int, seed: UInt64, largest: Int = 5, slopes: UnitSlopes = .relu, oneInput: Bool = false
  ) -> PatternProblem {
    var random = SplitMix64(seed: seed)
    func integer(_ random: inout SplitMix64) -> Double {
      Double(Int.random(in: -largest...largest, using: &random))
    }
    var rows = (0..<n).map { _ in (0..<rank).map { _ in integer(&random) } }
    if n > 2, seed % 3 == 0 {
      rows[1] = rows[0]
      rows[n - 1] = rows[0].map { -$0 }
    }
    if n > 4, seed % 4 == 1 {
      rows[2] = rows[3].map { 3 * $0 }
      rows[4] = [Double](repeating: 0, count: rank)
    }
    let factors = (0..<n).map { _ in integer(&random) }
    let matrix = Matrix(rows)
    return oneInput
      ? PatternProblem(
        outer: matrix.transposed(), inner: Matrix(rows: n, columns: 1, elements: factors), slopes: slopes)
      : PatternProblem(outer: Matrix([factors]), inner: matrix, slopes: slopes)
  }

  /// max ‖J(σ)‖² over all patterns, in doubles: exact for small integers and slopes in eighths.
  static func bruteForce(_ problem: PatternProblem) -> Double {
    (0..<(1 << problem.units)).reduce(0.0) { best, code in
      let pattern = (0..<problem.units).map { code >> $0 & 1 == 1 ? Phase.on : .off }
      return max(best, problem.jacobian(pattern).elements.reduce(0) { $0 + $1 * $1 })
    }
  }

  static func solve(_ problem: PatternProblem, _ settings: SearchSettings = SearchSettings()) throws
    -> SearchResult
  {
    var settings = settings
    settings.engine = settings.engine ?? .zonotope
    let result = try problem.solve(settings)
    #expect(result.enclosure.lower <= result.enclosure.upper)
    return result
  }

  static let slopes: [UnitSlopes] = [
    .relu, UnitSlopes(off: 0.125, on: 1), UnitSlopes(off: 1, on: 0), UnitSlopes(off: -0.5, on: 1),
    UnitSlopes(off: 1, on: 1),
  ]

  @Test("Against brute force, exactly", arguments: UInt64(1)...250)
  func bruteForce(seed: UInt64) throws {
    let problem = Self.problem(
      1 + Int(seed % 10), rank: 1 + Int(seed / 10 % 6), seed: seed, slopes: Self.slopes[Int(seed % 5)],
      oneInput: seed % 4 == 2)
    let square = Self.bruteForce(problem)
    let result = try Self.solve(problem)
    #expect(result.isOptimal)
    #expect((result.enclosure.witness?.ratioSquared ?? 0) == Rational(square))
    #expect(result.enclosure.upper >= square.squareRoot().nextDown)
    #expect(result.enclosure.upper <= square.squareRoot() * (1 + 1e-6))
  }

  @Test("Against the semidefinite engine", arguments: 3...5, UInt64(1)...4)
  func semidefinite(rank: Int, seed: UInt64) throws {
    let slopes = Self.slopes[Int(seed % 2)]
    let problem = Self.problem(
      40, rank: rank, seed: seed, largest: 100, slopes: slopes, oneInput: seed % 3 == 1)
    let result = try Self.solve(problem)
    let other = try Self.solve(problem, SearchSettings(engine: .semidefinite))
    #expect(result.isOptimal && other.isOptimal)
    #expect(result.enclosure.witness?.ratioSquared == other.enclosure.witness?.ratioSquared)
    #expect(
      result.enclosure.lower <= other.enclosure.upper && other.enclosure.lower <= result.enclosure.upper)
  }

  @Test("Sums of collinear vectors: the larger of the two signs", arguments: [0x1p-500, 1e-12, 1, 0x1p450])
  func collinear(scale: Double) throws {
    let rows = [3.0, -1, 4, -1, 5, -9, 2, -6].map { [$0 * scale, 2 * $0 * scale, 0] }
    let problem = PatternProblem(outer: Matrix([[Double](repeating: 1, count: 8)]), inner: Matrix(rows))
    let result = try Self.solve(problem)
    let truth = 17 * 5.0.squareRoot() * scale
    #expect(result.isOptimal)
    #expect(
      abs(result.enclosure.lower - truth) <= 1e-15 * truth && result.enclosure.upper >= result.enclosure.lower
    )
  }

  @Test(
    "A direction 10⁻¹⁴ as large as the others counts", arguments: [1e-5, 1e-9, 1e-13, 1e-14, 1e-15, 1e-300])
  func nearlyDeficient(tiny: Double) throws {
    // Orthogonal: all that is positive in the first coordinate, all of the tiny one.
    let problem = PatternProblem(
      outer: Matrix([[1, 1, 1, 1]]), inner: Matrix([[1, 0], [2, 0], [0, tiny], [0, 3 * tiny]]))
    let result = try Self.solve(problem)
    let square = Rational(9.0) + Rational(squareOf: tiny + 3 * tiny)
    #expect(Rational(squareOf: result.enclosure.upper) >= square)
    #expect(result.isOptimal)
  }

  @Test("Rotated, scaled and permuted", arguments: UInt64(1)...10)
  func metamorphic(seed: UInt64) throws {
    let problem = Self.problem(60, rank: 4, seed: seed, largest: 100)
    let base = try #require(try Self.solve(problem).enclosure.witness?.ratioSquared)
    let (outer, inner) = (problem.weights[1], problem.weights[0])
    var random = SplitMix64(seed: seed)
    let order = (0..<60).shuffled(using: &random)
    let permuted = PatternProblem(
      outer: outer.selecting(columns: order), inner: inner.selecting(rows: order) * 0.25)
    #expect(try Self.solve(permuted).enclosure.witness?.ratioSquared == base / 16)
    // A rotation by the angle of (3, 4, 5), times five, and one by a right angle.
    let rotation = Matrix([[3, -4, 0, 0], [4, 3, 0, 0], [0, 0, 0, 5], [0, 0, -5, 0]])
    let rotated = PatternProblem(outer: outer, inner: inner * rotation)
    #expect(try Self.solve(rotated).enclosure.witness?.ratioSquared == base * 25)
    // The same space in more dimensions.
    let embedded = PatternProblem(
      outer: outer,
      inner: inner * Matrix([[1, 0, 2, 2, 0], [0, 3, 0, 0, 0], [-2, 0, 2, -1, 0], [2, 0, 1, -2, 0]]))
    #expect(try Self.solve(embedded).enclosure.witness?.ratioSquared == base * 9)
  }

  @Test("Thresholds at, above and below the maximum", arguments: UInt64(1)...20)
  func decisions(seed: UInt64) throws {
    let problem = Self.problem(
      25, rank: 1 + Int(seed % 4), seed: seed, slopes: Self.slopes[Int(seed % 4)], oneInput: seed % 2 == 0)
    let square = try Self.solve(problem).enclosure.witness?.ratioSquared ?? 0
    for difference: Rational in [-1, Rational(-0x1p-40), 0, Rational(0x1p-40), 1] {
      let q = square + difference
      guard q.signum >= 0 else { continue }
      let atMost = try Self.solve(problem, SearchSettings(threshold: .atMost(squared: q)))
      #expect(atMost.verdict == (square <= q), "\(difference)")
      let atLeast = try Self.solve(problem, SearchSettings(threshold: .atLeast(squared: q)))
      #expect(atLeast.verdict == (square >= q), "\(difference)")
    }
  }

  @Test("Stopped searches enclose the maximum", arguments: [0, 1, 3, 10, 50], UInt64(1)...6)
  func stopped(nodes: Int, seed: UInt64) throws {
    let problem = Self.problem(80, rank: 6, seed: seed, largest: 50, slopes: Self.slopes[Int(seed % 2)])
    let optimum = try Self.solve(problem).enclosure
    let result = try Self.solve(problem, SearchSettings(nodeLimit: nodes))
    #expect(result.enclosure.lower <= optimum.upper && optimum.lower <= result.enclosure.upper)
    #expect(result.reason == (result.isOptimal ? .gap : .nodes))
    let loose = try Self.solve(problem, SearchSettings(relativeGap: 0.05))
    #expect(loose.isOptimal && optimum.lower <= loose.enclosure.upper)
    let interrupted = try Self.solve(problem, SearchSettings(isInterrupted: { true }))
    #expect(optimum.lower <= interrupted.enclosure.upper)
  }

  @Test func automaticChoice() throws {
    #expect(Self.problem(30, rank: 6, seed: 1).automaticEngine().engine == .zonotope)
    #expect(Self.problem(30, rank: 7, seed: 1).automaticEngine().engine == .semidefinite)
    let several = PatternProblem(outer: Matrix([[1, 2], [3, 4]]), inner: Matrix([[1, 2], [3, 4]]))
    #expect(throws: UnsupportedSearch.self) { try several.solve(SearchSettings(engine: .zonotope)) }
    // A second output that is always zero leaves a vector.
    let padded = PatternProblem(outer: Matrix([[1, 2], [0, 0]]), inner: Matrix([[1, 2], [3, 4]]))
    let found = try Self.solve(padded).enclosure
    #expect(
      found.lower <= 149.0.squareRoot() && found.upper >= 149.0.squareRoot() && found.relativeGap < 1e-12)
    let zero = PatternProblem(outer: Matrix(rows: 2, columns: 3), inner: Matrix(rows: 3, columns: 2))
    #expect(try Self.solve(zero).enclosure.upper == 0)
  }
}
