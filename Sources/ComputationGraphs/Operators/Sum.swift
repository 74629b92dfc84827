/// a + b or a - b, element by element, broadcast.
public struct Sum: GraphOperator {
  public let isDifference: Bool
  public var name: String { isDifference ? "Sub" : "Add" }

  public init(isDifference: Bool = false) { self.isDifference = isDifference }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    try BroadcastPair.shape(name, of: arguments)
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    BroadcastPair(arguments.map(\.shape)).combine(arguments) { isDifference ? $0 - $1 : $0 + $1 }
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    BroadcastPair(arguments.map(\.shape)).combine(arguments) { isDifference ? $0 - $1 : $0 + $1 }
  }

  /// The norm of the repetition: √copies.
  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let pair = BroadcastPair(arguments.map(\.range.shape))
    return [pair.first, pair.second].map { LipschitzFactor($0.norm, .exact, method: "√copies") }
  }

  public func adjoint(_ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> [Tensor] {
    let pair = BroadcastPair(arguments.map(\.shape))
    let second = isDifference ? cotangent.map { -$0 } : cotangent
    return [pair.first.sum(cotangent.elements), pair.second.sum(second.elements)]
  }
}
