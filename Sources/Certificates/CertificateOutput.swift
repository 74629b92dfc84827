import BigInt
public import ExactArithmetic

/// Where a certificate's lines go, in order: a file, an in-process checker, or both.
public protocol CertificateOutput: Sendable {
  func write(_ line: String)
}

/// Exact numbers as certificates write them.
public enum CertificateNumber {
  /// `mantissa p exponent` in lowest terms: the double exactly.
  public static func text(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    // ulp is a power of two and value / ulp an integer below 2⁵³.
    let integer = Int64(value / value.ulp)
    let zeros = integer.trailingZeroBitCount
    let exponent = Int(value.ulp.exponent) + zeros
    return exponent == 0 ? "\(integer >> zeros)" : "\(integer >> zeros)p\(exponent)"
  }

  public static func text(_ value: Dyadic) -> String {
    if value.isZero { return "0" }
    let zeros = value.mantissa.trailingZeroBitCount
    let mantissa = value.mantissa >> zeros
    let exponent = value.exponent + zeros
    return exponent == 0 ? "\(mantissa)" : "\(mantissa)p\(exponent)"
  }

  /// An integer, `mantissa p exponent` where the denominator is a power of two, or a fraction.
  public static func text(_ value: Rational) -> String {
    let zeros = value.denominator.trailingZeroBitCount
    guard zeros > 0, value.denominator.magnitude.bitWidth == zeros + 1 else { return value.description }
    return "\(value.numerator)p-\(zeros)"
  }
}
