import Networks

/// Constants, and the operators that only occur between constants: the shape computations of exporters.
extension ONNXGraphReader {
  func constantNode(_ node: ONNXNode) throws(InputError) -> Value {
    if let tensor = node.tensor("value") { return .stored(tensor, place: node.place) }
    if node.hasAttribute("value_float") {
      return .constant(ONNXTensor(shape: [], elements: [try node.float("value_float", default: 0)]))
    }
    if let value = node.integer("value_int") {
      return .constant(ONNXTensor(shape: [], elements: [Double(value)], isInteger: true))
    }
    if let values = node.integers("value_ints") { return .constant(ONNXTensor(integers: values)) }
    if let values = node.floats("value_floats"), values.allSatisfy(\.isFinite) {
      return .constant(ONNXTensor(shape: [values.count], elements: values))
    }
    throw node.failure("the Constant has no numeric value", "it must be a tensor, finite floats or integers")
  }

  func folded(_ node: ONNXNode) throws(InputError) -> ONNXTensor {
    switch node.operation {
    case "Shape": try shape(node)
    case "Gather": try gathered(node)
    default: try concatenated(node)
    }
  }

  private func shape(_ node: ONNXNode) throws(InputError) -> ONNXTensor {
    var shape: [Int] = []
    switch try required(0, of: node) {
    case .affine(let value): shape = value.shape
    case let operand: shape = try constant(operand)?.shape ?? []
    }
    let start = Self.clamped(node.integer("start") ?? 0, rank: shape.count)
    let end = Self.clamped(node.integer("end") ?? shape.count, rank: shape.count)
    return ONNXTensor(integers: start < end ? Array(shape[start..<end]) : [])
  }

  private static func clamped(_ axis: Int, rank: Int) -> Int {
    min(max(axis < 0 ? axis + rank : axis, 0), rank)
  }

  private func gathered(_ node: ONNXNode) throws(InputError) -> ONNXTensor {
    guard let data = try constantOperand(0, of: node), let indices = try constantOperand(1, of: node),
      data.shape.count == 1, [0, -1].contains(node.integer("axis") ?? 0), let positions = indices.integers,
      positions.allSatisfy({ (-data.elements.count..<data.elements.count).contains($0) })
    else {
      throw node.failure(
        "this Gather is not supported", "it may only pick entries of a constant list, such as a shape")
    }
    let elements = positions.map { data.elements[$0 < 0 ? $0 + data.elements.count : $0] }
    return ONNXTensor(
      shape: indices.shape, elements: elements, isInteger: data.isInteger, roundedAt: data.roundedAt)
  }

  private func concatenated(_ node: ONNXNode) throws(InputError) -> ONNXTensor {
    var result = ONNXTensor(integers: [])
    for index in node.proto.input.indices {
      guard let part = try constant(try required(index, of: node)) else {
        throw node.failure(
          "the operator Concat joins tensors that depend on the input",
          "networks must be a single chain of layers")
      }
      guard part.shape.count == 1, [0, -1].contains(node.integer("axis") ?? 0),
        result.elements.count + part.elements.count <= ONNXShape.maximumCount
      else {
        throw node.failure("this Concat is not supported", "it may only join constant lists, such as shapes")
      }
      result.elements += part.elements
      result.isInteger = result.isInteger && part.isInteger
      result.roundedAt += part.roundedAt
    }
    result.shape = [result.elements.count]
    return result
  }
}
