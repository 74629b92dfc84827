import BigInt
import ExactArithmetic

/// What the numbers in instance files mean:
///
///     12, -7                    integers of any size: themselves
///     2.5, -1e-3                any other decimal: the double nearest to it
///     "22/7", "0x1.8p-3"        fractions and hexadecimal floats: exactly as written
enum NumberText {
  /// Longer numbers are refused: reading them takes time quadratic in their length.
  private static let lengthLimit = 10_000
  private static let exponentLimit = 2_000

  /// An integer or a decimal; nil for anything else, and beyond the largest double.
  static func plain(_ text: String) -> Rational? {
    if let small = Int(text) { return Rational(small) }
    guard text.utf8.count <= lengthLimit else { return nil }
    if let large = integer(text[...]) { return Rational(large) }
    guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text),
      value.isFinite
    else { return nil }
    return Rational(value)
  }

  /// An integer, a fraction or a hexadecimal float; nil for anything else.
  static func exact(_ text: String) -> Rational? {
    guard text.utf8.count <= lengthLimit else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2 {
      guard let p = integer(parts[0]), let q = integer(parts[1]), q.signum() > 0 else { return nil }
      return Rational(p, q)
    }
    return integer(text[...]).map { Rational($0) } ?? hexadecimal(text)
  }

  private static func integer(_ text: Substring) -> BigInt? {
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let magnitude = BigInt(String(digits))
    else { return nil }
    return text.hasPrefix("-") ? -magnitude : magnitude
  }

  /// `0x`, digits with at most one point, and an optional binary exponent.
  static func hexadecimal(_ text: String) -> Rational? {
    guard text.utf8.count <= lengthLimit else { return nil }
    let isNegative = text.hasPrefix("-")
    let unsigned = (isNegative || text.hasPrefix("+") ? String(text.dropFirst()) : text).lowercased()
    guard unsigned.hasPrefix("0x") else { return nil }
    let halves = unsigned.dropFirst(2).split(separator: "p", omittingEmptySubsequences: false)
    let digits = halves[0].split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count <= 2, digits.count <= 2, let exponent = halves.count == 2 ? Int(halves[1]) : 0,
      (-exponentLimit...exponentLimit).contains(exponent)
    else { return nil }
    let all = digits.joined()
    guard !all.isEmpty, all.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
      let mantissa = BigInt(all, radix: 16)
    else { return nil }
    let places = digits.count == 2 ? digits[1].utf8.count : 0
    return Dyadic(mantissa: isNegative ? -mantissa : mantissa, exponent: exponent - 4 * places).fraction
  }
}
