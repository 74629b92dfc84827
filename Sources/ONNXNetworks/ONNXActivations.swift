import Networks

/// Relu and leaky ReLU, in the forms that exporters write.
extension ONNXGraphReader {
  func activation(_ node: ONNXNode) throws(InputError) -> Value {
    let (value, activation) = try activatedValue(node)
    guard activation.negativeSlope.isFinite, let result = value.activated(activation) else {
      throw node.failure(
        "the layer before \(node.operation) would have more than \(ONNXShape.maximumMatrixCount) weights",
        "use a smaller network")
    }
    return .affine(result)
  }

  private func activatedValue(_ node: ONNXNode) throws(InputError) -> (ONNXAffineValue, Activation) {
    if node.operation == "Max" || node.operation == "Min" { return try extremum(node) }
    guard case .affine(let value) = try required(0, of: node) else {
      throw node.failure(
        "the operator \(node.operation) applies to a constant", "export with constants folded")
    }
    switch node.operation {
    case "Relu": return (value, .relu)
    case "LeakyRelu": return (value, .leakyReLU(slope: try node.float("alpha", default: 0.01)))
    default:
      guard let slope = try constantOperand(1, of: node)?.uniformValue else {
        throw node.failure("the slopes of PRelu differ", "all units of a layer must have the same slope")
      }
      return (value, .leakyReLU(slope: slope))
    }
  }

  /// max(z, 0), and max(z, s · z) with s ≤ 1 or min(z, s · z) with s ≥ 1, which are leaky ReLUs.
  private func extremum(_ node: ONNXNode) throws(InputError) -> (ONNXAffineValue, Activation) {
    let inputs = node.proto.input
    if inputs.count == 2 {
      for (name, other) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
        guard case .affine(let value)? = values[name] else { continue }
        if node.operation == "Max", let zero = try uniformConstant(other, within: value.shape), zero == 0 {
          return (value, .relu)
        }
        if let slope = try slope(of: other, against: name, within: value.shape),
          node.operation == "Max" ? slope <= 1 : slope >= 1
        {
          return (value, .leakyReLU(slope: slope))
        }
      }
    }
    throw node.failure(
      "this \(node.operation) is not supported",
      "it may only be max(z, 0), or a leaky ReLU as max(z, slope · z)")
  }

  /// s where `tensor` is made as s · `base`.
  private func slope(of tensor: String, against base: String, within shape: [Int]) throws(InputError)
    -> Double?
  {
    guard let producer = graph.producers[tensor] else { return nil }
    let inputs = graph.nodes[producer].proto.input
    guard graph.nodes[producer].operation == "Mul", inputs.count == 2, let index = inputs.firstIndex(of: base)
    else {
      return nil
    }
    return try uniformConstant(inputs[1 - index], within: shape)
  }

  /// The number that a constant repeats, if broadcasting it does not enlarge `shape`.
  private func uniformConstant(_ name: String, within shape: [Int]) throws(InputError) -> Double? {
    guard let value = values[name], let tensor = try constant(value),
      ONNXShape.broadcast(tensor.shape, shape) == shape
    else { return nil }
    return tensor.uniformValue
  }
}
