import ExactArithmetic

/// a · b, element by element, broadcast. Where both depend on the input each factor is the other's largest magnitude: finite only where
/// their ranges are.
public struct Product: GraphOperator {
  public let name = "Mul"

  public init() {}

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    try BroadcastPair.shape(name, of: arguments)
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    BroadcastPair(arguments.map(\.shape)).combine(arguments, *)
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    BroadcastPair(arguments.map(\.shape)).combine(arguments, *)
  }

  /// ∂_a is diag(b) after the repetition of a: its norm is at most √copies · max |b|.
  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let pair = BroadcastPair(arguments.map(\.range.shape))
    return zip([pair.first, pair.second], arguments.reversed()).map { side, other in
      let size = other.fraction?.magnitude ?? Rational(finite: other.range.largestMagnitude)
      return LipschitzFactor(
        side.norm * (size.map(UpperNumber.exact) ?? .infinity), side.copies == 1 ? .exact : .upper,
        method: "largest magnitude of the other")
    }
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    let pair = BroadcastPair(arguments.map(\.shape))
    let parts = [
      tangents[0].map { pair.combine([$0, arguments[1]], *) },
      tangents[1].map { pair.combine([arguments[0], $0], *) },
    ]
    return Tensor.sum(parts.compactMap(\.self), shape: pair.shape)
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let pair = BroadcastPair(arguments.map(\.shape))
    let (side, other) = argument == 0 ? (pair.first, pair.second) : (pair.second, pair.first)
    return side.sum(zip(cotangent.elements, other.expand(arguments[1 - argument].elements)).map(*))
  }

  public func isAffine(_ isConstant: [Bool]) -> Bool { isConstant.contains(true) }

  public func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap? {
    let (own, other) = (arguments[argument], arguments[1 - argument])
    guard let factor = other.value, Broadcasting.shape(of: arguments.map(\.shape)) == own.shape else {
      return nil
    }
    if let number = other.fraction ?? factor.uniformValue.flatMap(Rational.init(finite:)) {
      return .multiple(number)
    }
    let factors = Broadcasting(other.shape, to: own.shape).expand(factor.elements)
    return .diagonal(factors, relativeError: 0)
  }
}

extension Rational {
  /// Nil for what is no number, or infinite.
  init?(finite value: Double) {
    guard value.isFinite else { return nil }
    self.init(value)
  }
}
