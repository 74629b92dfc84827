public import ComputationGraphs
import ExactArithmetic
import Generators
import ONNXNetworks
import PatternSearch
public import Workbench

/// AlexNet: AutoLip and Greedy SeqLip, with the factor of its overlapping max pools, which the paper leaves out, stated apart.
///
/// A max pool of windows of 3 that move by 2 has each number in up to 2 × 2 windows, so that its Lipschitz constant is 2; three of them
/// give 8.
///
/// - Reference: Scaman & Virmaux 2018, section 7.
public struct AlexNetExperiment: Sendable {
  public let graph: ComputationGraph
  public let name: String
  public let autoLip: GraphBound
  public let greedy: GraphBound
  /// Π of the max pools' constants; nil where the graph is no chain, so that its bound is no product.
  public let pooling: Double?

  /// - Parameters:
  ///   - graph: of any network with max pools in one chain.
  ///   - settings: the singular vectors; the paper has 200.
  /// - Throws: `LAPACKFailure`.
  public init(
    _ graph: ComputationGraph, name: String, settings: GraphBound.Settings,
    progress: (_ what: String) -> Void = { _ in }
  ) throws {
    self.graph = graph
    self.name = name
    progress("autolip")
    autoLip = try GraphBound(.autolip, graph, name: name, domain: .all, settings: settings)
    progress("greedy-seqlip")
    greedy = try GraphBound(.greedySeqLip, graph, name: name, domain: .all, settings: settings)
    pooling = Self.poolingFactor(graph)
    vectors = settings.vectors
  }

  private let vectors: Int

  /// torchvision's AlexNet with random weights.
  ///
  /// - Throws: `InputError`.
  public static func randomGraph(seed: UInt64) throws -> ComputationGraph {
    guard case .graph(let network) = try generate(AlexNet.name, parameters: [:], seed: seed) else {
      preconditionFailure("a family of graphs")
    }
    return try ONNXFormat.readGraph(try network.onnx().data, directory: nil, outputTensor: nil).graph
  }

  /// Π of the Lipschitz constants of the graph's max pools; nil where a node has two successors or depends on the input twice.
  public static func poolingFactor(_ graph: ComputationGraph) -> Double? {
    var uses = [Int](repeating: 0, count: graph.nodes.count)
    for node in graph.nodes {
      guard case .operation(_, let arguments) = node.kind else { continue }
      let sources = arguments.filter { graph.dependsOnInput[$0] }
      if sources.count > 1 { return nil }
      for source in sources { uses[source] += 1 }
    }
    guard uses.allSatisfy({ $0 <= 1 }) else { return nil }
    return graph.nodes.reduce(1) { product, node in
      guard case .operation(let operation, let arguments) = node.kind, operation is MaxPool else {
        return product
      }
      let factors = operation.lipschitzFactors(
        arguments.map {
          GraphArgument(isConstant: false, range: .all(shape: graph.nodes[$0].shape))
        })
      return factors.reduce(product) { $0 * $1.value.value }
    }
  }

  public var table: ExperimentTable {
    var table = ExperimentTable(
      title: "AlexNet: \(name)",
      columns: [
        .init("parameters", "of the network"),
        .init("autolip", "upper bound (floating-point)"),
        .init("greedy-seqlip", "with \(vectors) singular vectors a layer (estimate)"),
        .init("max pools", "their constants' product, which both contain and the paper omits"),
        .init("autolip without", "without the max pools, as the paper has it"),
        .init("greedy-seqlip without", "without the max pools (estimate)"),
        .init("autolip over greedy", "what SeqLip gains, estimate"),
      ])
    func cell(_ value: Double?, _ rounding: DirectedRounding) -> ExperimentTable.Cell {
      value.map { .number($0, rounding) } ?? .none
    }
    func without(_ value: Double?) -> Double? {
      value.flatMap { value in pooling.map { value / $0 } }
    }
    var gain: Double?
    if let upper = autoLip.value, let estimate = greedy.value, estimate > 0 { gain = upper / estimate }
    table.append([
      .integer(graph.parameterCount), cell(autoLip.value, .up), cell(greedy.value, .nearest),
      cell(pooling, .nearest), cell(without(autoLip.value), .up), cell(without(greedy.value), .nearest),
      cell(gain, .nearest),
    ])
    if pooling == nil { table.notes = ["The graph is no chain: its max pools are no factor of the bound."] }
    table.isTransposed = true
    return table
  }
}
