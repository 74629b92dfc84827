public import BigInt

/// A fraction in lowest terms with a positive denominator.
public struct Rational: Sendable, Equatable, Comparable, CustomStringConvertible {
  public let numerator: BigInt
  public let denominator: BigInt

  public init(_ numerator: BigInt, _ denominator: BigInt) {
    precondition(!denominator.isZero, "Rational: zero denominator")
    let divisor = numerator.greatestCommonDivisor(with: denominator)
    let sign: BigInt = denominator.signum() < 0 ? -1 : 1
    self.numerator = sign * (numerator / divisor)
    self.denominator = sign * (denominator / divisor)
  }

  /// a / b, exactly.
  public init(_ a: Dyadic, _ b: Dyadic) {
    let exponent = Swift.min(a.exponent, b.exponent)
    self.init(a.scaled(to: exponent), b.scaled(to: exponent))
  }

  /// The number that this finite double is, exactly.
  public init(_ value: Double) { self = Dyadic(value).fraction }

  public static let zero = Rational(0, 1)

  /// value², exactly.
  public init(squareOf value: Double) { self = (Dyadic(value) * Dyadic(value)).fraction }

  public static func < (a: Rational, b: Rational) -> Bool {
    a.numerator * b.denominator < b.numerator * a.denominator
  }

  /// `p/q`, or `p` for an integer.
  public var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

  /// A double close to this number.
  public var approximation: Double {
    // Quotient to 64 bits: shift so that the integer quotient has that many.
    let shift = 64 - (numerator.magnitude.bitWidth - denominator.magnitude.bitWidth)
    let quotient =
      shift >= 0 ? (numerator << shift) / denominator : numerator / (denominator << -shift)
    return Dyadic(mantissa: quotient, exponent: -shift).truncated
  }

  /// The largest double whose square is at most this nonnegative number.
  public var squareRootRoundedDown: Double {
    precondition(numerator.signum() >= 0)
    guard numerator.signum() > 0 else { return 0 }
    // The root of the quotient shifted by an even power of two to about 128 bits has 64 bits.
    var shift = 128 - (numerator.magnitude.bitWidth - denominator.magnitude.bitWidth)
    if shift & 1 != 0 { shift += 1 }
    let quotient = shift >= 0 ? (numerator << shift) / denominator : numerator / (denominator << -shift)
    let truncated = Dyadic(mantissa: quotient.squareRoot(), exponent: -shift / 2).truncated
    var root = Swift.min(truncated, Double.greatestFiniteMagnitude)
    func fits(_ candidate: Double) -> Bool {
      let square = Dyadic(candidate) * Dyadic(candidate)
      return square * Dyadic(mantissa: denominator, exponent: 0) <= Dyadic(mantissa: numerator, exponent: 0)
    }
    // Now within a unit or two in the last place.
    while root > 0, !fits(root) { root = root.nextDown }
    while root < .greatestFiniteMagnitude, fits(root.nextUp) { root = root.nextUp }
    return root
  }
}
