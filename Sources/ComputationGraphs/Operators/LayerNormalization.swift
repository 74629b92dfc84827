import ExactArithmetic

/// (x - mean) / √(variance + ε) over the last axes, times a scale, plus a bias, both broadcast to x.
///
/// Arguments: x, scale, and where there is one the bias.
public struct LayerNormalization: GraphOperator {
  public let name = "LayerNormalization"
  /// The first axis of the vectors.
  public let axis: Int
  public let epsilon: Double

  public init(axis: Int, epsilon: Double = 1e-5) {
    self.axis = axis
    self.epsilon = epsilon
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    guard (2...3).contains(arguments.count), arguments[0].indices.contains(axis), epsilon > 0,
      arguments.allSatisfy({ Broadcasting.shape(of: [$0, arguments[0]]) == arguments[0] })
    else {
      throw GraphError("\(name) of shapes \(arguments.map { "\($0)" }.joined(separator: " and "))")
    }
    return arguments[0]
  }

  private func length(_ shape: [Int]) -> Int { shape[axis...].reduce(1, *) }

  private func eachVector(_ shape: [Int], _ body: (Range<Int>) -> Void) {
    let length = length(shape)
    guard length > 0 else { return }
    for start in stride(from: 0, to: shape.reduce(1, *), by: length) { body(start..<start + length) }
  }

  /// (x - mean) / √(variance + ε), and 1 / √(variance + ε) of each vector.
  private func normalized(_ x: Tensor) -> (values: Tensor, inverses: [Double]) {
    var result = x
    var inverses: [Double] = []
    eachVector(x.shape) { vector in
      let mean = x.elements[vector].reduce(0, +) / Double(vector.count)
      let variance = x.elements[vector].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(vector.count)
      let inverse = 1 / (variance + epsilon).squareRoot()
      inverses.append(inverse)
      for k in vector { result.elements[k] = (x.elements[k] - mean) * inverse }
    }
    return (result, inverses)
  }

  private func expand(_ tensor: Tensor, _ shape: [Int]) -> [Double] {
    Broadcasting(tensor.shape, to: shape).expand(tensor.elements)
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    let shape = arguments[0].shape
    var result = normalized(arguments[0]).values
    let scale = expand(arguments[1], shape)
    let bias = arguments.count > 2 ? expand(arguments[2], shape) : []
    for k in result.elements.indices {
      result.elements[k] = result.elements[k] * scale[k] + (bias.isEmpty ? 0 : bias[k])
    }
    return result
  }

  /// A normalized vector has a norm of √n at most and the sum 0: no element beyond √(n - 1).
  private func largest(_ shape: [Int]) -> Double {
    (Double(max(1, length(shape)) - 1).squareRoot() * (1 + 0x1p-40)).nextUp
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    let shape = arguments[0].shape
    let largest = largest(shape)
    func intervals(_ range: TensorRange) -> [ClosedRange<Double>] {
      let broadcasting = Broadcasting(range.shape, to: shape)
      return zip(broadcasting.expand(range.lower), broadcasting.expand(range.upper)).map { $0...$1 }
    }
    var values = intervals(arguments[1]).map { (-largest...largest) * $0 }
    if arguments.count > 2 { values = zip(values, intervals(arguments[2])).map(+) }
    return TensorRange(shape: shape, lower: values.map(\.lowerBound), upper: values.map(\.upperBound))
  }

  /// The normalization's derivative (P - z zᵀ / n) / √(variance + ε), P the projection on sums 0, has a norm of 1 / √ε where all
  /// elements are equal, and never more.
  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let shape = arguments[0].range.shape
    let copies = arguments.map { Broadcasting($0.range.shape, to: shape).norm }
    let scale = Rational(finite: arguments[1].range.largestMagnitude).map(UpperNumber.exact) ?? .infinity
    let steepest = UpperNumber.above((1 / epsilon.squareRoot().nextDown).nextUp)
    var factors = [
      length(shape) == 1
        ? LipschitzFactor(.zero, .exact, method: "vectors of one element")
        : LipschitzFactor(
          scale * steepest, .upper, method: "largest |scale| / √ε: bounded by its epsilon only"),
      LipschitzFactor(copies[1] * .above(largest(shape)), .upper, method: "√(length - 1)"),
    ]
    if arguments.count > 2 { factors.append(LipschitzFactor(copies[2], .exact, method: "√copies")) }
    return factors
  }

  /// The derivative of the normalization is symmetric.
  private func derivative(_ x: Tensor, _ direction: [Double]) -> [Double] {
    let (z, inverses) = normalized(x)
    var result = direction
    var vectors = inverses.makeIterator()
    eachVector(x.shape) { vector in
      let inverse = vectors.next() ?? 0
      let n = Double(vector.count)
      let mean = direction[vector].reduce(0, +) / n
      let along = zip(z.elements[vector], direction[vector]).reduce(0) { $0 + $1.0 * $1.1 } / n
      for k in vector { result[k] = (direction[k] - mean - z.elements[k] * along) * inverse }
    }
    return result
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    let shape = arguments[0].shape
    var parts: [Tensor] = []
    func add(_ elements: [Double]) { parts.append(Tensor(shape: shape, elements: elements)) }
    if let tangent = tangents[0] {
      add(zip(derivative(arguments[0], tangent.elements), expand(arguments[1], shape)).map(*))
    }
    if let tangent = tangents[1] {
      add(zip(normalized(arguments[0]).values.elements, expand(tangent, shape)).map(*))
    }
    if arguments.count > 2, let tangent = tangents[2] { add(expand(tangent, shape)) }
    return Tensor.sum(parts, shape: shape)
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let shape = arguments[0].shape
    switch argument {
    case 0:
      let scaled = zip(cotangent.elements, expand(arguments[1], shape)).map(*)
      return Tensor(shape: shape, elements: derivative(arguments[0], scaled))
    case 1:
      let parts = zip(cotangent.elements, normalized(arguments[0]).values.elements).map(*)
      return Broadcasting(arguments[1].shape, to: shape).sum(parts)
    default: return Broadcasting(arguments[2].shape, to: shape).sum(cotangent.elements)
    }
  }

  public func isAffine(_ isConstant: [Bool]) -> Bool { isConstant[0] }
}
