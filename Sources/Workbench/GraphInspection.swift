public import ComputationGraphs
import Foundation
import Networks

/// What an `.onnx` file holds that is no chain of dense layers: its operations.
public struct GraphInspection: Sendable {
  public let path: String
  public let graph: ComputationGraph
  public let notes: [String]
  /// FNV-1a, 64 bits, of the file's bytes.
  public let hash: String

  public init(path: String, outputTensor: String? = nil) throws {
    self.path = path
    (graph, notes) = try NetworkFile.readGraph(path, outputTensor: outputTensor)
    hash = try Inspection.hash(of: path)
  }

  private struct Row: Encodable {
    var node: Int
    var name: String
    var operation: String
    var from: [Int]
    var shape: [Int]
    var parameters: Int
  }

  /// The operations that depend on the input.
  private var rows: [Row] {
    graph.nodes.indices.compactMap { index in
      let node = graph.nodes[index]
      guard case .operation(let operation, let arguments) = node.kind, graph.dependsOnInput[index] else {
        return nil
      }
      let parameters = arguments.reduce(0) { sum, argument in
        if case .constant(let value, _) = graph.nodes[argument].kind { return sum + value.elements.count }
        return sum
      }
      return Row(
        node: index, name: node.name, operation: operation.name,
        from: arguments.filter { graph.dependsOnInput[$0] }, shape: node.shape, parameters: parameters)
    }
  }

  private static func shown(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }

  public var text: String {
    var table = TextTable(
      header: ["node", "operation", "name", "from", "value", "parameters"],
      alignments: [.right, .left, .left, .right, .right, .right])
    for row in rows {
      table.rows.append([
        "\(row.node)", row.operation, row.name, row.from.map(String.init).joined(separator: ", "),
        Self.shown(row.shape), row.parameters == 0 ? "" : "\(row.parameters)",
      ])
    }
    let (input, output) = (graph.nodes[0].shape, graph.nodes[graph.output].shape)
    let lines = [
      "file      \(path)", "kind      graph; not lowered to dense layers: lipbench bound takes it as it is",
      "graph     \(graph.operationCount) operations, \(graph.parameterCount) parameters",
      "input     \(Self.shown(input))", "output    \(Self.shown(output)), of node \(graph.output)",
      "hash      \(hash)", "",
    ]
    return (lines + table.lines() + notes.map { "note: \($0)" }).joined(separator: "\n")
  }

  public var json: String {
    struct Report: Encodable {
      var kind = "graph"
      var file: String
      var hash: String
      var input: [Int]
      var output: [Int]
      var parameters: Int
      var operations: [Row]
      var notes: [String]
    }
    return JSONReport.text(
      Report(
        file: path, hash: hash, input: graph.nodes[0].shape, output: graph.nodes[graph.output].shape,
        parameters: graph.parameterCount, operations: rows, notes: notes))
  }
}
