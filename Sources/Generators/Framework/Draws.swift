import BigInt
import RandomNumbers

/// Draws whose algorithm is fixed here: the standard library's own may change from one release to the next.
extension SplitMix64 {
  /// Uniform in 0..<bound (Lemire's multiplication with rejection).
  mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0)
    let bound = UInt64(bound)
    let excess = (0 &- bound) % bound
    while true {
      let product = next().multipliedFullWidth(by: bound)
      if product.low >= excess { return Int(product.high) }
    }
  }

  mutating func integer(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + integer(below: range.count)
  }

  /// -1 or 1.
  mutating func sign() -> Int { next() >> 63 == 0 ? -1 : 1 }

  mutating func signs(_ count: Int) -> [Int] { (0..<count).map { _ in sign() } }

  /// True with this probability.
  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// A Gaussian integer: scale times a standard normal number, rounded.
  mutating func gaussianInteger(scale: Double) -> Int { Int((scale * gaussian()).rounded()) }

  /// Uniform in 1...2^bits.
  mutating func positiveInteger(bits: Int) -> BigInt {
    let words = (0..<(bits + 63) / 64).map { _ in BigUInt.Word(next()) }
    let excess = words.count * 64 - bits
    return BigInt(BigUInt(words: words) >> excess) + 1
  }

  /// Every order equally likely (Fisher and Yates).
  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var elements = elements
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, integer(below: last + 1))
    }
    return elements
  }
}
