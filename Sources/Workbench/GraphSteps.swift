import ComputationGraphs
import ExactArithmetic

/// The steps of AutoLip on a graph, as rows for people and programs.
struct GraphSteps {
  let steps: [GraphAutoLip.Step]
  let graph: ComputationGraph

  /// - Parameter steps: of which those are kept that the output's bound rests on.
  init(_ steps: [GraphAutoLip.Step], graph: ComputationGraph) {
    let known = Dictionary(uniqueKeysWithValues: steps.map { ($0.node, $0) })
    var needed: Set<Int> = []
    var open = [graph.output]
    while let node = open.popLast() {
      guard needed.insert(node).inserted, let step = known[node] else { continue }
      open += step.links.map(\.source)
    }
    self.steps = steps.filter { needed.contains($0.node) }
    self.graph = graph
  }

  struct Layer: Encodable {
    var node: Int
    var name: String
    var from: Int
    var method: String
    var side: String
    /// At least the norm; nil where there is no finite bound.
    var value: Double?
    /// The norm from below.
    var estimate: Double?
    var seconds: Double
    /// L of the node, which all its rows together make.
    var constant: Double?
  }

  /// Characters of a fraction that is printed as it is.
  static let longestFraction = 24

  static func shown(_ number: UpperNumber) -> String {
    let text = "\(number)"
    if case .exact = number, text.count <= longestFraction { return text }
    return number.isFinite ? directedDecimal(number.value, digits: 7, .up) : "∞"
  }

  /// A row for each link; the node's constant stands in its last.
  var table: TextTable {
    var table = TextTable(
      header: ["node", "what", "from", "norm", "is", "by", "estimate", "s", "constant"],
      alignments: [.right, .left, .right, .right, .left, .left, .right, .right, .right])
    for step in steps {
      for (place, link) in step.links.enumerated() {
        table.rows.append([
          place == 0 ? "\(step.node)" : "", Self.name(step, link), "\(link.source)",
          Self.shown(link.factor.value),
          link.factor.side.rawValue, link.factor.method,
          link.estimate.map { directedDecimal($0, digits: 7, .down) } ?? "",
          secondsText(link.seconds),
          place == step.links.count - 1 ? Self.shown(step.constant) : "",
        ])
      }
    }
    return table
  }

  var layers: [Layer] {
    steps.flatMap { step in
      step.links.map { link in
        Layer(
          node: step.node, name: Self.name(step, link), from: link.source, method: link.factor.method,
          side: link.factor.side.rawValue, value: JSONReport.finite(link.factor.value.value),
          estimate: link.estimate, seconds: link.seconds, constant: JSONReport.finite(step.constant.value))
      }
    }
  }

  private static func name(_ step: GraphAutoLip.Step, _ link: GraphAutoLip.Link) -> String {
    link.names.isEmpty ? step.name : link.names.joined(separator: " + ")
  }
}
