import Bounds
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import Testing

/// Greedy SeqLip is a lower estimate of its maximum. Flips from all ones may miss almost half of it; with the ascent and restarts it is found.
@Suite struct GreedyTests {
  private func check(outer: Matrix, inner: Matrix, greedy: Double, maximum: Double) throws {
    let pair = PatternProblem(outer: outer, inner: inner)
    #expect(abs(pair.greedyMaximum(restarts: 0, seed: 0).value - greedy) < 1e-4)
    let exact = try pair.solve().enclosure
    #expect(abs(exact.lower - maximum) < 1e-4 && abs(exact.upper - maximum) < 1e-4)

    var random = SplitMix64(seed: 0)
    let question = try BoundQuestion(network([inner, outer], biasesFrom: &random, hasBias: false))
    let answer = GreedySeqLip().run(question)
    #expect(answer.side == .estimate && answer.soundness == .none)
    #expect(abs(answer.value! - maximum) < 1e-4)
    #expect(abs(SeqLip().run(question).value! - maximum) < 1e-4)
  }

  @Test func oneLargeAgainstTwentySmallProducts() throws {
    // Σ 1.9 - 20·0.05 = 0.9 at all ones; flipping the large one gives 1.0, a local maximum below 1.9.
    let products = [1.9] + [Double](repeating: -0.05, count: 20)
    try check(
      outer: Matrix(rows: 1, columns: 21, elements: products),
      inner: Matrix(rows: 21, columns: 1, elements: [Double](repeating: 1, count: 21)), greedy: 1,
      maximum: 1.9)
  }

  @Test func threeUnitsTwoOutputs() throws {
    try check(
      outer: Matrix([[2, 2, -2], [-1, -3, 1]]), inner: Matrix([[1, -1], [-2, 1], [-1, 1]]), greedy: 6.3246,
      maximum: 8.0623)
  }

  @Test func fourUnitsOneOutput() throws {
    try check(
      outer: Matrix([[3, 1, 0, 1]]), inner: Matrix([[-1, -3], [2, 2], [-1, 0], [3, 3]]), greedy: 7.0711,
      maximum: 9.4868)
  }

  @Test func threeUnitsOneOutput() throws {
    try check(
      outer: Matrix([[-3, 2, 2]]), inner: Matrix([[0, -2], [0, -1], [0, -1]]), greedy: 4, maximum: 6)
  }

  @Test(
    "Random pairs of 12 to 16 units: at the exact maximum, and never below flips alone", arguments: 0..<12)
  func randomPairs(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let units = 12 + seed % 5
    let slopes = [UnitSlopes.relu, UnitSlopes(off: 0.1, on: 1), UnitSlopes(off: -2, on: 1)][seed % 3]
    let pair = PatternProblem(
      outer: gaussian(1 + seed % 6, units, &random), inner: gaussian(units, 2 + seed % 4, &random),
      slopes: slopes)
    let exact = try pair.solve().enclosure
    let found = try pair.ascentMaximum(restarts: 4, seed: 1)
    #expect(found.value <= exact.upper && found.value >= exact.lower * (1 - 1e-6))
    #expect(found.value >= pair.greedyMaximum(restarts: 0, seed: 1).value * (1 - 1e-9))
    #expect(zip(found.sigma, pair.slopes).allSatisfy { $0 == $1.off || $0 == $1.on })
  }

  @Test func unitsThatPassKeepTheirSlope() throws {
    let pair = PatternProblem(
      outer: Matrix([[1, 1]]), inner: Matrix([[1], [-1]]), passing: [1])
    let found = try pair.ascentMaximum(restarts: 2, seed: 0)
    #expect(found.value == 1 && found.sigma == [0, 1])
  }
}
