import BigInt
package import ExactArithmetic
package import Networks

/// Numbers in problem files: the exact value of a text, and the text of an exact value.
package enum ExactNumberText {
  /// Longer numbers are refused: reading them takes time quadratic in their length.
  static let digitLimit = 10_000

  /// An integer of any size exactly; a decimal such as `-1.5` or `2e-3` as its nearest double.
  ///
  /// - Throws: `InputError` without a place, where `text` is neither or is beyond the largest double.
  package static func decimal(_ text: String) throws(InputError) -> Rational {
    if let small = Int(text) { return Rational(small) }
    guard text.utf8.count <= digitLimit else { throw tooLong }
    if let large = integer(text) { return Rational(large) }
    guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text) else {
      throw InputError(
        "\(shown(text)) is not a number", remedy: "write an integer or a decimal like -1.5 or 2e-3")
    }
    guard value.isFinite else {
      throw InputError("\(shown(text)) is too large for a double", remedy: "its size must be below 1.8e308")
    }
    return Rational(value)
  }

  /// An integer, a fraction `p/q` or a hexadecimal float such as `-0x1.8p-3`, exactly.
  ///
  /// - Throws: `InputError` without a place, where `text` is none of these.
  package static func exact(_ text: String) throws(InputError) -> Rational {
    guard text.utf8.count <= digitLimit else { throw tooLong }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let number: Rational? =
      switch parts.count {
      case 1: integer(text).map { Rational($0) } ?? hexadecimal(text)
      case 2: fraction(parts[0], parts[1])
      default: nil
      }
    guard let number else {
      throw InputError(
        "the string \(shown(text)) is not an exact number",
        remedy: "write \"p/q\" or a finite hexadecimal float like \"0x1.8p-3\", and decimals without quotes")
    }
    return number
  }

  /// The text that `decimal` reads back equal: an integer, or the shortest decimal of a double; nil where there is none.
  static func shortest(_ number: Rational) -> String? {
    if number.isInteger {
      let text = number.description
      return text.utf8.count <= digitLimit ? text : nil
    }
    return number.exactDouble?.description
  }

  /// `text` in quotes, shortened, without control characters: for messages.
  static func shown(_ text: String) -> String {
    let printable = text.unicodeScalars.prefix(40).map { scalar in
      scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "?" : String(scalar)
    }
    return "\"\(printable.joined())\(text.unicodeScalars.count > 40 ? "…" : "")\""
  }

  private static var tooLong: InputError {
    InputError("a number has more than \(digitLimit) characters", remedy: "write it with fewer digits")
  }

  private static func integer(_ text: some StringProtocol) -> BigInt? {
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return BigInt(String(text))
  }

  private static func fraction(_ numerator: Substring, _ denominator: Substring) -> Rational? {
    guard let p = integer(numerator), let q = integer(denominator), q.signum() > 0 else { return nil }
    return Rational(p, q)
  }

  /// Digits, an optional point and an optional binary exponent within ±2000, after `0x`.
  private static func hexadecimal(_ text: String) -> Rational? {
    let isNegative = text.hasPrefix("-")
    let unsigned = (isNegative || text.hasPrefix("+") ? String(text.dropFirst()) : text).lowercased()
    guard unsigned.hasPrefix("0x") else { return nil }
    let halves = unsigned.dropFirst(2).split(separator: "p", omittingEmptySubsequences: false)
    let digits = halves[0].split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count <= 2, digits.count <= 2, let exponent = halves.count == 2 ? Int(halves[1]) : 0,
      (-2000...2000).contains(exponent)
    else { return nil }
    let all = digits.joined()
    guard !all.isEmpty, all.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
      let mantissa = BigInt(String(all), radix: 16)
    else { return nil }
    let scale = exponent - 4 * (digits.count == 2 ? digits[1].utf8.count : 0)
    return Dyadic(mantissa: isNegative ? -mantissa : mantissa, exponent: scale).fraction
  }
}
