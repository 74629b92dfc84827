import ComputationGraphs
import Foundation
import Networks

/// Constants, shapes, and what exporters compute with them.
extension ONNXOperationReader {
  func constant(_ node: ONNXNode) throws(InputError) -> [Value] {
    if let tensor = node.tensor("value") { return [.stored(tensor, place: node.place)] }
    if node.hasAttribute("value_float") {
      return [.constant(ONNXTensor(shape: [], elements: [try node.float("value_float", default: 0)]))]
    }
    if let value = node.integer("value_int") {
      return [.constant(ONNXTensor(shape: [], elements: [Double(value)], isInteger: true))]
    }
    if let values = node.integers("value_ints") { return [.constant(ONNXTensor(integers: values))] }
    if let values = node.floats("value_floats"), values.allSatisfy(\.isFinite) {
      return [.constant(ONNXTensor(shape: [values.count], elements: values))]
    }
    throw node.failure("the Constant has no numeric value", "it must be a tensor, finite floats or integers")
  }

  /// Shape and Size: known though the values are not.
  func shape(_ node: ONNXNode) throws(InputError) -> [Value] {
    let shape = try required(0, of: node).shape
    if node.operation == "Size" {
      return [.constant(ONNXTensor(shape: [], elements: [Double(shape.reduce(1, *))], isInteger: true))]
    }
    func clamped(_ axis: Int) -> Int {
      min(max(axis < 0 ? max(axis, -shape.count) + shape.count : axis, 0), shape.count)
    }
    let (start, end) = (clamped(node.integer("start") ?? 0), clamped(node.integer("end") ?? shape.count))
    return [.constant(ONNXTensor(integers: start < end ? Array(shape[start..<end]) : []))]
  }

  func constantOfShape(_ node: ONNXNode) throws(InputError) -> [Value] {
    var value = ONNXTensor(shape: [1], elements: [0])
    if let tensor = node.tensor("value") {
      value = try ONNXTensor(tensor, directory: nil, place: node.place)
    }
    guard let shape = try constantOperand(0, of: node)?.integers, value.elements.count == 1,
      let count = ONNXShape.count(shape), count <= ONNXShape.maximumMatrixCount
    else { throw node.failure("the shape of ConstantOfShape does not fit", "the file is damaged") }
    return [
      .constant(
        ONNXTensor(
          shape: shape, elements: [Double](repeating: value.elements[0], count: count),
          isInteger: value.isInteger))
    ]
  }

  func range(_ node: ONNXNode) throws(InputError) -> [Value] {
    var numbers: [ONNXTensor] = []
    for index in 0..<3 {
      guard let tensor = try constantOperand(index, of: node), tensor.elements.count == 1 else {
        throw node.failure("input \(index + 1) of Range is no number", "give three numbers")
      }
      numbers.append(tensor)
    }
    let (start, end, step) = (numbers[0].elements[0], numbers[1].elements[0], numbers[2].elements[0])
    let count = ((end - start) / step).rounded(.up)
    guard count <= Double(ONNXShape.maximumCount) else {
      throw node.failure("Range would have \(count) elements", "use a smaller network")
    }
    let elements = (0..<(count > 0 ? Int(count) : 0)).map { start + Double($0) * step }
    return [
      .constant(
        ONNXTensor(
          shape: [elements.count], elements: elements, isInteger: numbers.allSatisfy(\.isInteger)))
    ]
  }

  /// Between kinds of floating point the network's values stay what they are.
  func cast(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    let type = node.integer("to").flatMap { Int32(exactly: $0) }.flatMap(ONNXTensor.ElementType.init)
    guard let tensor = operand.constant else {
      guard type?.isFloatingPoint ?? false else {
        throw node.failure("the network's values are cast to an element type that rounds", "cast to float32")
      }
      return try identity(node)
    }
    return [.constant(ONNXGraphReader.cast(tensor, node))]
  }

  /// (x - zero point) · scale of constants, one scale for all or one for each place of an axis.
  func dequantized(_ node: ONNXNode) throws(InputError) -> [Value] {
    guard let tensor = try constantOperand(0, of: node), let scale = try constantOperand(1, of: node),
      node.integer("block_size") ?? 0 == 0
    else { throw node.failure("this DequantizeLinear is not supported", "quantize constants, not in blocks") }
    let zero = try constantOperand(2, of: node)
    var inner = 1
    if scale.elements.count != 1 {
      let axis = try axis(node, of: tensor.shape, default: 1)
      guard scale.shape == [tensor.shape[axis]] else {
        throw node.failure("the scales of DequantizeLinear do not fit", "give one, or one for each place")
      }
      inner = tensor.shape[(axis + 1)...].reduce(1, *)
    }
    guard zero.map({ $0.elements.count == scale.elements.count }) ?? true else {
      throw node.failure("the zero points of DequantizeLinear do not fit", "give one for each scale")
    }
    let elements = tensor.elements.enumerated().map { index, element in
      let place = index / max(1, inner) % max(1, scale.elements.count)
      return (element - (zero?.elements[place] ?? 0)) * scale.elements[place]
    }
    return [.constant(ONNXTensor(shape: tensor.shape, elements: elements))]
  }

  // MARK: Operators on constants only

  /// Where a constant condition chooses between values: c x + (1 - c) y.
  func choice(_ node: ONNXNode) throws(InputError) -> [Value] {
    let branches = [try required(1, of: node), try required(2, of: node)]
    if branches.allSatisfy({ $0.constant != nil }) { return try folded(node) }
    guard var condition = try constantOperand(0, of: node) else {
      throw node.failure("input 1 of Where is missing", "the file is damaged")
    }
    condition.elements = condition.elements.map { $0 == 0 ? 0 : 1 }
    var parts: [Operand] = []
    for branch in branches {
      let mask = Operand(name: "", shape: condition.shape, constant: condition, node: nil)
      parts.append(operand(try apply(Product(), [branch, mask], node)))
      condition.elements = condition.elements.map { 1 - $0 }
    }
    return [try apply(Sum(), parts, node)]
  }

  func folded(_ node: ONNXNode) throws(InputError) -> [Value] {
    var operands: [ONNXTensor] = []
    for index in 0..<(Self.operandCounts[node.operation] ?? 1) {
      guard let tensor = try constantOperand(index, of: node) else {
        throw node.failure("input \(index + 1) of \(node.operation) is missing", "the file is damaged")
      }
      operands.append(tensor)
    }
    func number(_ condition: Bool) -> Double { condition ? 1 : 0 }
    switch node.operation {
    case "Floor": return [try folded(operands, node) { $0[0].rounded(.down) }]
    case "Not": return [try folded(operands, isInteger: true, node) { number($0[0] == 0) }]
    case "Equal": return [try folded(operands, isInteger: true, node) { number($0[0] == $0[1]) }]
    case "Greater": return [try folded(operands, isInteger: true, node) { number($0[0] > $0[1]) }]
    case "Less": return [try folded(operands, isInteger: true, node) { number($0[0] < $0[1]) }]
    case "Mod":
      let isTruncated = node.integer("fmod") ?? 0 != 0
      guard !operands[1].elements.contains(0) else {
        throw node.failure("the divisor has a zero", "every divisor must be nonzero")
      }
      return [
        try folded(operands, node) {
          let rest = $0[0].truncatingRemainder(dividingBy: $0[1])
          return isTruncated || rest == 0 || (rest < 0) == ($0[1] < 0) ? rest : rest + $0[1]
        }
      ]
    case "Where":
      let isInteger = operands[1].isInteger && operands[2].isInteger
      return [try folded(operands, isInteger: isInteger, node) { $0[0] != 0 ? $0[1] : $0[2] }]
    default:
      // The product of all elements, as shapes need it.
      let rank = operands[0].shape.count
      let axes = try integers("axes", orOperand: 1, of: node) ?? Array(0..<rank)
      guard ONNXShape.normalized(axes: axes, rank: rank)?.count == rank else {
        throw node.failure("ReduceProd over some axes is not supported", "reduce all axes")
      }
      let shape = [Int](repeating: 1, count: node.integer("keepdims") ?? 1 != 0 ? rank : 0)
      return [
        .constant(
          ONNXTensor(
            shape: shape, elements: [operands[0].elements.reduce(1, *)], isInteger: operands[0].isInteger))
      ]
    }
  }

  private static let operandCounts = ["Equal": 2, "Greater": 2, "Less": 2, "Mod": 2, "Where": 3]

  private func folded(
    _ operands: [ONNXTensor], isInteger: Bool? = nil, _ node: ONNXNode, _ function: ([Double]) -> Double
  ) throws(InputError) -> Value {
    var shape: [Int] = []
    for operand in operands {
      guard let common = ONNXShape.broadcast(shape, operand.shape), let count = ONNXShape.count(common),
        count <= ONNXShape.maximumMatrixCount
      else {
        throw node.failure(
          "the shapes \(operands.map { "\($0.shape)" }.joined(separator: " and ")) do not fit",
          "shapes must agree up to broadcasting")
      }
      shape = common
    }
    let parts = operands.map { ONNXGraphReader.broadcast($0, shape) }
    let count = shape.reduce(1, *)
    return .constant(
      ONNXTensor(
        shape: shape, elements: (0..<count).map { index in function(parts.map { $0[index] }) },
        isInteger: isInteger ?? operands.allSatisfy(\.isInteger)))
  }
}
