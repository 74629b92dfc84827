import BigInt

/// The decimal with `digits` significant digits next to `value` on the asked side, so that a printed lower bound is
/// never above the bound and a printed upper bound never below it.
public enum DirectedRounding: Sendable {
  case down, up, nearest

  /// What rounds -x where this rounds x.
  fileprivate var mirrored: DirectedRounding {
    switch self {
    case .down: .up
    case .up: .down
    case .nearest: .nearest
    }
  }
}

/// `value` in plain decimal notation (scientific outside 1e-5 … 1e15) with `digits` significant digits, rounded as
/// asked, exactly; `∞` for infinity. Not for NaN.
public func directedDecimal(_ value: Double, digits: Int, _ rounding: DirectedRounding) -> String {
  precondition(!value.isNaN && digits > 0)
  if value < 0 { return "-" + directedDecimal(-value, digits: digits, rounding.mirrored) }
  guard value.isFinite else { return "∞" }
  guard value > 0 else { return "0" }
  let exact = Rational(value)
  // Find the exponent e with 10^e ≤ value < 10^(e+1), exactly.
  var exponent = 0
  func power(_ e: Int) -> Rational {
    e >= 0 ? Rational(BigInt(10).power(e), 1) : Rational(1, BigInt(10).power(-e))
  }
  var low = -400
  var high = 400
  while high - low > 1 {
    let middle = (low + high) / 2
    if power(middle) <= exact { low = middle } else { high = middle }
  }
  exponent = low
  // value / 10^(exponent - digits + 1) has `digits` digits before the point.
  let shift = exponent - digits + 1
  let scaledNumerator = shift >= 0 ? exact.numerator : exact.numerator * BigInt(10).power(-shift)
  let scaledDenominator = shift >= 0 ? exact.denominator * BigInt(10).power(shift) : exact.denominator
  let (whole, remainder) = scaledNumerator.quotientAndRemainder(dividingBy: scaledDenominator)
  var quotient = whole
  switch rounding {
  case .down: break
  case .up: if !remainder.isZero { quotient += 1 }
  case .nearest: if remainder * 2 >= scaledDenominator { quotient += 1 }
  }
  let isExact = remainder.isZero
  var text = String(quotient)
  if text.count > digits {
    exponent += 1
    text.removeLast()
  }
  return placePoint(in: text, exponent: exponent, trimming: isExact)
}

/// - Parameter trimming: drop zeros at the end, which would claim digits that an exact number does not need.
private func placePoint(in digits: String, exponent: Int, trimming: Bool) -> String {
  func trimmed(_ text: String) -> String {
    guard trimming, text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
  if exponent < -5 || exponent > 15 {
    let fraction = digits.dropFirst()
    return trimmed("\(digits.prefix(1)).\(fraction)") + "e\(exponent)"
  }
  if exponent < 0 { return trimmed("0." + String(repeating: "0", count: -exponent - 1) + digits) }
  if exponent + 1 >= digits.count {
    return digits + String(repeating: "0", count: exponent + 1 - digits.count)
  }
  let point = digits.index(digits.startIndex, offsetBy: exponent + 1)
  return trimmed("\(digits[..<point]).\(digits[point...])")
}
