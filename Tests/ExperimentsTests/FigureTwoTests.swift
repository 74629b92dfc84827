import Bounds
import Experiments
import Foundation
import Testing

@Suite struct FigureTwoTests {
  private func figure(width: Int = 16, ratios: [Double], layers: Int = 4, seed: UInt64) throws -> FigureTwo {
    var settings = FigureTwo.Settings()
    settings.width = width
    settings.ratios = ratios
    settings.largestDepth = layers
    settings.seed = seed
    return try FigureTwo(settings)
  }

  /// At r = 0 every factor of Eq. (8) has rank one, and SeqLip is the product of overlaps.
  @Test(arguments: 0..<5 as Range<UInt64>)
  func seqLipIsTheOverlapsAtRatioZero(seed: UInt64) throws {
    for row in try figure(ratios: [0], seed: seed).rows {
      let value = try #require(row.seqLip.value)
      #expect(value >= row.overlaps * (1 - 1e-9))
      #expect(value <= row.overlaps * (1 + 1e-5))
      #expect(try #require(row.theoremThree) <= row.overlaps * (1 + 1e-5))
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func boundsAreInOrder(seed: UInt64) throws {
    let rows = try figure(ratios: [0, 0.2, 0.45, 1], seed: seed).rows
    #expect(rows.count == 12)
    for row in rows {
      let seqLip = try #require(row.seqLip.value)
      #expect(!row.seqLip.isStopped)
      #expect(seqLip <= (try #require(row.theoremThree)) * (1 + 1e-6))
      #expect(try #require(row.theoremThree) <= 1 + 1e-9)
      #expect(try #require(row.greedy) <= seqLip * (1 + 1e-9))
      #expect(try #require(row.lipSDP) <= (try #require(row.combettesPesquet)) * (1 + 1e-6))
      #expect(try #require(row.greedyShortfall) < 0.5)
      // With two layers Eq. (8) is Eq. (7), which LipSDP bounds.
      if row.layers == 2 { #expect(seqLip <= (try #require(row.lipSDP)) * (1 + 1e-5)) }
    }
    // With r = 1 the layers are orthogonal, and nothing is lost.
    for row in rows where row.ratio == 1 { #expect(try #require(row.seqLip.value) >= 1 - 1e-6) }
  }

  /// The mean overlap at width n is Lemma 2's.
  @Test func overlapsHaveTheMeanOfLemmaTwo() throws {
    let values = try (0..<60 as Range<UInt64>).flatMap { seed in
      try figure(width: 10, ratios: [0], layers: 2, seed: seed).rows.map(\.overlaps)
    }
    let mean = values.reduce(0, +) / Double(values.count)
    // The standard deviation of one is 0.124.
    #expect(abs(mean - LemmaTwo.expected(10)) < 4 * 0.124 / Double(values.count).squareRoot())
  }

  @Test func aStoppedFactorIsSaidSo() throws {
    var settings = FigureTwo.Settings()
    settings.width = 60
    settings.ratios = [0.5]
    settings.largestDepth = 2
    settings.timeLimit = 1e-9
    settings.semidefiniteUnits = 0
    let figure = try FigureTwo(settings)
    #expect(figure.rows[0].lipSDP == nil)
    if figure.rows[0].seqLip.isStopped {
      #expect(figure.rows[0].greedyShortfall == nil)
      #expect(figure.table.notes.count == 1)
    }
    // A bound all the same.
    #expect(try #require(figure.rows[0].seqLip.value) >= figure.rows[0].overlaps * 0.99)
  }
}
