public import BigInt

/// Sums Σ_k w_ik · r_k of rows of integers, in two's complement with as many words as they can need: products of matrices, what a
/// layer makes of the forms before it. Much faster than with integers that grow.
public struct RowCombinations {
  /// A row's entries; those that are not there are zero.
  public typealias Row = [(column: Int, value: BigInt)]

  private let width: Int
  /// Words of a number.
  private let words: Int
  private var columns: [[Int]] = []
  /// The entries' words, least first.
  private var entries: [[UInt]] = []

  /// - Parameters:
  ///   - width: columns of the rows.
  ///   - weightBits: no weight's magnitude has more bits.
  public init(_ rows: [Row], width: Int, weightBits: Int) {
    self.width = width
    let bits = rows.reduce(0) { $1.reduce($0) { max($0, $1.value.magnitude.bitWidth) } }
    // As many bits for the number of terms, and one for the sign.
    let all = bits + weightBits + (UInt.bitWidth - rows.count.leadingZeroBitCount) + 1
    words = (all + UInt.bitWidth - 1) / UInt.bitWidth
    for row in rows {
      columns.append(row.map(\.column))
      var flat: [UInt] = []
      flat.reserveCapacity(row.count * words)
      for (_, value) in row {
        flat += value.words.prefix(words)
        flat += repeatElement(value.signum() < 0 ? .max : 0, count: words - min(words, value.words.count))
      }
      entries.append(flat)
    }
  }

  /// Σ w_k · row k over some rows, dense.
  ///
  /// - Complexity: O(terms · width · words · weight's words) word products.
  public func sum(_ weights: [(row: Int, weight: BigInt)]) -> [BigInt] {
    var sum = [UInt](repeating: 0, count: width * words)
    for (row, weight) in weights {
      for (shift, word) in weight.magnitude.words.enumerated() where shift < words && word != 0 {
        add(row, times: word, shift: shift, isNegative: weight.signum() < 0, to: &sum)
      }
    }
    return (0..<width).map { column in
      Self.integer(sum.span.extracting(column * words..<(column + 1) * words))
    }
  }

  /// Adds or subtracts word · 2^(64 shift) · row, modulo 2^(64 words).
  private func add(_ row: Int, times word: UInt, shift: Int, isNegative: Bool, to sum: inout [UInt]) {
    let columns = columns[row]
    let entries = entries[row]
    let source = entries.span
    var target = sum.mutableSpan
    for index in columns.indices {
      let (from, to) = (index * words, columns[index] * words + shift)
      var carry: UInt = 0
      for l in 0..<words - shift {
        // At most 2^128 - 1, with both carries.
        var (high, low) = word.multipliedFullWidth(by: source[from + l])
        let (term, overflow) = low.addingReportingOverflow(carry)
        low = term
        high &+= overflow ? 1 : 0
        let (value, carries) =
          isNegative
          ? target[to + l].subtractingReportingOverflow(low) : target[to + l].addingReportingOverflow(low)
        target[to + l] = value
        carry = high &+ (carries ? 1 : 0)
      }
    }
  }

  /// The number that these words are in two's complement.
  private static func integer(_ words: Span<UInt>) -> BigInt {
    var magnitude: [UInt] = []
    magnitude.reserveCapacity(words.count)
    let isNegative = words[words.count - 1] >> (UInt.bitWidth - 1) == 1
    var carry = isNegative
    for index in words.indices {
      let word = isNegative ? ~words[index] : words[index]
      let (value, overflow) = word.addingReportingOverflow(carry ? 1 : 0)
      magnitude.append(value)
      carry = overflow
    }
    return BigInt(sign: isNegative ? .minus : .plus, magnitude: BigUInt(words: magnitude))
  }
}

extension Sequence<BigInt> {
  /// Bits of the largest magnitude.
  public var largestBitWidth: Int { reduce(0) { Swift.max($0, $1.magnitude.bitWidth) } }
}
