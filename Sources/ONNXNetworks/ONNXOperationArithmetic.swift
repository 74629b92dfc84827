import ComputationGraphs
import Networks

/// Operations element by element.
extension ONNXOperationReader {
  func arithmetic(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operands = [try required(0, of: node), try required(1, of: node)]
    switch node.operation {
    case "Add": return [try apply(Sum(), operands, node)]
    case "Sub": return [try apply(Sum(isDifference: true), operands, node)]
    case "Mul":
      if let a = operands[0].node, let b = operands[1].node, let value = gate(a, b, node) { return [value] }
      return [try apply(Product(), operands, node)]
    default:
      if let divisor = operands[1].constant, divisor.elements.contains(0) {
        throw node.failure("the divisor has a zero", "every divisor must be nonzero")
      }
      let value = try apply(Quotient(), operands, node)
      guard case .constant(var tensor) = value, tensor.isInteger else { return [value] }
      tensor.elements = tensor.elements.map { $0.rounded(.towardZero) }
      return [.constant(tensor)]
    }
  }

  /// Of any number of tensors.
  func sum(_ node: ONNXNode) throws(InputError) -> [Value] {
    var operands = try operands(of: node)
    while operands.count > 1 {
      operands.replaceSubrange(0..<2, with: [operand(try apply(Sum(), Array(operands[..<2]), node))])
    }
    return [try apply(Reshape(to: operands[0].shape, name: "Sum"), operands, node)]
  }

  func negation(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    let value = try apply(Product(), [operand, Self.number(-1)], node)
    guard case .constant(var tensor) = value else { return [value] }
    tensor.isInteger = operand.constant?.isInteger ?? false
    return [.constant(tensor)]
  }

  func power(_ node: ONNXNode) throws(InputError) -> [Value] {
    let base = try required(0, of: node)
    guard let exponents = try constantOperand(1, of: node), let exponent = exponents.uniformValue,
      let shape = ONNXShape.broadcast(base.shape, exponents.shape), shape == base.shape
    else { throw node.failure("the exponents of Pow are not one number", "give one constant exponent") }
    let function: any GraphOperator =
      exponent == 1
      ? Reshape(to: base.shape, name: "Pow")
      : exponent == 2 ? Elementwise(Square()) : Elementwise(Power(exponent))
    return [try apply(function, [base], node)]
  }

  func clip(_ node: ONNXNode) throws(InputError) -> [Value] {
    // The largest float32 stands for none.
    let most = Double(Float.greatestFiniteMagnitude)
    let low = try number("min", orOperand: 1, of: node) ?? -most
    let high = try number("max", orOperand: 2, of: node) ?? most
    guard low <= high else {
      throw node.failure("the lower bound \(low) exceeds the upper bound \(high)", "give min ≤ max")
    }
    let function = ClippedLine(low: low <= -most ? -.infinity : low, high: high >= most ? .infinity : high)
    return [try apply(Elementwise(function), [required(0, of: node)], node)]
  }

  func extremum(_ node: ONNXNode) throws(InputError) -> [Value] {
    [try apply(Extremum(isMinimum: node.operation == "Min"), operands(of: node), node)]
  }

  func parametricRectifier(_ node: ONNXNode) throws(InputError) -> [Value] {
    [try apply(ParametricRectifier(), [required(0, of: node), required(1, of: node)], node)]
  }

  func softmax(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    // Before operator set 13 all axes from one on are one vector.
    let isOld = file.operatorSet < 13
    let axis = try axis(node, of: operand.shape, default: isOld ? 1 : -1)
    let softmax = Softmax(
      over: isOld ? Array(axis..<operand.shape.count) : [axis], isLogarithm: node.operation == "LogSoftmax")
    return [try apply(softmax, [operand], node)]
  }

  func batchNormalization(_ node: ONNXNode) throws(InputError) -> [Value] {
    guard node.integer("training_mode") ?? 0 == 0, node.integer("spatial") ?? 1 == 1 else {
      throw node.failure(
        "the BatchNormalization is in training mode or not one a channel", "export the network for inference")
    }
    var operands: [Operand] = []
    for index in 0..<5 { operands.append(try required(index, of: node)) }
    let epsilon = try node.float("epsilon", default: 1e-5)
    if let variance = operands[4].constant, !variance.elements.allSatisfy({ $0 + epsilon > 0 }) {
      throw node.failure("a variance plus epsilon is not positive", "the file is damaged")
    }
    return [try apply(BatchNormalization(epsilon: epsilon), operands, node)]
  }

  func layerNormalization(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operands = try operands(of: node, atLeast: 2)
    let axis = try axis(node, of: operands[0].shape, default: -1)
    let epsilon = try node.float("epsilon", default: 1e-5)
    return [try apply(LayerNormalization(axis: axis, epsilon: epsilon), operands, node)]
  }

  /// Each channel of each sample alone; scale and bias are one number a channel.
  func instanceNormalization(_ node: ONNXNode) throws(InputError) -> [Value] {
    var operands = [try required(0, of: node), try required(1, of: node), try required(2, of: node)]
    let shape = operands[0].shape
    guard shape.count >= 3, operands[1...].allSatisfy({ $0.shape == [shape[1]] }) else {
      throw node.failure(
        "\(node.operation) of shapes \(operands.map { "\($0.shape)" }.joined(separator: " and "))",
        "give one scale and one bias a channel")
    }
    let channels = [shape[1]] + [Int](repeating: 1, count: shape.count - 2)
    for index in 1...2 {
      operands[index] = operand(try apply(Reshape(to: channels), [operands[index]], node))
    }
    let epsilon = try node.float("epsilon", default: 1e-5)
    return [try apply(LayerNormalization(axis: 2, epsilon: epsilon), operands, node)]
  }

  /// x itself in inference.
  func dropout(_ node: ONNXNode) throws(InputError) -> [Value] {
    if let training = try constantOperand(2, of: node), training.elements.contains(where: { $0 != 0 }) {
      throw node.failure("the Dropout is in training mode", "export the network for inference")
    }
    return try identity(node)
  }

  func identity(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    return [try apply(Reshape(to: operand.shape, name: node.operation), [operand], node)]
  }

  /// An axis counted from the front.
  func axis(_ node: ONNXNode, of shape: [Int], default axis: Int?) throws(InputError) -> Int {
    guard let given = node.integer("axis") ?? axis,
      let axis = ONNXShape.normalized(axes: [given], rank: shape.count)?.first
    else {
      throw node.failure(
        "the axis of \(node.operation) is missing or not one of a tensor of shape \(shape)",
        "give an axis of it")
    }
    return axis
  }
}
