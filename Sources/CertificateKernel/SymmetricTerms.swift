import BigInt
import ExactArithmetic

/// A symmetric matrix as a sum of exact terms, and the proof that it is positive semidefinite: every row is scaled by a power of two
/// so that the diagonal lies in [1, 4), every term is rounded to a multiple of 2⁻¹⁰⁰, and what rounding can hide is counted.
struct SymmetricTerms {
  /// An entry (and its mirror image, if it is not on the diagonal).
  typealias Term = (i: Int, j: Int, value: BigInt)

  private struct Group {
    let terms: [Term]
    let denominator: BigInt
    /// k where the denominator is 2ᵏ.
    let shift: Int?
    let power: Int
  }

  private var size: Int
  /// The row of a column that counts; -1 for the others.
  private var place: [Int]
  private var groups: [Group] = []

  /// - Parameters:
  ///   - columns: the columns that count; terms at others are left out (they are zero in every completion).
  init(columns: [Int], width: Int) {
    size = columns.count
    var place = [Int](repeating: -1, count: width)
    for (row, column) in columns.enumerated() { place[column] = row }
    self.place = place
  }

  /// Adds value · 2^power / denominator at each term's place.
  mutating func add(_ terms: [Term], over denominator: BigInt = 1, power: Int = 0) {
    let zeros = denominator.trailingZeroBitCount
    let isPower = denominator.magnitude.bitWidth == zeros + 1
    groups.append(
      Group(terms: terms, denominator: denominator, shift: isPower ? zeros : nil, power: power))
  }

  /// Rows and columns of zeros are semidefinite by themselves.
  private mutating func dropZeroRows() {
    var isUsed = [Bool](repeating: false, count: place.count)
    for group in groups {
      for (column, row, value) in group.terms where !value.isZero {
        isUsed[column] = true
        isUsed[row] = true
      }
    }
    size = 0
    for column in place.indices.sorted(by: { place[$0] < place[$1] }) where place[column] >= 0 {
      place[column] = isUsed[column] ? size : -1
      if isUsed[column] { size += 1 }
    }
  }

  /// What is wrong; nil where the sum is proved to be positive semidefinite.
  mutating func failure() -> String? {
    dropZeroRows()
    guard size <= RoundedPositivity.sizeLimit else {
      return "S has more than \(RoundedPositivity.sizeLimit) rows"
    }
    guard let scale = scale() else { return "a diagonal entry of S is not positive" }
    // Terms may cancel: they may be much larger than the entry, whose lower triangle is kept.
    var sums = [BigInt](repeating: 0, count: size * (size + 1) / 2)
    var counts = [Int128](repeating: 0, count: sums.count)
    for group in groups {
      for (column, row, value) in group.terms {
        let (i, j) = (place[column], place[row])
        if i < 0 || j < 0 { continue }
        let k = max(i, j) * (max(i, j) + 1) / 2 + min(i, j)
        sums[k] += Self.rounded(value, 100 + scale[i] + scale[j] + group.power, group)
        counts[k] += 1
      }
    }
    // Of a semidefinite matrix with such a diagonal no entry is larger.
    let limit = BigInt(1) << 102
    guard sums.allSatisfy({ $0.magnitude < limit.magnitude }), counts.allSatisfy({ $0 < 1 << 20 }) else {
      return "an entry of S is larger than its diagonal allows"
    }
    var elements = [Int128](repeating: 0, count: size * size)
    for i in 0..<size {
      for j in 0...i { elements[i * size + j] = Int128(fitting: sums[i * (i + 1) / 2 + j]) ?? 0 }
    }
    // S - m I is factored, so that what its factor misses may be as much as m. Of one row the factor alone, up to 2, may miss
    // 2⁻⁴⁹ by its rounding and the entry's to a double some more; of a few rows their sums.
    let margin = Int128(size + 16) << 51
    for i in 0..<size { elements[i * size + i] -= margin }
    let missing = RoundedPositivity.missing(elements, size: size, error: counts.max() ?? 0)
    return missing.allSatisfy { $0 <= margin } ? nil : "S is not proved to be positive semidefinite"
  }

  /// Exponents that bring the diagonal into [1, 4).
  private func scale() -> [Int]? {
    var diagonal = [Dyadic](repeating: .zero, count: size)
    for group in groups {
      for (column, row, value) in group.terms where column == row && place[column] >= 0 {
        // To 64 bits: a scale needs no more.
        let shift = 64 - value.magnitude.bitWidth + group.denominator.magnitude.bitWidth
        let quotient =
          shift >= 0 ? (value << shift) / group.denominator : value / (group.denominator << -shift)
        diagonal[place[column]] += Dyadic(mantissa: quotient, exponent: group.power - shift)
      }
    }
    var scale: [Int] = []
    for entry in diagonal {
      guard entry.signum > 0 else { return nil }
      let exponent = entry.mantissa.magnitude.bitWidth - 1 + entry.exponent
      guard abs(exponent) < 100_000 else { return nil }
      scale.append(-(exponent >> 1))
    }
    return scale
  }

  /// value · 2^shift / denominator, off by less than 1.
  private static func rounded(_ value: BigInt, _ shift: Int, _ group: Group) -> BigInt {
    if let bits = group.shift {
      let total = shift - bits
      return total >= 0 ? value << total : value >> -total
    }
    return shift >= 0 ? (value << shift) / group.denominator : value / (group.denominator << -shift)
  }
}
