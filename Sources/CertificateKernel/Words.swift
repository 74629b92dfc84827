import BigInt
import ExactArithmetic

/// The words of one line of a certificate, read from left to right; every number in them is exact:
///
///     12     -7     5p-3 (5 · 2⁻³)     22/7
package struct Words {
  package let line: Int
  /// The first word.
  package let rule: String
  private var words: [ArraySlice<UInt8>]
  private var next = 1
  private var denominatorBits = 0

  /// Longer numbers are refused: reading them takes time quadratic in their length.
  private static let digitLimit = 20_000
  private static let exponentLimit = 5_000
  /// All denominators of a line have together at most so many bits: sums of fractions have the product of them all.
  private static let denominatorLimit = 60_000

  /// Nil for a line without words.
  package init?(_ text: [UInt8], line: Int) {
    words = text.split(separator: UInt8(ascii: " "))
    guard let first = words.first else { return nil }
    self.line = line
    rule = String(decoding: first.prefix(40), as: UTF8.self)
  }

  var isAtEnd: Bool { next == words.count }
  /// How many words are left.
  var count: Int { words.count - next }

  func rejected(_ reason: String) -> CertificateRejected {
    CertificateRejected(line: line, rule: rule, reason: reason)
  }

  /// The next word as it is; the empty word at the end of the line.
  func peek() -> String { isAtEnd ? "" : String(decoding: words[next].prefix(40), as: UTF8.self) }

  private mutating func take(_ what: String) throws(CertificateRejected) -> ArraySlice<UInt8> {
    guard next < words.count else { throw rejected("the line ends where \(what) should stand") }
    next += 1
    return words[next - 1]
  }

  mutating func text(_ what: String) throws(CertificateRejected) -> String {
    String(decoding: try take(what), as: UTF8.self)
  }

  mutating func bytes(_ what: String) throws(CertificateRejected) -> ArraySlice<UInt8> { try take(what) }

  mutating func end() throws(CertificateRejected) {
    guard isAtEnd else { throw rejected("the line goes on with \(peek()) where it should end") }
  }

  /// An integer in 0 ..< bound.
  mutating func index(below bound: Int, _ what: String) throws(CertificateRejected) -> Int {
    let word = try take(what)
    guard let value = Self.small(word), (0..<bound).contains(value) else {
      throw rejected(
        "\(String(decoding: word.prefix(40), as: UTF8.self)) is no \(what): one of 0 to \(bound - 1)")
    }
    return value
  }

  mutating func integer(_ what: String) throws(CertificateRejected) -> BigInt {
    let word = try take(what)
    guard let value = Self.integer(word) else { throw notANumber(word, what) }
    return value
  }

  /// An integer or an integer times a power of two.
  mutating func dyadic(_ what: String) throws(CertificateRejected) -> Dyadic {
    let word = try take(what)
    guard let value = Self.dyadic(word) else { throw notANumber(word, what) }
    return value
  }

  mutating func rational(_ what: String) throws(CertificateRejected) -> Rational {
    let word = try take(what)
    guard let value = Self.rational(word) else { throw notANumber(word, what) }
    if word.contains(UInt8(ascii: "/")) {
      denominatorBits += value.denominator.magnitude.bitWidth
      guard denominatorBits <= Self.denominatorLimit else {
        throw rejected("the denominators of the line have more than \(Self.denominatorLimit) bits together")
      }
    }
    return value
  }

  /// Whether the next word is this one; it is then taken.
  mutating func skip(_ word: StaticString) -> Bool {
    guard next < words.count, words[next].count == word.utf8CodeUnitCount else { return false }
    guard words[next].elementsEqual(String(describing: word).utf8) else { return false }
    next += 1
    return true
  }

  /// Whether the next word begins as a number does; a sign alone does not.
  var isNumberNext: Bool {
    guard next < words.count, let first = words[next].first else { return false }
    return (0x30...0x39).contains(first) || first == UInt8(ascii: "-") && words[next].count > 1
  }

  /// `+` or `-`: whether it is plus.
  mutating func sign() throws(CertificateRejected) -> Bool {
    let word = try take("a sign")
    guard word.count == 1, let first = word.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-")
    else {
      throw rejected("\(String(decoding: word.prefix(40), as: UTF8.self)) is no sign: + or -")
    }
    return first == UInt8(ascii: "+")
  }

  /// A dyadic number as a multiple of 2^-fraction, rounded up or down; nil where it is 2¹²⁰ such units or more.
  mutating func fixedPoint(
    _ what: String, fraction: Int, upwards: Bool
  ) throws(CertificateRejected) -> Int128? {
    let word = try take(what)
    var mantissa: Int128
    let exponent: Int
    if let mark = word.firstIndex(of: UInt8(ascii: "p")), let small = Self.small(word[..<mark]),
      let power = Self.small(word[(mark + 1)...]), abs(power) <= Self.exponentLimit
    {
      (mantissa, exponent) = (Int128(small), power)
    } else {
      guard let value = Self.dyadic(word) else { throw notANumber(word, what) }
      guard let long = Int128(fitting: value.mantissa), long.magnitude < 1 << 126 else { return nil }
      (mantissa, exponent) = (long, value.exponent)
    }
    let left = exponent + fraction
    if left <= 0 {
      let down = Int128(min(-left, 127))
      let shifted = upwards ? -(-mantissa >> down) : mantissa >> down
      return shifted.magnitude < 1 << 120 ? shifted : nil
    }
    guard mantissa != 0 else { return 0 }
    let bits = Int128.bitWidth - mantissa.magnitude.leadingZeroBitCount
    guard bits + left <= 120 else { return nil }
    mantissa <<= Int128(left)
    return mantissa
  }

  private func notANumber(_ word: ArraySlice<UInt8>, _ what: String) -> CertificateRejected {
    rejected(
      "\(String(decoding: word.prefix(40), as: UTF8.self)) is no \(what): a number is 12, -7, 5p-3 or 22/7, of up to 20000 digits and exponents up to 5000"
    )
  }

  /// At most 18 digits.
  static func small(_ word: ArraySlice<UInt8>) -> Int? {
    var digits = word
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var value = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int(digit &- 0x30)
    }
    return isNegative ? -value : value
  }

  static func integer(_ word: ArraySlice<UInt8>) -> BigInt? {
    if let value = small(word) { return BigInt(value) }
    guard word.count <= digitLimit else { return nil }
    let digits = word.first == UInt8(ascii: "-") ? word.dropFirst() : word
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return BigInt(String(decoding: word, as: UTF8.self))
  }

  static func dyadic(_ word: ArraySlice<UInt8>) -> Dyadic? {
    guard let mark = word.firstIndex(of: UInt8(ascii: "p")) else {
      return integer(word).map { Dyadic(mantissa: $0, exponent: 0) }
    }
    guard let mantissa = integer(word[..<mark]), let exponent = small(word[(mark + 1)...]),
      abs(exponent) <= exponentLimit
    else { return nil }
    return Dyadic(mantissa: mantissa, exponent: exponent)
  }

  static func rational(_ word: ArraySlice<UInt8>) -> Rational? {
    guard let mark = word.firstIndex(of: UInt8(ascii: "/")) else { return dyadic(word)?.fraction }
    guard let numerator = integer(word[..<mark]), let denominator = integer(word[(mark + 1)...]),
      denominator.signum() > 0
    else { return nil }
    return Rational(numerator, denominator)
  }
}
