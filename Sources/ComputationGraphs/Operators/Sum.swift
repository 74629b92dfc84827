import ExactArithmetic

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

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    forward(zip(tangents, arguments).map { $0 ?? Tensor(repeating: 0, shape: $1.shape) })
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let pair = BroadcastPair(arguments.map(\.shape))
    if argument == 0 { return pair.first.sum(cotangent.elements) }
    return pair.second.sum(isDifference ? cotangent.elements.map(-) : cotangent.elements)
  }

  public func isAffine(_ isConstant: [Bool]) -> Bool { true }

  public func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap? {
    guard Broadcasting.shape(of: arguments.map(\.shape)) == arguments[argument].shape else { return nil }
    return .multiple(argument == 1 && isDifference ? -1 : 1)
  }
}
