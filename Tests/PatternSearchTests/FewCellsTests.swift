import LinearAlgebra
import PatternSearch
import RandomNumbers
import Testing

/// The cells of a box, listed once for several questions.
@Suite struct FewCellsTests {
  static func layers(_ random: inout SplitMix64, outputs: Int) -> (weights: [Matrix], biases: [[Double]]) {
    let sizes = [1 + Int(random.next() % 4), 2 + Int(random.next() % 4), 2 + Int(random.next() % 4), outputs]
    let weights = zip(sizes, sizes.dropFirst()).map { columns, rows in
      Matrix(rows: rows, columns: columns) { _, _ in Double(Int.random(in: -3...3, using: &random)) }
    }
    let biases = weights.dropLast().map {
      (0..<$0.rows).map { _ in Double(Int.random(in: -2...2, using: &random)) }
    }
    return (weights, biases)
  }

  @Test(
    "Their largest norm is the constant, of one output as of all, in every norm", arguments: OperatorNorm.all)
  func constants(norm: OperatorNorm) throws {
    var random = SplitMix64(seed: 12)
    for _ in 0..<60 {
      let (weights, biases) = Self.layers(&random, outputs: 3)
      let box = Domain.box(
        lower: [Double](repeating: -0.7, count: weights[0].columns),
        upper: [Double](repeating: 1.1, count: weights[0].columns))
      func problem(_ weights: [Matrix]) -> PatternProblem {
        PatternProblem(
          weights: weights, biases: biases, slopes: [.relu, UnitSlopes(off: 0.25, on: 1)],
          patterns: .attainable(box), norm: norm)
      }
      let all = problem(weights)
      let cells = try #require(all.fewCells(limit: 10_000, settings: SearchSettings()))
      #expect(Set(cells).count == cells.count)
      #expect(all.fewCells(limit: cells.count - 1, settings: SearchSettings()) == nil)
      let one = problem(weights.dropLast() + [weights[2].selecting(rows: [1])])
      for question in [all, one] {
        let exact = try question.solve(SearchSettings(engine: .semidefinite)).enclosure
        let bound = question.upperBound(over: cells)
        #expect(bound >= exact.lower && bound <= exact.lower * (1 + 1e-9) + 1e-12)
      }
      // Every point's pattern is one of them.
      for _ in 0..<50 {
        let x = (0..<weights[0].columns).map { _ in -0.7 + 1.8 * random.uniform() }
        if let witness = all.exactWitness(at: x) { #expect(cells.contains(witness.pattern)) }
      }
    }
  }
}
