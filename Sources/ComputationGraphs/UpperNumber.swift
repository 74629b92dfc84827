public import ExactArithmetic

/// A nonnegative number that is known exactly, as a fraction, or from above, as a double; +∞ where nothing is known.
public enum UpperNumber: Sendable, Equatable, CustomStringConvertible {
  case exact(Rational)
  case above(Double)

  public static let zero = UpperNumber.exact(.zero)
  public static let one = UpperNumber.exact(1)
  public static let infinity = UpperNumber.above(.infinity)

  /// At least the number.
  public var value: Double {
    switch self {
    case .exact(let fraction): Self.roundedUp(fraction)
    case .above(let value): value
    }
  }

  public var isFinite: Bool { value.isFinite }
  public var isZero: Bool { self == .zero || self == .above(0) }
  public var isExact: Bool {
    if case .exact = self { return true }
    return false
  }

  public static func + (a: UpperNumber, b: UpperNumber) -> UpperNumber {
    if case .exact(let p) = a, case .exact(let q) = b { return .exact(p + q) }
    if a.isZero { return b }
    return b.isZero ? a : .above((a.value + b.value).nextUp)
  }

  /// 0 · ∞ = 0: what does not depend on the input has no share in how far the output moves.
  public static func * (a: UpperNumber, b: UpperNumber) -> UpperNumber {
    if case .exact(let p) = a, case .exact(let q) = b { return .exact(p * q) }
    if a.isZero || b.isZero { return .zero }
    if a == .one { return b }
    return b == .one ? a : .above((a.value * b.value).nextUp)
  }

  /// √(Σ aᵢ²); exact where one number at most is not zero.
  public static func rootOfSquares(_ numbers: [UpperNumber]) -> UpperNumber {
    let rest = numbers.filter { !$0.isZero }
    if rest.count <= 1 { return rest.first ?? .zero }
    let scale = rest.reduce(0) { max($0, $1.value) }
    guard scale.isFinite, scale > 0 else { return scale > 0 ? .infinity : .zero }
    let sum = rest.reduce(0.0) { ($0 + ($1.value / scale).nextUp * ($1.value / scale).nextUp).nextUp }
    return .above((sum.squareRoot().nextUp * scale).nextUp)
  }

  /// √n, exact where n is a square.
  public static func squareRoot(_ n: Int) -> UpperNumber {
    let root = Int(Double(n).squareRoot().rounded())
    return root * root == n ? .exact(Rational(root)) : .above(Double(n).squareRoot().nextUp)
  }

  /// √q, exact where it is a fraction.
  public static func squareRoot(_ fraction: Rational) -> UpperNumber {
    let above = roundedUp(fraction).squareRoot()
    let root = Rational(above)
    return root * root == fraction ? .exact(root) : .above(above.nextUp)
  }

  private static func roundedUp(_ fraction: Rational) -> Double {
    let nearest = fraction.approximation
    return nearest.isFinite && Rational(nearest) < fraction ? nearest.nextUp : nearest
  }

  public var description: String {
    switch self {
    case .exact(let fraction): "\(fraction)"
    case .above(let value): "\(value)"
    }
  }
}
