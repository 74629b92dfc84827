import ExactArithmetic

/// The 2-norm over axes: 1-Lipschitz, with the derivative 0 at 0.
public struct NormReduction: GraphOperator {
  public let name = "ReduceL2"
  public let axes: ReducedAxes

  public init(over axes: ReducedAxes) { self.axes = axes }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    try axes.shape(name, of: try onlyShape(arguments))
  }

  /// The square root of the sum of squares of each list.
  private func norms(_ elements: [Double], _ shape: [Int]) -> [Double] {
    var result: [Double] = []
    axes.windows(shape).eachList { _, _, list in
      let largest = list.reduce(0) { max($0, abs(elements[$1])) }
      let scale = largest > 0 && largest.isFinite ? largest : 1
      let sum = list.reduce(0) { $0 + (elements[$1] / scale) * (elements[$1] / scale) }
      result.append(scale * sum.squareRoot())
    }
    return result
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    let shape = arguments[0].shape
    return Tensor(shape: acceptedShape([shape]), elements: norms(arguments[0].elements, shape))
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    let argument = arguments[0]
    let ends = zip(argument.lower, argument.upper).map { $0...$1 }
    let room = Double(argument.lower.count + 16) * 0x1p-52
    let lower = norms(ends.map(\.mignitude), argument.shape).map {
      $0.isFinite ? max(0, $0 * (1 - room)).nextDown : Double.greatestFiniteMagnitude
    }
    let upper = norms(ends.map(\.magnitude), argument.shape).map { ($0 * (1 + room)).nextUp }
    return TensorRange(
      shape: acceptedShape([argument.shape]), lower: lower.map { max(0, $0) },
      upper: upper.map { $0.isNaN ? .infinity : $0 })
  }

  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let isEmpty = arguments[0].range.lower.isEmpty
    return [LipschitzFactor(isEmpty ? .zero : .one, isEmpty ? .exact : .upper, method: "a norm")]
  }

  /// x / ‖x‖.
  private func directions(_ x: Tensor) -> Tensor {
    let norms = norms(x.elements, x.shape)
    var result = x
    axes.windows(x.shape).eachList { index, _, list in
      for entry in list { result.elements[entry] = norms[index] > 0 ? x.elements[entry] / norms[index] : 0 }
    }
    return result
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    var result = Tensor(repeating: 0, shape: acceptedShape([arguments[0].shape]))
    guard let tangent = tangents[0] else { return result }
    let directions = directions(arguments[0])
    axes.windows(tangent.shape).eachList { index, _, list in
      result.elements[index] = list.reduce(0) { $0 + directions.elements[$1] * tangent.elements[$1] }
    }
    return result
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    var result = directions(arguments[0])
    axes.windows(result.shape).eachList { index, _, list in
      for entry in list { result.elements[entry] *= cotangent.elements[index] }
    }
    return result
  }
}
