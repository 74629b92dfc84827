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

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    let pair = BroadcastPair(arguments.map(\.shape))
    let parts = [
      tangents[0].map { pair.combine([$0, arguments[1]], /) },
      tangents[1].map { tangent in
        let value = forward(arguments)
        let own = BroadcastPair([value.shape, tangent.shape]).combine([value, tangent], *)
        return BroadcastPair([own.shape, arguments[1].shape]).combine([own, arguments[1]]) { -$0 / $1 }
      },
    ]
    return Tensor.sum(parts.compactMap(\.self), shape: pair.shape)
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let pair = BroadcastPair(arguments.map(\.shape))
    let first = zip(cotangent.elements, pair.second.expand(arguments[1].elements)).map { $0 / $1 }
    if argument == 0 { return pair.first.sum(first) }
    return pair.second.sum(zip(first, value.elements).map { -$0 * $1 })
  }

  public func isAffine(_ isConstant: [Bool]) -> Bool { isConstant[1] }

  public func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap? {
    let (own, other) = (arguments[0], arguments[1])
    guard argument == 0, let divisor = other.value, !divisor.elements.contains(0),
      Broadcasting.shape(of: arguments.map(\.shape)) == own.shape
    else { return nil }
    if let number = other.fraction ?? divisor.uniformValue.flatMap(Rational.init(finite:)) {
      return .multiple(Rational(1) / number)
    }
    let factors = Broadcasting(other.shape, to: own.shape).expand(divisor.elements).map { 1 / $0 }
    return .diagonal(factors, relativeError: 0x1p-53)
  }
}
