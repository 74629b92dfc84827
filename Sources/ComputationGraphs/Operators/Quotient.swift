import ExactArithmetic

/// a / b, element by element, broadcast; without a finite bound where b may be zero.
public struct Quotient: GraphOperator {
  public let name = "Div"

  public init() {}

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    try BroadcastPair.shape(name, of: arguments)
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    BroadcastPair(arguments.map(\.shape)).combine(arguments, /)
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    BroadcastPair(arguments.map(\.shape)).combine(arguments, /)
  }

  /// ∂_a = 1 / b and ∂_b = -a / b².
  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let pair = BroadcastPair(arguments.map(\.range.shape))
    let divisor = arguments[1]
    let smallest =
      divisor.fraction?.magnitude
      ?? zip(divisor.range.lower, divisor.range.upper).map { ($0...$1).mignitude }.min()
      .flatMap { Rational(finite: $0) }
    guard let smallest, !smallest.isZero else {
      return [LipschitzFactor](
        repeating: LipschitzFactor(.infinity, .upper, method: "the divisor may be zero"), count: 2)
    }
    let inverse = Rational(1) / smallest
    let numerator = Rational(finite: arguments[0].range.largestMagnitude)
    return [
      LipschitzFactor(
        pair.first.norm * .exact(inverse), pair.first.copies == 1 ? .exact : .upper,
        method: "1 / smallest divisor"),
      LipschitzFactor(
        pair.second.norm * (numerator.map { .exact($0 * inverse * inverse) } ?? .infinity), .upper,
        method: "largest numerator / smallest divisor²"),
    ]
  }

  public func adjoint(_ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> [Tensor] {
    let pair = BroadcastPair(arguments.map(\.shape))
    let divisor = pair.second.expand(arguments[1].elements)
    let first = zip(cotangent.elements, divisor).map { $0 / $1 }
    return [
      pair.first.sum(first), pair.second.sum(zip(first, value.elements).map { -$0 * $1 }),
    ]
  }
}
