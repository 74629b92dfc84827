import ExactArithmetic

/// Networks as `.onnx`, in float32 or float64, from one input to one output: Gemm, MatMul, Conv, Add, Sub, Mul, Div,
/// BatchNormalization, pooling, Relu, LeakyRelu, PRelu, Abs, Clip, Max, Min, Concat and changes of shape. Whatever else
/// exporters write is refused: the network's `.json` says the same.
enum ONNXFile {
  static func read(_ bytes: [UInt8]) throws(InstanceUnreadable) -> ExactNetwork {
    let model = try ProtobufMessage(bytes[...])
    guard let graph = try model.message(7) else { throw ProtobufMessage.damaged }
    for set in try model.messages(8) where ["", "ai.onnx"].contains(try set.text(1)) {
      guard try set.integer(2) ?? 0 >= 7 else {
        throw InstanceUnreadable("", "the operator set is older than 7; export with 7 or later, such as 13")
      }
    }
    var stored: Set<String> = []
    for tensor in try graph.messages(5) { stored.insert(try tensor.text(8)) }
    var inputs: [ProtobufMessage] = []
    for input in try graph.messages(11) where !stored.contains(try input.text(1)) { inputs.append(input) }
    let outputs = try graph.messages(12)
    guard inputs.count == 1, outputs.count == 1 else {
      throw InstanceUnreadable("", "the graph has not one input and one output; \(ONNXChain.remedy)")
    }
    let output = try outputs[0].text(1)
    var chain = ONNXChain(input: try inputs[0].text(1), shape: try shape(of: inputs[0]))
    for tensor in try graph.messages(5) { try chain.define(tensor.text(8), .stored(tensor)) }
    var nodes: [ONNXNode] = []
    for (index, node) in try graph.messages(1).enumerated() { nodes.append(try ONNXNode(node, index: index)) }
    let needed = needed(for: output, nodes)
    for (node, isNeeded) in zip(nodes, needed) {
      if isNeeded { try chain.append(node) } else { try chain.define(node.output, .skipped) }
    }
    return try chain.network(output: output)
  }

  /// Which nodes the output is computed from, in a file whose nodes stand after what they use.
  private static func needed(for output: String, _ nodes: [ONNXNode]) -> [Bool] {
    var wanted: Set<String> = [output]
    var needed = [Bool](repeating: false, count: nodes.count)
    for index in nodes.indices.reversed() where wanted.contains(nodes[index].output) {
      needed[index] = true
      wanted.formUnion(nodes[index].inputs)
    }
    return needed
  }

  /// Of ValueInfo's type's tensor type; an open first dimension is the batch, 1.
  private static func shape(of input: ProtobufMessage) throws(InstanceUnreadable) -> [Int] {
    guard let dimensions = try input.message(2)?.message(1)?.message(2)?.messages(1), !dimensions.isEmpty
    else {
      throw InstanceUnreadable(
        "", "the input's shape is not given; export with a fixed shape such as [batch, 784]")
    }
    var shape: [Int] = []
    for (axis, dimension) in dimensions.enumerated() {
      let isOpen = axis == 0 && dimensions.count > 1
      let size = try dimension.integer(1) ?? 0
      shape.append(size > 0 || !isOpen ? Int(size) : 1)
    }
    guard let count = ONNXTensor.count(shape), (1...1 << 20).contains(count) else {
      throw InstanceUnreadable("", "the input's shape is open, empty or too large; export with a fixed shape")
    }
    return shape
  }
}

/// A NodeProto.
struct ONNXNode {
  let inputs: [String]
  let output: String
  let operation: String
  let place: String
  private var attributes: [String: ProtobufMessage] = [:]

  init(_ node: ProtobufMessage, index: Int) throws(InstanceUnreadable) {
    inputs = try node.texts(1)
    let outputs = try node.texts(2)
    output = outputs.first ?? ""
    let domain = try node.text(7)
    operation = (domain.isEmpty || domain == "ai.onnx" ? "" : domain + "::") + (try node.text(4))
    let name = try node.text(3)
    place = "node \(name.isEmpty ? "\(operation) #\(index)" : name)"
    for attribute in try node.messages(5) {
      guard attributes.updateValue(attribute, forKey: try attribute.text(1)) == nil else {
        throw failure("an attribute stands twice")
      }
    }
    guard outputs.count == 1, !output.isEmpty else { throw failure("the node has not one output") }
  }

  func failure(_ problem: String) -> InstanceUnreadable {
    InstanceUnreadable(place, "\(problem); \(ONNXChain.remedy)")
  }

  func isSet(_ name: String) throws(InstanceUnreadable) -> Bool { try attributes[name]?.integer(3) ?? 0 != 0 }

  func integer(_ name: String) throws(InstanceUnreadable) -> Int64? { try attributes[name]?.integer(3) }

  func float(_ name: String) throws(InstanceUnreadable) -> Rational? {
    guard let attribute = attributes[name] else { return nil }
    guard let value = try attribute.numbers(2, isDouble: false).last, value.isFinite else {
      throw failure("\(name) is no finite number")
    }
    return Rational(value)
  }

  func integers(_ name: String) throws(InstanceUnreadable) -> [Int]? {
    try attributes[name]?.integers(8).map { Int($0) }
  }

  func text(_ name: String) throws(InstanceUnreadable) -> String? { try attributes[name]?.text(4) }

  /// A Constant's `value`.
  func tensor() throws(InstanceUnreadable) -> ProtobufMessage? { try attributes["value"]?.message(5) }
}

/// A constant, exactly as stored.
struct ONNXTensor {
  let shape: [Int]
  var elements: [Rational]

  init(shape: [Int], elements: [Rational]) {
    self.shape = shape
    self.elements = elements
  }

  /// The numbers of an int64 list that stands in the file itself.
  static func integers(_ tensor: ProtobufMessage, _ node: ONNXNode) throws(InstanceUnreadable) -> [Int] {
    let raw = try tensor.allBytes(9)
    guard try tensor.integer(2) == 7, !tensor.has(13), try tensor.integer(14) ?? 0 == 0, raw.count <= 1,
      raw.isEmpty || !tensor.has(7)
    else { throw node.failure("a list is not of int64 or stands in another file") }
    var list = try tensor.integers(7).map { Int($0) }
    if let raw = raw.first {
      guard raw.count % 8 == 0 else { throw ProtobufMessage.damaged }
      list = stride(from: raw.startIndex, to: raw.endIndex, by: 8).map { start in
        Int(
          truncatingIfNeeded: (0..<8).reduce(UInt64(0)) { $0 | UInt64(raw[start + $1]) << (8 * UInt64($1)) })
      }
    }
    let dimensions = try tensor.integers(1).map { Int($0) }
    guard dimensions.count == 1, dimensions[0] == list.count else {
      throw node.failure("a list has not the numbers that its shape needs")
    }
    return list
  }

  /// Nil where a dimension is negative or the product overflows.
  static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { return nil }
      count = product
    }
    return count
  }

  /// A TensorProto of float32 or float64 whose numbers stand in the file itself.
  init(_ tensor: ProtobufMessage, _ node: ONNXNode) throws(InstanceUnreadable) {
    shape = try tensor.integers(1).map { Int($0) }
    let type = try tensor.integer(2)
    guard type == 1 || type == 11, !tensor.has(13), try tensor.integer(14) ?? 0 == 0 else {
      throw node.failure("a constant is not of float32 or float64 or stands in another file")
    }
    let raw = try tensor.allBytes(9)
    guard raw.count <= 1, raw.isEmpty || !tensor.has(4) && !tensor.has(10) else {
      throw ProtobufMessage.damaged
    }
    let isDouble = type == 11
    let numbers: [Double]
    if let raw = raw.first {
      numbers = try ProtobufMessage.numbers(raw, isDouble: isDouble)
    } else {
      numbers = try tensor.numbers(isDouble ? 10 : 4, isDouble: isDouble)
    }
    guard Self.count(shape) == numbers.count, numbers.allSatisfy(\.isFinite) else {
      throw node.failure("a constant has not the numbers that its shape needs, all finite")
    }
    elements = numbers.map { Rational($0) }
  }
}
