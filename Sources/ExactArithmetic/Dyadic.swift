public import BigInt

/// An exact number mantissa · 2^exponent. Every finite double is one; sums and products need no gcd.
public struct Dyadic: Sendable, Equatable, Comparable {
  public private(set) var mantissa: BigInt
  public private(set) var exponent: Int

  public init(mantissa: BigInt, exponent: Int) {
    self.mantissa = mantissa
    self.exponent = exponent
  }

  public init(_ integer: Int) { self.init(mantissa: BigInt(integer), exponent: 0) }

  /// The number that this finite double is, exactly.
  public init(_ value: Double) {
    precondition(value.isFinite, "Dyadic: not a finite number")
    guard value != 0 else {
      self.init(mantissa: 0, exponent: 0)
      return
    }
    // ulp is a power of two and value / ulp an integer below 2⁵³, for subnormal numbers too.
    let unit = value.ulp
    let integer = Int64(value / unit)
    let zeros = integer.trailingZeroBitCount
    self.init(mantissa: BigInt(integer >> zeros), exponent: Int(unit.exponent) + zeros)
  }

  public static let zero = Dyadic(0)

  public var isZero: Bool { mantissa.isZero }
  /// -1, 0 or 1.
  public var signum: Int { Int(mantissa.signum()) }

  /// This number as an integer multiple of 2^exponent, where that is possible.
  public func scaled(to exponent: Int) -> BigInt {
    precondition(exponent <= self.exponent || mantissa.isZero)
    return mantissa.isZero ? 0 : mantissa << (self.exponent - exponent)
  }

  public static func + (a: Dyadic, b: Dyadic) -> Dyadic {
    if a.isZero { return b }
    if b.isZero { return a }
    let exponent = Swift.min(a.exponent, b.exponent)
    return Dyadic(mantissa: a.scaled(to: exponent) + b.scaled(to: exponent), exponent: exponent)
  }

  public static prefix func - (a: Dyadic) -> Dyadic { Dyadic(mantissa: -a.mantissa, exponent: a.exponent) }
  public static func - (a: Dyadic, b: Dyadic) -> Dyadic { a + (-b) }

  public static func * (a: Dyadic, b: Dyadic) -> Dyadic {
    Dyadic(mantissa: a.mantissa * b.mantissa, exponent: a.exponent + b.exponent)
  }

  public static func += (a: inout Dyadic, b: Dyadic) { a = a + b }

  public static func == (a: Dyadic, b: Dyadic) -> Bool { (a - b).isZero }
  public static func < (a: Dyadic, b: Dyadic) -> Bool { (a - b).signum < 0 }

  /// The nearest double below or equal in magnitude: truncation to 53 bits.
  public var truncated: Double {
    let width = mantissa.magnitude.bitWidth
    let drop = Swift.max(0, width - 53)
    let top = Double(UInt64(mantissa.magnitude >> drop))
    let value = Double(sign: .plus, exponent: 0, significand: top).scaled(byPowerOfTwo: exponent + drop)
    return mantissa.signum() < 0 ? -value : value
  }

  /// The numerator and denominator in lowest terms.
  public var fraction: Rational {
    exponent >= 0
      ? Rational(mantissa << exponent, 1) : Rational(mantissa, BigInt(1) << -exponent)
  }
}

extension Double {
  /// self · 2^power without intermediate overflow.
  fileprivate func scaled(byPowerOfTwo power: Int) -> Double {
    var result = self
    var rest = power
    while rest != 0, result != 0, result.isFinite {
      let step = Swift.max(-900, Swift.min(900, rest))
      result *= Double(sign: .plus, exponent: step, significand: 1)
      rest -= step
    }
    return result
  }
}
