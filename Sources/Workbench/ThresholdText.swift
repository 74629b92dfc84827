import BigInt
public import ExactArithmetic
public import Networks

extension Rational {
  /// An integer, a fraction `p/q`, or a decimal such as `2.5` or `1e-3`, exactly as written.
  ///
  /// - Throws: `InputError` where the text is none of these, is negative, or has an exponent beyond ±400.
  public static func parse(_ text: String) throws(InputError) -> Rational {
    let number = try parseSigned(text)
    guard number.signum >= 0 else {
      throw InputError(
        place: "“\(text.prefix(60))”", "is not a nonnegative number",
        remedy: "write an integer, a fraction p/q or a decimal")
    }
    return number
  }

  /// The same, of any sign.
  public static func parseSigned(_ text: String) throws(InputError) -> Rational {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let number: Rational?
    switch parts.count {
    case 1: number = decimal(parts[0])
    case 2:
      if let p = decimal(parts[0]), let q = decimal(parts[1]), q.numerator.signum() != 0 {
        number = Rational(p.numerator * q.denominator, p.denominator * q.numerator)
      } else {
        number = nil
      }
    default: number = nil
    }
    guard let number else {
      throw InputError(
        place: "“\(text.prefix(60))”", "is not a number",
        remedy: "write an integer, a fraction p/q or a decimal")
    }
    return number
  }

  private static func decimal(_ text: Substring) -> Rational? {
    let halves = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    guard let mantissa = halves.first, halves.count <= 2, mantissa.count < 2000 else { return nil }
    var exponent = 0
    if halves.count == 2 {
      guard let value = Int(halves[1]), (-400...400).contains(value) else { return nil }
      exponent = value
    }
    let pieces = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    guard pieces.count <= 2 else { return nil }
    let digits = pieces.joined()
    let unsigned = digits.first.map { $0 == "-" || $0 == "+" } == true ? digits.dropFirst() : digits[...]
    guard !unsigned.isEmpty, unsigned.allSatisfy({ $0.isASCII && $0.isNumber }),
      let integer = BigInt(String(digits))
    else { return nil }
    exponent -= pieces.count == 2 ? pieces[1].count : 0
    let power = BigInt(10).power(abs(exponent))
    return exponent >= 0 ? Rational(integer * power, 1) : Rational(integer, power)
  }
}
