import ExactArithmetic

/// Tensors behind one another along an axis.
public struct Concatenation: GraphOperator {
  public let name = "Concat"
  public let axis: Int
  public var combination: Combination { .rootOfSquares }

  public init(axis: Int) { self.axis = axis }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    guard var result = arguments.first, result.indices.contains(axis) else {
      throw GraphError("\(name) of \(arguments.count) arguments along axis \(axis)")
    }
    for shape in arguments.dropFirst() {
      let fits =
        shape.count == result.count && shape.indices.allSatisfy { $0 == axis || shape[$0] == result[$0] }
      let (sum, overflow) = result[axis].addingReportingOverflow(fits ? shape[axis] : 0)
      guard fits, !overflow else {
        throw GraphError("\(name) of shapes \(arguments) along axis \(axis)")
      }
      result[axis] = sum
    }
    return result
  }

  private func join(_ parts: [[Double]], _ shapes: [[Int]]) -> [Double] {
    let (outer, inner) = RowMajor.around(axis, acceptedShape(shapes))
    if outer == 1 { return Array(parts.joined()) }
    let blocks = shapes.map { $0[axis] * inner }
    var result: [Double] = []
    result.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for block in 0..<outer {
      for (part, size) in zip(parts, blocks) { result += part[block * size..<(block + 1) * size] }
    }
    return result
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    let shapes = arguments.map(\.shape)
    return Tensor(shape: acceptedShape(shapes), elements: join(arguments.map(\.elements), shapes))
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    let shapes = arguments.map(\.shape)
    return TensorRange(
      shape: acceptedShape(shapes), lower: join(arguments.map(\.lower), shapes),
      upper: join(arguments.map(\.upper), shapes))
  }

  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    arguments.map { _ in LipschitzFactor(.one, .exact, method: "part") }
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    forward(zip(tangents, arguments).map { $0 ?? Tensor(repeating: 0, shape: $1.shape) })
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let start = arguments[..<argument].reduce(0) { $0 + $1.shape[axis] }
    let own = arguments[argument].shape
    let part = Slice(
      value.shape.indices.map {
        Slice.Line(start: $0 == axis && own[axis] > 0 ? start : 0, count: own[$0])
      })
    return part.forward([cotangent])
  }

  public func isAffine(_ isConstant: [Bool]) -> Bool { true }

  public func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap? {
    arguments.count == 1 ? .multiple(1) : nil
  }
}
