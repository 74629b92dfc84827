public import ComputationGraphs
public import Foundation
public import Networks
import SwiftProtobuf

/// A network as an `.onnx` file has it: a graph of its own operators, each with its node's name.
public struct ONNXComputationGraph: Sendable {
  public let graph: ComputationGraph
  /// What was cut or left out.
  public let notes: [String]
}

extension ONNXFormat {
  /// Reads the graph as it is; what depends on no input is computed. An open batch is one of 1. A classifier's operators after the
  /// scores are cut, with a note.
  ///
  /// - Parameters:
  ///   - directory: The model's folder, for tensors kept in other files.
  ///   - outputTensor: The tensor to read as the network's output; otherwise the graph's own scores.
  public static func readGraph(
    _ data: Data, directory: URL? = nil, outputTensor: String? = nil
  ) throws(InputError) -> ONNXComputationGraph {
    let reader = try ONNXOperationReader(ONNXGraph(try model(data)), directory: directory)
    return try reader.result(chosen: outputTensor)
  }

  /// The graph of a file, whose folder may hold its tensors' data.
  public static func computationGraph(contentsOf path: String) throws(InputError) -> ComputationGraph {
    let data: Data
    do { data = try InputFile.contents(path) } catch let error as InputError { throw error } catch {
      throw InputError(file: path, "no such file", remedy: "give an ONNX model")
    }
    do {
      return try readGraph(data, directory: URL(fileURLWithPath: path).deletingLastPathComponent()).graph
    } catch { throw error.inFile(path) }
  }
}

/// Reads operators one after another into a graph of operations. What is constant is computed at once, by the operators themselves.
final class ONNXOperationReader: ONNXOperands {
  /// What a tensor of the file is.
  enum Value {
    /// A constant that is decoded when a node needs its numbers.
    case stored(ONNXTensorProto, place: String)
    case constant(ONNXTensor)
    case node(Int)
    /// Computed from the tensor `scores` by operators that turn scores into probabilities or labels; the node where it has one, too.
    case classified(scores: String, firstCut: ONNXNode, Result<Int, InputError>)
  }

  /// A node's input.
  struct Operand {
    let name: String
    let shape: [Int]
    /// Nil where it depends on the network's input.
    let constant: ONNXTensor?
    /// Of the graph; nil for constants.
    let node: Int?
  }

  let file: ONNXGraph
  private let directory: URL?
  private(set) var graph: ComputationGraph
  private var values: [String: Value] = [:]
  /// The graph's nodes of constants, by the tensors' names.
  private var constants: [String: Int] = [:]
  /// The elements of constants that were computed.
  private var folded = 0

  init(_ file: ONNXGraph, directory: URL?) {
    self.file = file
    self.directory = directory
    graph = ComputationGraph(inputShape: file.inputShape)
    for (name, tensor) in file.initializers {
      values[name] = .stored(tensor, place: "initializer \(name)")
    }
    values[file.input] = .node(0)
  }

  // MARK: Outputs

  func result(chosen: String?) throws(InputError) -> ONNXComputationGraph {
    if let chosen {
      let (node, _) = try output(chosen, cuts: false)
      return ONNXComputationGraph(graph: graph.selecting(node), notes: [])
    }
    var found: [(node: Int, tensor: String, notes: [String])] = []
    var failures: [(tensor: String, error: InputError)] = []
    for tensor in file.outputs {
      do {
        let (node, cut) = try output(tensor, cuts: true)
        if !found.contains(where: { $0.node == node }) {
          found.append((node, cut?.scores ?? tensor, cut.map { [$0.note] } ?? []))
        }
      } catch { failures.append((tensor, error)) }
    }
    guard let first = found.first else {
      throw failures.first?.error
        ?? InputError("the graph has no output", remedy: "declare the network's output")
    }
    guard found.count == 1 else {
      throw InputError(
        "the graph has \(found.count) different outputs (\(found.prefix(4).map(\.tensor).joined(separator: ", ")))",
        remedy: "choose one of these tensors as the output")
    }
    return ONNXComputationGraph(
      graph: graph.selecting(first.node),
      notes: first.notes + failures.map { "the output \($0.tensor) is left out: \($0.error.problem)" })
  }

  /// The node of an output, or of the scores that it is computed from.
  private func output(_ tensor: String, cuts: Bool) throws(InputError) -> (
    node: Int, cut: (scores: String, note: String)?
  ) {
    switch try evaluate(tensor) {
    case .node(let node): return (node, nil)
    case .classified(let scores, let firstCut, let result):
      if !cuts { return (try result.get(), nil) }
      // Numbers that go on being computed with are no classifier's.
      if file.outputs.count == 1, case .success(let node) = result, try isComputedWith(tensor, after: scores)
      {
        return (node, nil)
      }
      guard case .node(let node)? = values[scores] else { break }
      let note =
        "\(firstCut.place) (\(firstCut.operation)) and what follows are cut; the output is \(scores)"
      return (node, (scores, note))
    case .stored, .constant: break
    }
    throw InputError(
      place: "output \(tensor)", "the output does not depend on the input",
      remedy: "the graph's output must be computed from its input")
  }

  /// Whether more than a classifier's operators, and rearrangements, stands between scores and an output.
  private func isComputedWith(_ tensor: String, after scores: String) throws(InputError) -> Bool {
    let before = Set(try file.nodesNeeded(for: scores).flatMap { $0.proto.output })
    let rearrangements: Set<String> = [
      "Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose",
    ]
    return try file.nodesNeeded(for: tensor).contains { node in
      !node.proto.output.contains(where: before.contains)
        && !ONNXGraphReader.starters.contains(node.operation)
        && !rearrangements.contains(node.operation) && node.operation != "Constant"
    }
  }

  /// Reads everything that `tensor` depends on.
  private func evaluate(_ tensor: String) throws(InputError) -> Value {
    for node in try file.nodesNeeded(for: tensor)
    where node.proto.output.contains(where: { !$0.isEmpty && values[$0] == nil }) {
      let made = try self.values(of: node)
      for (name, value) in zip(node.proto.output, made) where !name.isEmpty { values[name] = value }
    }
    guard let value = values[tensor] else {
      throw InputError(
        place: "tensor \(tensor)", "the graph does not define this tensor",
        remedy: "the graph's outputs are \(file.outputs.prefix(8).joined(separator: ", "))")
    }
    return value
  }

  // MARK: Nodes

  private func values(of node: ONNXNode) throws(InputError) -> [Value] {
    guard let (scores, firstCut) = classification(of: node) else { return try made(node) }
    var result: Result<Int, InputError>
    do {
      guard case .node(let index)? = try made(node).first else { return try made(node) }
      result = .success(index)
    } catch { result = .failure(error) }
    return node.proto.output.map { _ in .classified(scores: scores, firstCut: firstCut, result) }
  }

  private func made(_ node: ONNXNode) throws(InputError) -> [Value] {
    if let function = Self.functions[node.operation] {
      return [try apply(try function(node), [required(0, of: node)], node)]
    }
    guard let maker = Self.operators[node.operation] else {
      throw node.failure(
        "the operator \(node.operation.isEmpty ? "without a name" : node.operation) is not supported",
        "graphs may use \((Array(Self.operators.keys) + Self.functions.keys).sorted().joined(separator: ", "))"
      )
    }
    return try maker(self)(node)
  }

  /// The scores and the first operator of the tail of a classifier that a node belongs to.
  private func classification(of node: ONNXNode) -> (scores: String, firstCut: ONNXNode)? {
    var cuts: [(scores: String, firstCut: ONNXNode)] = []
    var plain: String?
    for name in node.proto.input {
      switch values[name] {
      case .classified(let scores, let firstCut, _): cuts.append((scores, firstCut))
      case .node: plain = name
      default: continue
      }
    }
    let starts = ONNXGraphReader.starters.contains(node.operation)
    guard let cut = cuts.first else {
      return plain.flatMap { starts ? ($0, node) : nil }
    }
    let follows = starts || ONNXGraphReader.followers.contains(node.operation)
    return follows && plain == nil && cuts.allSatisfy { $0.scores == cut.scores } ? cut : nil
  }

  // MARK: Inputs of nodes

  /// Nil where the node leaves it out.
  func operand(_ index: Int, of node: ONNXNode) throws(InputError) -> Operand? {
    guard index < node.proto.input.count, !node.proto.input[index].isEmpty else { return nil }
    let name = node.proto.input[index]
    func of(_ node: Int) -> Operand {
      Operand(name: name, shape: graph.nodes[node].shape, constant: nil, node: node)
    }
    switch values[name] {
    case .node(let node): return of(node)
    case .classified(_, _, let result): return of(try result.get())
    case .constant(let tensor): return Operand(name: name, shape: tensor.shape, constant: tensor, node: nil)
    case .stored(let proto, let place):
      let tensor = try ONNXTensor(proto, directory: directory, place: place)
      values[name] = .constant(tensor)
      return Operand(name: name, shape: tensor.shape, constant: tensor, node: nil)
    case nil:
      throw node.failure(
        "the input \(name) is not defined", "every input must be made by a node or be stored")
    }
  }

  func required(_ index: Int, of node: ONNXNode) throws(InputError) -> Operand {
    guard let operand = try operand(index, of: node) else {
      throw node.failure("input \(index + 1) of \(node.operation) is missing", "the file is damaged")
    }
    return operand
  }

  /// All that are given, in order.
  func operands(of node: ONNXNode, atLeast least: Int = 1) throws(InputError) -> [Operand] {
    var result: [Operand] = []
    for index in 0..<max(least, node.proto.input.count) {
      if index < least {
        result.append(try required(index, of: node))
        continue
      }
      if let operand = try operand(index, of: node) { result.append(operand) }
    }
    return result
  }

  /// The constant at input `index`, nil where the node leaves it out.
  func constantOperand(_ index: Int, of node: ONNXNode) throws(InputError) -> ONNXTensor? {
    guard let operand = try operand(index, of: node) else { return nil }
    guard let tensor = operand.constant else {
      throw node.failure(
        "input \(index + 1) of \(node.operation) depends on the network's input", "it must be a constant")
    }
    return tensor
  }

  /// A number given as an attribute or, in later operator sets, as input `index`.
  func number(_ attribute: String, orOperand index: Int, of node: ONNXNode) throws(InputError) -> Double? {
    if node.hasAttribute(attribute) { return try node.float(attribute, default: 0) }
    guard let tensor = try constantOperand(index, of: node) else { return nil }
    guard tensor.elements.count == 1 else {
      throw node.failure("the \(attribute) of \(node.operation) is no single number", "give one number")
    }
    return tensor.elements[0]
  }

  // MARK: Operations

  /// An activation that is written as a product with its gate; nil elsewhere.
  func gate(_ a: Int, _ b: Int, _ node: ONNXNode) -> Value? {
    graph.applyGate(a, b, name: node.label).map { .node($0) }
  }

  /// An operation on a node's inputs: a node of the graph, or a constant where they are.
  func apply(_ operation: any GraphOperator, _ operands: [Operand], _ node: ONNXNode) throws(InputError)
    -> Value
  {
    let shape: [Int]
    do { shape = try operation.shape(of: operands.map(\.shape)) } catch {
      throw node.failure("\(error)", "shapes must go together")
    }
    // No more than the file's own tensors, but for small ones.
    let largest = operands.map { ONNXShape.count($0.shape) ?? 0 }.reduce(ONNXShape.maximumMatrixCount, max)
    guard let count = ONNXShape.count(shape), count <= largest, shape.count <= 64 else {
      throw node.failure("the value has the shape \(shape)", "use a smaller network")
    }
    let tensors = operands.compactMap(\.constant)
    if tensors.count == operands.count {
      folded += count
      guard folded <= 1 << 28 else {
        throw node.failure("constants of \(folded) elements are computed", "export with constants folded")
      }
      let value = operation.forward(tensors.map { Tensor(shape: $0.shape, elements: $0.elements) })
      return .constant(
        ONNXTensor(
          shape: value.shape, elements: value.elements,
          isInteger: !tensors.isEmpty && tensors.allSatisfy(\.isInteger)))
    }
    guard tensors.allSatisfy({ $0.elements.allSatisfy(\.isFinite) }) else {
      throw node.failure(
        "a constant input of \(node.operation) holds NaN or an infinity",
        "every parameter must be a finite number")
    }
    let arguments = operands.map { index(of: $0) }
    do { return .node(try graph.apply(operation, to: arguments, name: node.label)) } catch {
      throw node.failure("\(error)", "shapes must go together")
    }
  }

  /// The graph's node of an operand.
  private func index(of operand: Operand) -> Int {
    if let node = operand.node { return node }
    if !operand.name.isEmpty, let index = constants[operand.name] { return index }
    let index = graph.constant(
      Tensor(shape: operand.shape, elements: operand.constant?.elements ?? []),
      name: operand.name.isEmpty ? "constant" : operand.name)
    if !operand.name.isEmpty { constants[operand.name] = index }
    return index
  }

  /// A value of the same node as an operand for its next operation.
  func operand(_ value: Value) -> Operand {
    switch value {
    case .node(let node), .classified(_, _, .success(let node)):
      Operand(name: "", shape: graph.nodes[node].shape, constant: nil, node: node)
    case .constant(let tensor): Operand(name: "", shape: tensor.shape, constant: tensor, node: nil)
    case .stored, .classified: preconditionFailure("not a value of an operation")
    }
  }

  /// A number as an operand.
  static func number(_ value: Double) -> Operand {
    Operand(name: "", shape: [], constant: ONNXTensor(shape: [], elements: [value]), node: nil)
  }
}

extension ComputationGraph {
  /// The same function with an earlier node as its output, without what that does not need.
  fileprivate func selecting(_ node: Int) -> ComputationGraph {
    var needed = [Bool](repeating: false, count: nodes.count)
    needed[node] = true
    for index in nodes.indices.reversed() where needed[index] {
      if case .operation(_, let arguments) = nodes[index].kind {
        for argument in arguments { needed[argument] = true }
      }
    }
    var result = ComputationGraph(inputShape: nodes[0].shape)
    var places = [Int](repeating: 0, count: nodes.count)
    for (index, node) in nodes.enumerated() where needed[index] {
      switch node.kind {
      case .input: places[index] = 0
      case .constant(let value, let fraction):
        places[index] = result.constant(value, fraction: fraction, name: node.name)
      case .operation(let operation, let arguments):
        do {
          places[index] = try result.apply(operation, to: arguments.map { places[$0] }, name: node.name)
        } catch { preconditionFailure("shapes that were accepted: \(error)") }
      }
    }
    result.select(output: places[node])
    return result
  }
}
