/// A number written as text that means an exact value: `p/q`, an integer, or a hexadecimal float.
struct FormatNumber: Equatable {
  /// The double nearest to the written value.
  let value: Double
  /// False where the written value is not a double.
  let isExact: Bool

  /// Nil where `text` is none of the three forms, or needs more than 126 bits.
  init?(_ text: String) {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
    guard
      let magnitude = digits.lowercased().hasPrefix("0x")
        ? Self.hexadecimal(digits.dropFirst(2)) : Self.fraction(digits)
    else { return nil }
    value = isNegative ? -magnitude.value : magnitude.value
    isExact = magnitude.isExact
  }

  private static func fraction(_ text: Substring) -> (value: Double, isExact: Bool)? {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let p = natural(parts[0]), let q = parts.count == 2 ? natural(parts[1]) : 1, q > 0 else {
      return nil
    }
    if p == 0 { return (0, true) }
    return quotient(p, q)
  }

  private static func natural(_ text: Substring) -> UInt128? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let value = UInt128(text), value >> 126 == 0
    else { return nil }
    return value
  }

  /// p / q by long division to at least 64 significant bits, then rounded once.
  private static func quotient(_ p: UInt128, _ q: UInt128) -> (value: Double, isExact: Bool) {
    var (bits, remainder) = p.quotientAndRemainder(dividingBy: q)
    var exponent = 0
    while bits >> 63 == 0, remainder != 0 {
      remainder <<= 1
      bits = bits << 1 | (remainder >= q ? 1 : 0)
      if remainder >= q { remainder -= q }
      exponent -= 1
    }
    var isTruncated = remainder != 0
    while bits >> 64 != 0 {
      isTruncated = isTruncated || bits & 1 == 1
      bits >>= 1
      exponent += 1
    }
    // A last bit far below the rounding position stands for everything that was cut off.
    let significand = UInt64(bits) | (isTruncated ? 1 : 0)
    let rounded = Double(significand)
    let isExact = !isTruncated && Double(exactly: significand) != nil
    return (Double(sign: .plus, exponent: exponent, significand: rounded), isExact)
  }

  private static func hexadecimal(_ text: Substring) -> (value: Double, isExact: Bool)? {
    let parts = text.lowercased().split(separator: "p", maxSplits: 1, omittingEmptySubsequences: false)
    let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fractionDigits = mantissa.count == 2 ? mantissa[1] : ""
    let nibbles = (mantissa[0] + fractionDigits).map { $0.isASCII ? $0.hexDigitValue : nil }
    guard !nibbles.isEmpty, !nibbles.contains(nil), let exponent = parts.count == 2 ? Int(parts[1]) : 0,
      exponent.magnitude < 1 << 20, let value = Double("0x\(parts[0])p\(exponent)"), value.isFinite
    else { return nil }
    let bits = nibbles.compactMap(\.self).flatMap { nibble in (0..<4).map { nibble >> (3 - $0) & 1 } }
    guard let first = bits.firstIndex(of: 1), let last = bits.lastIndex(of: 1) else { return (0, true) }
    let lastExponent = exponent - 4 * fractionDigits.count + bits.count - 1 - last
    return (value, last - first < 53 && lastExponent >= -1074)
  }
}
