import LinearAlgebra
import PatternSearch
import RandomNumbers
import Testing

/// Weights that span hundreds of orders of magnitude: nothing underflows unnoticed.
@Suite struct ExponentRangeTests {
  private func problem(_ inner: [[Double]], _ outer: [[Double]]) -> PatternProblem {
    PatternProblem(
      outer: Matrix(rows: outer.count, columns: inner.count) { outer[$0][$1] },
      inner: Matrix(rows: inner.count, columns: inner[0].count) { inner[$0][$1] })
  }

  private func check(_ problem: PatternProblem, _ truth: Double, _ name: String) throws {
    for engine in [Engine.enumerate, .semidefinite] {
      let found = try problem.solve(SearchSettings(engine: engine)).enclosure
      #expect(found.lower <= truth * (1 + 1e-12) && truth <= found.upper * (1 + 1e-12), "\(name) \(engine)")
      #expect(found.upper <= truth * (1 + 1e-5), "\(name) \(engine): \(found.upper)")
    }
  }

  @Test("The largest entry of a layer may reach nothing")
  func unreached() throws {
    let five = 5.0.squareRoot()
    try check(
      problem([[1, 0], [1e-170, 1e-171]], [[0, 1], [0, 2]]), 1.01.squareRoot() * 1e-170 * five, "first")
    try check(
      problem([[1e-300, 0], [-3e29, 0], [0, 0]], [[1e25, 1e-300, 0.1], [2e25, 2e-300, 0.1]]),
      3e-271 * five, "products of opposite ends")
  }

  @Test(
    "Scaling units by powers of two, each way, changes nothing but the exponent", arguments: UInt64(1)...40)
  func rescaling(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let inner = (0..<6).map { _ in (0..<3).map { _ in random.gaussian() } }
    let outer = (0..<2).map { _ in (0..<6).map { _ in random.gaussian() } }
    let plain = try problem(inner, outer).solve(SearchSettings(engine: .enumerate)).enclosure
    // Unit by unit 2^e on one side, 2^(-e - 500) on the other; and a unit that reaches nothing.
    let shifts = (0..<6).map { _ in Int.random(in: -400...100, using: &random) }
    func power(_ e: Int) -> Double { Double(sign: .plus, exponent: e, significand: 1) }
    let scaledInner = zip(inner, shifts).map { row, e in row.map { $0 * power(e) } } + [[1, 2, 3]]
    let scaledOuter = outer.map { row in zip(row, shifts).map { $0 * power(-$1 - 500) } + [0] }
    for engine in [Engine.enumerate, .semidefinite] {
      let scaled = try problem(scaledInner, scaledOuter).solve(SearchSettings(engine: engine)).enclosure
      #expect(
        scaled.lower * power(500) <= plain.upper && plain.lower <= scaled.upper * power(500), "\(engine)")
      #expect(scaled.upper * power(500) <= plain.upper * (1 + 1e-5), "\(engine)")
    }
  }
}
