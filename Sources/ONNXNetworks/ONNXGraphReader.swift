import Foundation
import Networks

/// Walks the graph from its input and keeps every tensor as a constant or as affine forms in a layer's outputs.
struct ONNXGraphReader: ONNXOperands {
  /// What a tensor of the graph is.
  enum Value {
    /// A constant that is decoded when a node needs its numbers.
    case stored(ONNXTensorProto, place: String)
    case constant(ONNXTensor)
    case affine(ONNXAffineValue)
    /// Computed from the tensor `scores` by operators that turn scores into probabilities or labels.
    case classified(scores: String, firstCut: ONNXNode)
  }

  let graph: ONNXGraph
  let directory: URL?
  /// The hidden layers so far.
  let builder: LayerBuilder
  private(set) var values: [String: Value] = [:]

  init(_ graph: ONNXGraph, directory: URL?) {
    self.graph = graph
    self.directory = directory
    for (name, tensor) in graph.initializers {
      values[name] = .stored(tensor, place: "initializer \(name)")
    }
    builder = LayerBuilder(inputs: graph.inputShape.reduce(1, *))
    values[graph.input] = .affine(ONNXAffineValue(shape: graph.inputShape, forms: builder.input))
  }

  /// Evaluates everything that `tensor` depends on.
  mutating func evaluate(_ tensor: String) throws(InputError) -> Value {
    for node in try graph.nodesNeeded(for: tensor) where values[node.proto.output.first ?? ""] == nil {
      let value = try self.value(of: node)
      for (index, name) in node.proto.output.enumerated() where !name.isEmpty {
        if index > 0, case .affine = value { continue }
        values[name] = value
      }
    }
    guard let value = values[tensor] else {
      throw InputError(
        place: "tensor \(tensor)", "the graph does not define this tensor",
        remedy: "the graph's outputs are \(graph.outputs.prefix(8).joined(separator: ", "))")
    }
    return value
  }

  // MARK: Inputs of nodes

  /// The value of input `index` of a node, nil where the node leaves it out.
  func operand(_ index: Int, of node: ONNXNode) throws(InputError) -> Value? {
    guard index < node.proto.input.count, !node.proto.input[index].isEmpty else { return nil }
    let name = node.proto.input[index]
    guard let value = values[name] else {
      throw node.failure(
        "the input \(name) is not defined", "every input must be made by a node or be stored")
    }
    return value
  }

  func required(_ index: Int, of node: ONNXNode) throws(InputError) -> Value {
    guard let value = try operand(index, of: node) else {
      throw node.failure("input \(index + 1) of \(node.operation) is missing", "the file is damaged")
    }
    return value
  }

  /// The numbers of a constant, nil where the value depends on the network's input.
  func constant(_ value: Value) throws(InputError) -> ONNXTensor? {
    switch value {
    case .stored(let proto, let place): try ONNXTensor(proto, directory: directory, place: place)
    case .constant(let tensor): tensor
    case .affine, .classified: nil
    }
  }

  /// The constant at input `index`, nil where the node leaves it out.
  func constantOperand(_ index: Int, of node: ONNXNode) throws(InputError) -> ONNXTensor? {
    guard let value = try operand(index, of: node) else { return nil }
    guard let tensor = try constant(value) else {
      throw node.failure(
        "input \(index + 1) of \(node.operation) depends on the network's input", "it must be a constant")
    }
    return tensor
  }

  // MARK: Operators

  private func value(of node: ONNXNode) throws(InputError) -> Value {
    if let value = try classifiedValue(of: node) { return value }
    switch node.operation {
    case "Constant": return try constantNode(node)
    case "Identity", "Dropout", "Cast", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose":
      return try rearrangement(node)
    case "Shape": return .constant(try shape(node))
    case "Gather": return try gathered(node)
    case "Concat": return try concatenated(node)
    case "Slice", "Pad": return try selection(node)
    case "Add", "Sub", "Mul", "Div", "Neg": return try arithmetic(node)
    case "MatMul": return try matrixProduct(node)
    case "Gemm": return try generalMatrixProduct(node)
    case "BatchNormalization": return try batchNormalization(node)
    case "Conv": return try convolution(node)
    case "MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool": return try pooled(node)
    case "ReduceMax", "ReduceMin", "ReduceMean", "ReduceSum": return try reduced(node)
    case "Relu", "LeakyRelu", "PRelu", "Abs", "Clip": return try activation(node)
    case "Max", "Min": return try extremum(node)
    default:
      throw node.failure(
        "the operator \(node.operation.isEmpty ? "without a name" : node.operation) is not supported",
        "networks of dense layers may use \(Self.supportedOperators), and end in a classifier's Softmax, Sigmoid or ArgMax; lipbench bound autolip takes more"
      )
    }
  }

  private static let supportedOperators =
    "Gemm, MatMul, Conv, Add, Sub, Mul, Div, Neg, BatchNormalization, Relu, LeakyRelu, PRelu, Abs, Clip, Max, Min, "
    + "MaxPool, AveragePool, their global kinds, ReduceMax, ReduceMin, ReduceMean, ReduceSum, Concat, Gather, Slice, Pad, "
    + "Flatten, Reshape, Transpose, Squeeze, Unsqueeze, Identity, Dropout and Cast"
}
