import Networks

/// A node with its position in the graph.
struct ONNXNode {
  let proto: ONNXNodeProto
  let index: Int

  /// The operator, with its domain where that is not ONNX's own.
  var operation: String {
    proto.domain.isEmpty || proto.domain == "ai.onnx" ? proto.opType : "\(proto.domain)::\(proto.opType)"
  }

  /// How error messages name the node.
  var place: String {
    proto.name.isEmpty ? "node \(proto.opType) #\(index)" : "node \(proto.name)"
  }

  /// The node's name in a graph of operations.
  var label: String { proto.name.isEmpty ? "\(proto.opType) #\(index)" : proto.name }

  func failure(_ problem: String, _ remedy: String) -> InputError {
    InputError(place: place, problem, remedy: remedy)
  }

  private func attribute(_ name: String) -> ONNXAttributeProto? { proto.attribute.first { $0.name == name } }

  func hasAttribute(_ name: String) -> Bool { attribute(name) != nil }

  func integer(_ name: String) -> Int? { attribute(name).map { Int($0.i) } }

  func integers(_ name: String) -> [Int]? { attribute(name).map { $0.ints.map { Int($0) } } }

  func text(_ name: String) -> String? { attribute(name).map { String(decoding: $0.s, as: UTF8.self) } }

  func tensor(_ name: String) -> ONNXTensorProto? { attribute(name).flatMap { $0.hasT ? $0.t : nil } }

  func floats(_ name: String) -> [Double]? { attribute(name).map { $0.floats.map { Double($0) } } }

  /// A finite number.
  func float(_ name: String, default value: Double) throws(InputError) -> Double {
    guard let attribute = attribute(name) else { return value }
    guard attribute.f.isFinite else {
      throw failure("the attribute \(name) is \(attribute.f)", "it must be a finite number")
    }
    return Double(attribute.f)
  }
}
