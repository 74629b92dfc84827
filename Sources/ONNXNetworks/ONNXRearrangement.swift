import Networks

/// Operators that only move entries or change the shape.
extension ONNXGraphReader {
  func rearrangement(_ node: ONNXNode) throws(InputError) -> Value {
    switch try required(0, of: node) {
    case .affine(let value):
      let (shape, indices) = try target(of: value.shape, node)
      return .affine(value.rearranged(shape, indices))
    case let operand:
      guard var tensor = try constant(operand) else { return operand }
      let (shape, indices) = try target(of: tensor.shape, node)
      tensor.shape = shape
      if let indices { tensor.elements = indices.map { tensor.elements[$0] } }
      return .constant(node.operation == "Cast" ? Self.cast(tensor, node) : tensor)
    }
  }

  /// The new shape, and where its entries come from if their order changes.
  private func target(of shape: [Int], _ node: ONNXNode) throws(InputError) -> (shape: [Int], indices: [Int]?)
  {
    switch node.operation {
    case "Flatten": return (try flattened(shape, node), nil)
    case "Reshape": return (try reshaped(shape, node), nil)
    case "Squeeze": return (try squeezed(shape, node), nil)
    case "Unsqueeze": return (try unsqueezed(shape, node), nil)
    case "Transpose":
      let permutation = node.integers("perm") ?? Array(shape.indices.reversed())
      guard let (target, indices) = ONNXShape.transpose(shape, permutation) else {
        throw Self.misfit(node, "perm \(permutation)", shape)
      }
      return (target, indices)
    case "Dropout":
      if let training = try constantOperand(2, of: node), training.uniformValue != 0 {
        throw node.failure("the Dropout is in training mode", "export the network for inference")
      }
      return (shape, nil)
    default: return (shape, nil)
    }
  }

  private static func misfit(_ node: ONNXNode, _ what: String, _ shape: [Int]) -> InputError {
    node.failure(
      "\(what) does not fit a tensor of shape \(shape)", "the file is damaged, or its batch is not 1")
  }

  private func flattened(_ shape: [Int], _ node: ONNXNode) throws(InputError) -> [Int] {
    let axis = node.integer("axis") ?? 1
    guard (-shape.count...shape.count).contains(axis) else { throw Self.misfit(node, "axis \(axis)", shape) }
    let split = axis < 0 ? axis + shape.count : axis
    return [shape[..<split].reduce(1, *), shape[split...].reduce(1, *)]
  }

  private func reshaped(_ shape: [Int], _ node: ONNXNode) throws(InputError) -> [Int] {
    guard let wanted = try integers("shape", orOperand: 1, of: node) else {
      throw node.failure("input 2 of Reshape is missing", "the file is damaged")
    }
    guard let target = ONNXShape.reshape(shape, to: wanted, allowZero: node.integer("allowzero") == 1) else {
      throw Self.misfit(node, "the shape \(wanted)", shape)
    }
    return target
  }

  private func squeezed(_ shape: [Int], _ node: ONNXNode) throws(InputError) -> [Int] {
    let given = try integers("axes", orOperand: 1, of: node) ?? shape.indices.filter { shape[$0] == 1 }
    guard let axes = ONNXShape.normalized(axes: given, rank: shape.count), axes.allSatisfy({ shape[$0] == 1 })
    else {
      throw Self.misfit(node, "axes \(given)", shape)
    }
    return shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
  }

  private func unsqueezed(_ shape: [Int], _ node: ONNXNode) throws(InputError) -> [Int] {
    let given = try integers("axes", orOperand: 1, of: node) ?? []
    guard let axes = ONNXShape.normalized(axes: given, rank: shape.count + given.count) else {
      throw Self.misfit(node, "axes \(given)", shape)
    }
    var target = shape
    for axis in axes.sorted() { target.insert(1, at: axis) }
    return target
  }

  /// A constant in another element type: float32 and float16 round, integers lose their fraction.
  static func cast(_ tensor: ONNXTensor, _ node: ONNXNode) -> ONNXTensor {
    var result = tensor
    let type = node.integer("to").flatMap { Int32(exactly: $0) }.flatMap(ONNXTensor.ElementType.init)
    switch type {
    case .float32: result.elements = tensor.elements.map { Double(Float($0)) }
    case .float16: result.elements = tensor.elements.map { Double(Float16($0)) }
    case .float64, nil: break
    case .bool: result.elements = tensor.elements.map { $0 == 0 ? 0 : 1 }
    case .int8, .uint8, .int32, .int64: result.elements = tensor.elements.map { $0.rounded(.towardZero) }
    }
    result.isInteger = type?.isFloatingPoint == false
    return result
  }
}
