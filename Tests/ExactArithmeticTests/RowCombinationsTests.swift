import BigInt
import ExactArithmetic
import RandomNumbers
import Testing

@Suite struct RowCombinationsTests {
  private static func integer(_ random: inout SplitMix64) -> BigInt {
    let bits = [0, 1, 8, 53, 63, 64, 65, 127, 128, 129, 300][Int(random.next() % 11)]
    let power = BigInt(1) << bits
    // Powers of two and their neighbours are where signs and carries go wrong.
    let value =
      random.next() % 2 == 0 ? power + BigInt(Int(random.next() % 3) - 1) : BigInt(random.next()) % power
    return random.next() % 2 == 0 ? value : -value
  }

  @Test("Sums are those of integers that grow", arguments: 0..<40 as Range<UInt64>)
  func sums(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let (count, width) = (Int(random.next() % 6) + 1, Int(random.next() % 5) + 1)
    let dense = (0..<count).map { _ in
      (0..<width).map { _ in random.next() % 3 == 0 ? 0 : Self.integer(&random) }
    }
    let rows: [RowCombinations.Row] = dense.map { row in
      row.enumerated().filter { !$0.element.isZero }.map { (column: $0.offset, value: $0.element) }
    }
    let weights = (0..<count).map { (row: $0, weight: Self.integer(&random)) }
    let bits = weights.map(\.weight.magnitude.bitWidth).max() ?? 0
    let expected = (0..<width).map { j in
      weights.reduce(BigInt(0)) { $0 + $1.weight * dense[$1.row][j] }
    }
    #expect(RowCombinations(rows, width: width, weightBits: bits).sum(weights) == expected)
  }

  @Test("The largest sums that the words hold", arguments: [63, 64, 127, 128] as [Int], [1, -1] as [BigInt])
  func extremes(bits: Int, sign: BigInt) {
    let largest = (BigInt(1) << bits) - 1
    for count in [1, 2, 3, 7, 8, 64] {
      let rows = [RowCombinations.Row](repeating: [(column: 0, value: sign * largest)], count: count)
      let combinations = RowCombinations(rows, width: 1, weightBits: bits)
      let sum = combinations.sum((0..<count).map { (row: $0, weight: largest) })
      #expect(sum == [sign * largest * largest * BigInt(count)])
    }
  }

  @Test func nothing() {
    #expect(RowCombinations([], width: 3, weightBits: 0).sum([]) == [0, 0, 0])
    #expect(RowCombinations([[]], width: 2, weightBits: 5).sum([(row: 0, weight: 31)]) == [0, 0])
  }
}
