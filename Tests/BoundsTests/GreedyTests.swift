import Bounds
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import Testing

/// Greedy SeqLip is a lower estimate of its maximum, and may miss almost half of it.
@Suite struct GreedyTests {
  private func check(outer: Matrix, inner: Matrix, greedy: Double, maximum: Double) throws {
    let pair = PatternProblem(outer: outer, inner: inner)
    #expect(abs(pair.greedyMaximum(restarts: 0, seed: 0).value - greedy) < 1e-4)
    let exact = try pair.solve().enclosure
    #expect(abs(exact.lower - maximum) < 1e-4 && abs(exact.upper - maximum) < 1e-4)

    var random = SplitMix64(seed: 0)
    let question = try BoundQuestion(network([inner, outer], biasesFrom: &random, hasBias: false))
    let answer = GreedySeqLip(restarts: 0).run(question)
    #expect(answer.side == .estimate && answer.soundness == .none)
    #expect(abs(answer.value! - greedy) < 1e-4)
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
}
