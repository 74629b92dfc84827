import Foundation
import Networks

/// The graph as names: which node makes each tensor, which tensors are stored, and what goes in and out.
struct ONNXGraph {
  let nodes: [ONNXNode]
  /// The index of the node that makes each tensor.
  let producers: [String: Int]
  let initializers: [String: ONNXTensorProto]
  let input: String
  /// The input's shape with a batch of one.
  let inputShape: [Int]
  let outputs: [String]
  /// The version of ONNX's own operators.
  let operatorSet: Int

  init(_ model: ONNXModelProto) throws(InputError) {
    guard model.hasGraph else {
      throw InputError("the file holds no ONNX graph", remedy: "give a model as an ONNX exporter writes it")
    }
    for set in model.opsetImport where set.domain.isEmpty || set.domain == "ai.onnx" {
      guard set.version >= 7 else {
        throw InputError(
          "the model uses operator set \(set.version)",
          remedy: "export with operator set 7 or later, such as 13")
      }
    }
    operatorSet =
      model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }.map { Int($0.version) }.max()
      ?? 7
    let graph = model.graph
    nodes = graph.node.enumerated().map { ONNXNode(proto: $1, index: $0) }
    guard !nodes.isEmpty else {
      throw InputError("the graph has no nodes", remedy: "export the network itself")
    }
    outputs = graph.output.map(\.name)
    guard !outputs.isEmpty else {
      throw InputError("the graph has no output", remedy: "declare the network's output in the graph")
    }
    initializers = Dictionary(graph.initializer.map { ($0.name, $0) }) { first, _ in first }
    let stored = initializers
    let inputs = graph.input.filter { stored[$0.name] == nil }
    guard let input = inputs.first else {
      throw InputError("the graph has no input", remedy: "declare the network's input in the graph")
    }
    guard inputs.count == 1 else {
      throw InputError(
        "the graph has \(inputs.count) inputs (\(inputs.prefix(4).map(\.name).joined(separator: ", ")))",
        remedy: "a network has one input tensor")
    }
    self.input = input.name
    inputShape = try Self.shape(of: input)
    var producers: [String: Int] = [:]
    for node in nodes {
      for name in node.proto.output where !name.isEmpty {
        guard producers.updateValue(node.index, forKey: name) == nil, name != input.name, stored[name] == nil
        else {
          throw node.failure("the tensor \(name) is defined twice", "every tensor needs its own name")
        }
      }
    }
    self.producers = producers
  }

  /// The shape of a graph input, with 1 for a first dimension that is left open.
  private static func shape(of input: ONNXValueInfoProto) throws(InputError) -> [Int] {
    let place = "input \(input.name)"
    guard input.type.tensorType.hasShape, !input.type.tensorType.shape.dim.isEmpty else {
      throw InputError(
        place: place, "the input's shape is not given",
        remedy: "export with a fixed shape such as [batch, 784]")
    }
    var shape: [Int] = []
    let dimensions = input.type.tensorType.shape.dim
    for (axis, dimension) in dimensions.enumerated() {
      if case .dimValue(let size) = dimension.value, size > 0 {
        shape.append(Int(size))
      } else if axis == 0, dimensions.count > 1 {
        shape.append(1)
      } else {
        throw InputError(
          place: place, "dimension \(axis + 1) of the input's shape is not a fixed number",
          remedy: "export with a fixed shape; only the first dimension, the batch, may be open")
      }
    }
    guard let count = ONNXShape.count(shape), count <= ONNXShape.maximumCount else {
      throw InputError(
        place: place, "the input has the shape \(shape)",
        remedy: "up to \(ONNXShape.maximumCount) inputs are supported")
    }
    return shape
  }

  /// The nodes that `tensor` depends on, each after the nodes it uses.
  func nodesNeeded(for tensor: String) throws(InputError) -> [ONNXNode] {
    guard let last = producers[tensor] else { return [] }
    var needed: Set<Int> = [last]
    var open = [last]
    while let index = open.popLast() {
      for producer in sources(of: index) where needed.insert(producer).inserted { open.append(producer) }
    }
    var order: [ONNXNode] = []
    var state: [Int: Bool] = [:]
    for root in needed.sorted() {
      var stack: [(index: Int, isLeaving: Bool)] = [(root, false)]
      while let (index, isLeaving) = stack.popLast() {
        if isLeaving {
          state[index] = true
          order.append(nodes[index])
          continue
        }
        if let isDone = state[index] {
          if isDone { continue }
          throw nodes[index].failure("the node depends on its own output", "a network has no cycles")
        }
        state[index] = false
        stack.append((index, true))
        stack += sources(of: index).filter { state[$0] != true }.reversed().map { ($0, false) }
      }
    }
    return order
  }

  private func sources(of index: Int) -> [Int] { nodes[index].proto.input.compactMap { producers[$0] } }
}
