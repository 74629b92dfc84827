import Networks

/// Entry-by-entry operators, with broadcasting.
extension ONNXGraphReader {
  private typealias Operation = (inout FormatRounding, Double, Double) -> Double

  func arithmetic(_ node: ONNXNode) throws(InputError) -> Value {
    let first = try required(0, of: node)
    if node.operation == "Neg" {
      if case .affine(let value) = first { return .affine(value.negated) }
      guard var tensor = try constant(first) else { return first }
      tensor.elements = tensor.elements.map { -$0 }
      return .constant(tensor)
    }
    switch (first, try required(1, of: node)) {
    case (.affine(let left), .affine(let right)): return .affine(try joined(left, right, node))
    case (.affine(let value), let other): return .affine(try combined(value, other, node))
    case (let other, .affine(let value)):
      switch node.operation {
      case "Sub": return .affine(try broadcast(value.negated, other, node) { $0.adding($1, at: node.place) })
      case "Div":
        throw node.failure(
          "the network's values are the divisor of a Div", "only division by constants is supported")
      default: return .affine(try combined(value, other, node))
      }
    case (let left, let right):
      guard let left = try constant(left), let right = try constant(right) else { return left }
      return .constant(try folded(left, right, node))
    }
  }

  /// The sum or difference of two branches.
  private func joined(
    _ left: ONNXAffineValue, _ right: ONNXAffineValue, _ node: ONNXNode
  ) throws(InputError) -> ONNXAffineValue {
    guard ["Add", "Sub"].contains(node.operation) else {
      throw node.failure(
        "the operator \(node.operation) joins two branches of the network",
        "branches may be added, subtracted, concatenated and compared")
    }
    let shape = try commonShape(left.shape, right.shape, ONNXShape.maximumCount, node)
    let (a, b) = try builder.aligned(
      left.broadcast(to: shape).forms, right.broadcast(to: shape).forms, at: node.place)
    var rounding = FormatRounding()
    var sum = AffineForms(depth: a.depth)
    for k in 0..<a.count {
      sum.append(sumOf: a, k, b, k, sign: node.operation == "Sub" ? -1 : 1, &rounding)
    }
    return left.with(sum, shape: shape, rounding, at: node.place).noting(right.roundedAt)
  }

  private func combined(
    _ value: ONNXAffineValue, _ other: Value, _ node: ONNXNode
  ) throws(InputError) -> ONNXAffineValue {
    let place = node.place
    return try broadcast(value, other, node) { value, operands in
      switch node.operation {
      case "Add": value.adding(operands, at: place)
      case "Sub": value.adding(operands.map { -$0 }, at: place)
      case "Mul": value.scaled(operands, at: place) { $0.multiply($1, $2) }
      default: value.scaled(operands, at: place) { $0.divide($1, $2) }
      }
    }
  }

  /// Applies `operation` to a value and a constant, both broadcast to their common shape.
  func broadcast(
    _ value: ONNXAffineValue, _ other: Value, _ node: ONNXNode,
    _ operation: (ONNXAffineValue, [Double]) throws(InputError) -> ONNXAffineValue
  ) throws(InputError) -> ONNXAffineValue {
    guard let tensor = try constant(other) else { return value }
    let shape = try commonShape(value.shape, tensor.shape, ONNXShape.maximumCount, node)
    if node.operation == "Div", tensor.elements.contains(0) {
      throw node.failure("the divisor has a zero", "every divisor must be nonzero")
    }
    return try operation(value.broadcast(to: shape), Self.broadcast(tensor, shape)).usingConstant(tensor)
  }

  func commonShape(
    _ left: [Int], _ right: [Int], _ limit: Int, _ node: ONNXNode
  ) throws(InputError) -> [Int] {
    guard let shape = ONNXShape.broadcast(left, right), let count = ONNXShape.count(shape),
      count <= max(limit, ONNXShape.count(left) ?? 0, ONNXShape.count(right) ?? 0)
    else {
      throw node.failure("the shapes \(left) and \(right) do not fit", "shapes must agree up to broadcasting")
    }
    return shape
  }

  static func broadcast(_ tensor: ONNXTensor, _ shape: [Int]) -> [Double] {
    if tensor.shape == shape { return tensor.elements }
    return ONNXShape.broadcastIndices(from: tensor.shape, to: shape).map { tensor.elements[$0] }
  }

  private func folded(_ left: ONNXTensor, _ right: ONNXTensor, _ node: ONNXNode) throws(InputError)
    -> ONNXTensor
  {
    let shape = try commonShape(left.shape, right.shape, ONNXShape.maximumMatrixCount, node)
    if node.operation == "Div", right.elements.contains(0) {
      throw node.failure("the divisor has a zero", "every divisor must be nonzero")
    }
    let isInteger = left.isInteger && right.isInteger
    let operation: Operation =
      switch node.operation {
      case "Add": { $0.add($1, $2) }
      case "Sub": { $0.add($1, -$2) }
      case "Mul": { $0.multiply($1, $2) }
      default: isInteger ? { ($1 / $2).rounded(.towardZero) } : { $0.divide($1, $2) }
      }
    var rounding = FormatRounding()
    let elements = zip(Self.broadcast(left, shape), Self.broadcast(right, shape))
      .map { operation(&rounding, $0, $1) }
    guard elements.allSatisfy(\.isFinite) else {
      throw node.failure("folding the constants overflows", "constants must stay within the doubles")
    }
    return ONNXTensor(
      shape: shape, elements: elements, isInteger: isInteger,
      roundedAt: left.roundedAt + right.roundedAt + (rounding.hasRounded ? [node.place] : []))
  }
}
