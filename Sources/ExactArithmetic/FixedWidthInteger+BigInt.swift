public import BigInt

extension FixedWidthInteger where Self: SignedInteger {
  /// The same value in fixed width; nil where it does not fit.
  ///
  /// Goes by sign and magnitude: `Int128(value)` of BigInt 6 is off by 2⁶⁴ for negative values of more than 64 bits, and
  /// `Int128(exactly:)` with it.
  public init?(fitting value: BigInt) {
    guard value >= BigInt(Self.min), value <= BigInt(Self.max) else { return nil }
    var magnitude = Self.Magnitude(0)
    for word in value.magnitude.words.reversed() {
      magnitude = magnitude << UInt.bitWidth | Self.Magnitude(truncatingIfNeeded: word)
    }
    let bits = Self(truncatingIfNeeded: magnitude)
    self = value.signum() < 0 ? 0 &- bits : bits
  }
}
