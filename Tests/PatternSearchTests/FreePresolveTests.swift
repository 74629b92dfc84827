import LinearAlgebra
import PatternSearch
import RandomNumbers
import Testing

/// Free patterns of two layers with units that can be merged or settled: branch and bound, which reduces first, against
/// enumeration, which does not.
@Suite struct FreePresolveTests {
  /// Integer terms: some units are multiples of others (of both signs), some vanish, some are all positive.
  private func problem(_ seed: UInt64, outputs: Int, inputs: Int) -> PatternProblem {
    var random = SplitMix64(seed: seed)
    let units = 4 + Int(seed % 7)
    var inner: [[Double]] = []
    var outer: [[Double]] = []
    for i in 0..<units {
      let kind = i == 0 ? 3 : Int(random.next() % 5)
      let source = Int(random.next() % UInt64(max(1, i)))
      switch kind {
      case 0, 1:
        // A multiple of an earlier term, the factor split between the two sides.
        let (s, t) = (
          Double(Int.random(in: -2...2, using: &random)), [0.5, -1, 3, 0.1][Int(random.next() % 4)]
        )
        inner.append(inner[source].map { t * $0 })
        outer.append(outer[source].map { s * $0 })
      case 2:
        inner.append((0..<inputs).map { _ in Double(Int.random(in: 0...3, using: &random)) })
        outer.append((0..<outputs).map { _ in Double(Int.random(in: 0...3, using: &random)) })
      default:
        inner.append((0..<inputs).map { _ in Double(Int.random(in: -3...3, using: &random)) })
        outer.append((0..<outputs).map { _ in Double(Int.random(in: -3...3, using: &random)) })
      }
    }
    let b = Matrix(rows: units, columns: inputs) { inner[$0][$1] }
    let a = Matrix(rows: outputs, columns: units) { outer[$1][$0] }
    return PatternProblem(outer: a, inner: b)
  }

  @Test("Branch and bound after reductions against enumeration without", arguments: UInt64(1)...250)
  func againstEnumeration(seed: UInt64) throws {
    for (outputs, inputs) in [(1, 3), (3, 1), (2, 2), (3, 4)] {
      let problem = problem(seed, outputs: outputs, inputs: inputs)
      let exact = try problem.solve(SearchSettings(engine: .enumerate)).enclosure
      let search = try problem.solve(SearchSettings(engine: .semidefinite))
      let name = "\(outputs)×\(inputs)"
      #expect(search.isOptimal, "\(name)")
      #expect(search.enclosure.lower <= exact.upper && exact.lower <= search.enclosure.upper, "\(name)")
      // The witness is a pattern of the problem as it was given.
      if let witness = search.enclosure.witness {
        #expect(witness.pattern.count == problem.units)
        let norm = try problem.jacobian(witness.pattern).spectralNorm()
        #expect(abs(norm - witness.lower) <= 1e-9 * norm, "\(name)")
      }
    }
  }

  @Test("Nonnegative terms, and copies of one unit, leave nothing to branch on")
  func settled() throws {
    var random = SplitMix64(seed: 3)
    let positive = PatternProblem(
      outer: Matrix(rows: 1, columns: 40) { _, _ in 1 + random.uniform() },
      inner: Matrix(rows: 40, columns: 20) { _, _ in random.uniform() })
    let result = try positive.solve(SearchSettings(engine: .semidefinite))
    #expect(result.isOptimal && result.statistics.nodes == 0 && result.statistics.relaxations == 0)
    // W1 = [[1],[1]], W2 = [[1,-1]]: complements; FGL = 1 though L = 0.
    let complements = PatternProblem(
      outer: Matrix(rows: 1, columns: 2, elements: [1, -1]),
      inner: Matrix(rows: 2, columns: 1, elements: [1, 1]))
    let pair = try complements.solve(SearchSettings(engine: .semidefinite))
    #expect(pair.enclosure.lower == 1 && pair.isOptimal)
    // One direction forty times over, in both signs: two patterns are left.
    let factors = (0..<40).map { Double($0 % 9) - 4 }
    let copies = PatternProblem(
      outer: Matrix(rows: 2, columns: 40) { $0 == 0 ? 3 * factors[$1] : 4 * factors[$1] },
      inner: Matrix(rows: 40, columns: 2) { $1 == 0 ? 1 : 0 })
    let merged = try copies.solve(SearchSettings(engine: .semidefinite))
    let expected = 5 * max(factors.filter { $0 > 0 }.reduce(0, +), -factors.filter { $0 < 0 }.reduce(0, +))
    #expect(merged.isOptimal && abs(merged.enclosure.lower - expected) < 1e-9)
    #expect(merged.statistics.nodes <= 1)
  }
}
