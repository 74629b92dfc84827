import Experiments
import Foundation
import Testing

@Suite struct LemmaTwoTests {
  /// ½(n c² + c) in forty digits, rounded.
  @Test(arguments: [
    (1, 1.0), (10, 0.4639473929639878), (20, 0.4166923624776336), (50, 0.3782104801568796),
    (100, 0.3598994811898967), (1000, 0.3310878978151142), (10_000, 0.3223153246167983),
  ])
  func closedForm(n: Int, value: Double) {
    #expect(abs(LemmaTwo.expected(n) - value) < 1e-12)
  }

  @Test func twoDimensionsByHand() {
    // c = 2/π: (2 · 4/π² + 2/π) / 2.
    #expect(abs(LemmaTwo.expected(2) - (4 / (Double.pi * Double.pi) + 1 / Double.pi)) < 1e-14)
  }

  @Test func meansAgreeWithTheClosedForm() {
    let lemma = LemmaTwo(sizes: [1, 2, 10, 300], samples: 4000, seed: 7)
    for row in lemma.rows {
      #expect(abs(row.mean - row.expected) <= 4 * row.standardError + 1e-12, "n = \(row.n)")
      #expect(row.n == 1 || row.standardError > 0)
    }
  }

  @Test func aSizeDoesNotDependOnTheOthers() {
    let (alone, among) = (
      LemmaTwo(sizes: [20], samples: 50, seed: 3), LemmaTwo(sizes: [5, 20], samples: 50, seed: 3)
    )
    #expect(alone.rows[0].mean == among.rows[1].mean)
    #expect(LemmaTwo(sizes: [20], samples: 50, seed: 4).rows[0].mean != alone.rows[0].mean)
  }
}
