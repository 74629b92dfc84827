import LinearAlgebra
import PatternSearch
import RandomNumbers
import Testing

/// Enumeration by Gray code against one decomposition a pattern.
@Suite struct EnumerationTests {
  struct Shape: CustomTestStringConvertible {
    let sizes: [Int]
    var testDescription: String { sizes.map(String.init).joined(separator: "-") }
  }

  static let shapes = [
    [3, 8, 1], [1, 8, 3], [1, 1, 1], [5, 1, 4], [2, 7, 2], [5, 9, 3], [3, 9, 5], [12, 4, 9], [9, 4, 12],
    [6, 6, 6],
    [17, 9, 1], [3, 11, 2], [2, 3, 4, 2], [6, 2, 6, 2], [3, 5, 1, 4], [2, 3, 2, 3, 2], [1, 4, 4, 1],
    [4, 1, 1, 1, 3],
  ].map(Shape.init)

  static let slopes = [
    UnitSlopes.relu, UnitSlopes(off: 0.125, on: 1), UnitSlopes(off: 1, on: 0), UnitSlopes(off: -0.5, on: 1),
  ]

  static func problem(_ shape: Shape, seed: UInt64, largest: Int) -> PatternProblem {
    var random = SplitMix64(seed: seed)
    let weights = zip(shape.sizes, shape.sizes.dropFirst()).map { columns, rows in
      Matrix(rows: rows, columns: columns) { row, _ in
        // A zero row now and then.
        let entry = Double(Int.random(in: -largest...largest, using: &random))
        return row == 1 && seed % 4 == 0 ? 0 : entry
      }
    }
    return PatternProblem(
      weights: weights, biases: weights.dropLast().map { [Double](repeating: 0, count: $0.rows) },
      slopes: weights.dropLast().indices.map { slopes[(Int(seed) + $0) % slopes.count] }, patterns: .free)
  }

  static func everyPattern(_ n: Int) -> some Sequence<PartialPattern> {
    (0..<(1 << n)).lazy.map { code in (0..<n).map { code >> $0 & 1 == 1 ? .on : .off } }
  }

  @Test("All shapes, integer weights", arguments: shapes, UInt64(0)...9)
  func agrees(shape: Shape, seed: UInt64) throws {
    let problem = Self.problem(shape, seed: seed, largest: seed % 3 == 0 ? 1 : 9)
    let truth = try Self.everyPattern(problem.units).reduce(0.0) {
      max($0, try problem.jacobian($1).spectralNorm())
    }
    let result = try problem.solve(SearchSettings(engine: .enumerate))
    #expect(result.isOptimal && result.statistics.nodes == 1 << problem.units)
    #expect(abs(result.enclosure.lower - truth) <= 1e-13 * truth)
    #expect(result.enclosure.upper >= truth * (1 - 1e-15) && result.enclosure.upper <= truth * (1 + 1e-8))
    if shape.sizes.first == 1 || shape.sizes.last == 1 {
      let square = Self.everyPattern(problem.units).reduce(0.0) {
        max($0, problem.jacobian($1).elements.reduce(0) { $0 + $1 * $1 })
      }
      #expect(abs(result.enclosure.lower * result.enclosure.lower - square) <= 4 * square.ulp)
    }
  }

  @Test(
    "Orthogonal units: the norm is that of the longest, for many patterns at once",
    arguments: [1.0, 0x1p-500, 0x1p-300, 0x1p300, 0x1p500])
  func ties(scale: Double) throws {
    let lengths = [3.0, 1, 4, 1, 5, 2, 5, 3, 5, 4, 2, 1]
    let problem = PatternProblem(outer: .diagonal(lengths), inner: .identity(12) * scale)
    let result = try problem.solve(SearchSettings(engine: .enumerate))
    #expect(result.enclosure.lower == 5 * scale && result.enclosure.upper <= 5 * scale * (1 + 1e-9))
  }

  @Test("More patterns than one fresh start holds, against the other engines", arguments: UInt64(1)...3)
  func larger(seed: UInt64) throws {
    for shape in [Shape(sizes: [5, 20, 1]), Shape(sizes: [4, 16, 3]), Shape(sizes: [3, 8, 9, 2])] {
      let problem = Self.problem(shape, seed: seed, largest: 9)
      let result = try problem.solve(SearchSettings(engine: .enumerate))
      let other = try problem.solve(SearchSettings(engine: .semidefinite))
      #expect(result.isOptimal && other.isOptimal)
      #expect(result.enclosure.lower <= other.enclosure.upper)
      #expect(other.enclosure.lower <= result.enclosure.upper)
    }
  }

  @Test("Terms that cancel do not hide what is left", arguments: [1, 2])
  func cancellation(outputs: Int) throws {
    // 3e17·0.1 - 1e17·0.3 = 2.77… as stored; alone, each is 3e16.
    let outer = Matrix(rows: outputs, columns: 2) { row, unit in row > 0 ? 1e-3 : unit == 0 ? 3e17 : -1e17 }
    let problem = PatternProblem(
      outer: outer, inner: Matrix([[0.1], [0.3]]), slopes: UnitSlopes(off: 1, on: 1))
    let found = try problem.solve(SearchSettings(engine: .enumerate)).enclosure
    #expect(found.upper >= 2.775 && found.lower >= 2.775)
  }

  @Test func limits() throws {
    let problem = Self.problem(Shape(sizes: [4, 20, 3]), seed: 1, largest: 9)
    let stopped = try problem.solve(SearchSettings(engine: .enumerate, nodeLimit: 40_000))
    #expect(stopped.reason == .nodes && stopped.statistics.nodes < 1 << 17)
    let best = try problem.solve(SearchSettings(engine: .semidefinite)).enclosure
    #expect(stopped.enclosure.lower <= best.upper && stopped.enclosure.upper >= best.lower)
    let large = Self.problem(Shape(sizes: [2, 31, 2]), seed: 1, largest: 9)
    #expect(throws: UnsupportedSearch.self) { try large.solve(SearchSettings(engine: .enumerate)) }
  }
}
