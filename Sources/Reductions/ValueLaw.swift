public import ExactArithmetic
public import Problems

/// How the value of a target solution follows from the value of the source solution it came from, exactly:
///
///     target = scale · source + offset          or          target = scale · source² + offset
///
/// The second form is for values that are never negative (`squaresSource`: the discrepancy of a partition).
public struct ValueLaw: Sendable, Equatable {
  public let scale: Rational
  public let offset: Rational
  public let squaresSource: Bool

  public init(scale: Rational, offset: Rational = 0, squaresSource: Bool = false) {
    precondition(!scale.isZero)
    self.scale = scale
    self.offset = offset
    self.squaresSource = squaresSource
  }

  public static let identity = ValueLaw(scale: 1)

  /// The value of the target solution.
  public func push(_ source: Rational) -> Rational {
    scale * (squaresSource ? source * source : source) + offset
  }

  /// The target threshold that asks the same as a source threshold. A value that is squared is never negative, so a
  /// negative threshold becomes one that no square reaches.
  public func pushThreshold(_ source: Rational) -> Rational {
    squaresSource && source.signum < 0 ? offset - scale : push(source)
  }

  /// The source value of a target value; its *square* where `squaresSource`.
  public func pull(_ target: Rational) -> Rational { (target - offset) / scale }

  /// Whether better values of the source are larger values of the target.
  public func targetSense(_ source: Sense) -> Sense { scale.signum > 0 ? source : source.opposite }

  /// This law, and then `next`, which must not square unless this is the identity.
  public func followed(by next: ValueLaw) -> ValueLaw {
    if self == .identity { return next }
    precondition(!next.squaresSource, "only the first law of a chain squares")
    return ValueLaw(
      scale: next.scale * scale, offset: next.scale * offset + next.offset, squaresSource: squaresSource)
  }

  /// The law as a formula in `source`.
  public func formula(target: String = "target", source: String = "source") -> String {
    let term = source + (squaresSource ? "²" : "")
    let head = scale == 1 ? term : scale == -1 ? "-\(term)" : "\(scale) · \(term)"
    if offset.isZero { return "\(target) = \(head)" }
    return "\(target) = \(head) \(offset.signum < 0 ? "-" : "+") \(offset.magnitude)"
  }
}
