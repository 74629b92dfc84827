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

  public func adjoint(_ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> [Tensor] {
    let pair = BroadcastPair(arguments.map(\.shape))
    func part(_ side: Broadcasting, _ other: Broadcasting, _ factor: Tensor) -> Tensor {
      side.sum(zip(cotangent.elements, other.expand(factor.elements)).map(*))
    }
    return [part(pair.first, pair.second, arguments[1]), part(pair.second, pair.first, arguments[0])]
  }
}

extension Rational {
  /// Nil for what is no number, or infinite.
  init?(finite value: Double) {
    guard value.isFinite else { return nil }
    self.init(value)
  }
}
