import BigInt
import ExactArithmetic
import Generators
import Problems
import Testing

/// Partition and QCMH families.
@Suite struct QuadraticTests {
  @Test func plantedPartitions() throws {
    for seed in 0..<10 as Range<UInt64> {
      for n in [2, 3, 5, 10] {
        for bits in [1, 4, 30, 200] {
          try expectProvedOptimum("partition-planted", ["n": "\(n)", "bits": "\(bits)"], seed: seed)
        }
      }
    }
  }

  @Test func numbersAreInRange() throws {
    for family in ["partition", "partition-planted"] {
      for bits in [1, 3, 63, 64, 65, 130] {
        let partition = try #require(
          try problem(family, ["n": "50", "bits": "\(bits)"], seed: 1).problem as? Partition)
        let largest = Rational(BigInt(1) << bits)
        #expect(partition.numbers.allSatisfy { $0.isInteger && $0 >= 1 && $0 <= largest })
        // Of 50 uniform numbers some lie in the upper half.
        #expect(partition.numbers.contains { $0 + $0 > largest })
      }
    }
  }

  @Test func kappaIsBitsANumber() throws {
    let byKappa = try problem("partition", ["n": "20", "kappa": "0.5"], seed: 1).problem as? Partition
    let byBits = try problem("partition", ["n": "20", "bits": "10"], seed: 1).problem as? Partition
    #expect(byKappa == byBits)
  }

  @Test func theMatrixIsSemidefiniteOfTheRankAskedFor() throws {
    for (rank, expected) in [("0", 8), ("1", 1), ("3", 3), ("8", 8)] {
      let qcmh = try #require(
        try problem("qcmh-gauss", ["n": "8", "rank": rank], seed: 6).problem as? QCMH)
      guard case .semidefinite(_, let pivots) = qcmh.matrix.semidefiniteFactorization() else {
        Issue.record("not semidefinite")
        continue
      }
      #expect(pivots.count == expected)
    }
  }
}
