import Networks

/// Constants, and the shapes that exporters compute with.
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

  func shape(_ node: ONNXNode) throws(InputError) -> ONNXTensor {
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
}
