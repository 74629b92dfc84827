import BigInt
public import ExactArithmetic

/// Where a certificate's lines go, in order: a file, an in-process checker, or both.
public protocol CertificateOutput: Sendable {
  func write(_ line: String)
}

/// Exact numbers as certificates write them.
public enum CertificateNumber {
  /// `mantissa p exponent` in lowest terms: the double exactly.
  public static func text(_ value: Double) -> String { text(Dyadic(value)) }

  public static func text(_ value: Dyadic) -> String {
    if value.isZero { return "0" }
    let zeros = value.mantissa.trailingZeroBitCount
    let mantissa = value.mantissa >> zeros
    let exponent = value.exponent + zeros
    return exponent == 0 ? "\(mantissa)" : "\(mantissa)p\(exponent)"
  }

  public static func text(_ value: Rational) -> String { value.description }
}
