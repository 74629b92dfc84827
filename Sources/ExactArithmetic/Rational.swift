public import BigInt

/// A fraction in lowest terms with a positive denominator.
public struct Rational: Sendable, Hashable, Comparable, CustomStringConvertible, ExpressibleByIntegerLiteral {
  public let numerator: BigInt
  public let denominator: BigInt

  public init(_ numerator: BigInt, _ denominator: BigInt) {
    precondition(!denominator.isZero, "Rational: zero denominator")
    if denominator == 1 {
      self.numerator = numerator
      self.denominator = denominator
      return
    }
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

  public init(_ integer: BigInt) { self.init(integer, 1) }
  public init(_ integer: Int) { self.init(BigInt(integer), 1) }
  public init(integerLiteral value: Int) { self.init(value) }

  /// The number that this finite double is, exactly.
  public init(_ value: Double) { self = Dyadic(value).fraction }

  public static let zero = Rational(0, 1)

  /// value², exactly.
  public init(squareOf value: Double) { self = (Dyadic(value) * Dyadic(value)).fraction }

  public var isZero: Bool { numerator.isZero }
  public var isInteger: Bool { denominator == 1 }
  /// -1, 0 or 1.
  public var signum: Int { Int(numerator.signum()) }
  public var magnitude: Rational { signum < 0 ? -self : self }
  public var squared: Rational { self * self }

  /// The double that is this number, where there is one.
  public var exactDouble: Double? {
    let double = approximation
    return double.isFinite && Rational(double) == self ? double : nil
  }

  public static func + (a: Rational, b: Rational) -> Rational {
    if a.denominator == b.denominator { return Rational(a.numerator + b.numerator, a.denominator) }
    return Rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
  }

  public static prefix func - (a: Rational) -> Rational { Rational(-a.numerator, a.denominator) }
  public static func - (a: Rational, b: Rational) -> Rational { a + -b }

  public static func * (a: Rational, b: Rational) -> Rational {
    Rational(a.numerator * b.numerator, a.denominator * b.denominator)
  }

  /// The quotient; `b` must not be zero.
  public static func / (a: Rational, b: Rational) -> Rational {
    Rational(a.numerator * b.denominator, a.denominator * b.numerator)
  }

  public static func += (a: inout Rational, b: Rational) { a = a + b }
  public static func -= (a: inout Rational, b: Rational) { a = a - b }

  public static func < (a: Rational, b: Rational) -> Bool {
    if a.denominator == b.denominator { return a.numerator < b.numerator }
    return a.numerator * b.denominator < b.numerator * a.denominator
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

  /// The least double whose square is at least this nonnegative number.
  public var squareRootRoundedUp: Double {
    let root = squareRootRoundedDown
    return Rational(squareOf: root) == self ? root : root.nextUp
  }
}
