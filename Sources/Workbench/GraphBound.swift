public import Bounds
public import ComputationGraphs
import ExactArithmetic
import Foundation
import LinearAlgebra
public import PatternSearch

/// A bound of a computation graph in the 2-norm: networks of any operators and size, which are not lowered to dense layers.
public struct GraphBound: Sendable {
  /// What can be asked of a graph, by the names that networks know them by.
  public enum Method: String, CaseIterable, Sendable {
    case autolip
    case seqlip
    case greedySeqLip = "greedy-seqlip"
    case sampling
  }

  public struct Settings: Sendable {
    /// Singular vectors of each affine part, for SeqLip.
    public var vectors: Int
    public var seed: UInt64
    /// Seconds, after which sampling ends and norms that are left are bounded crudely; nil: none.
    public var timeLimit: Double?
    public var isInterrupted: @Sendable () -> Bool

    public init(
      vectors: Int = 200, seed: UInt64 = 0, timeLimit: Double? = nil,
      isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) {
      self.vectors = vectors
      self.seed = seed
      self.timeLimit = timeLimit
      self.isInterrupted = isInterrupted
    }
  }

  public let method: Method
  public let graph: ComputationGraph
  /// The file's name.
  public let name: String
  /// What its reader cut or left out.
  public let notes: [String]
  public let domain: Domain
  /// Nil where there is no finite bound; `reason` says why.
  public let value: Double?
  public let side: BoundSide
  public let soundness: Soundness
  public let reason: String?
  public let isStopped: Bool
  public let seconds: Double
  /// AutoLip with estimates of norms in place of bounds.
  public let estimate: Double?
  private let steps: [GraphAutoLip.Step]
  private let sample: GraphSampling?

  /// - Parameters:
  ///   - domain: all of R^n or a box.
  ///   - progress: told what is being worked on.
  /// - Throws: `LAPACKFailure`.
  public init(
    _ method: Method, _ graph: ComputationGraph, name: String, notes: [String] = [], domain: Domain,
    settings: Settings = Settings(),
    progress: @escaping (GraphProgress) -> Void = { _ in }
  ) throws {
    let start = ContinuousClock.now
    func elapsed() -> Double { (ContinuousClock.now - start) / .seconds(1) }
    self.method = method
    self.graph = graph
    self.name = name
    self.notes = notes
    self.domain = domain
    let shape = graph.nodes[0].shape
    let range =
      domain.box.map { TensorRange(shape: shape, lower: $0.lower, upper: $0.upper) } ?? .all(shape: shape)
    if method == .sampling {
      var isCut = false
      let found = try GraphSampling(graph, over: range, seed: settings.seed) {
        isCut = settings.isInterrupted() || settings.timeLimit.map { elapsed() >= $0 } ?? false
        return isCut
      }
      (value, side, soundness, reason) = (found.value, .lower, .floatingPoint, nil)
      (steps, estimate, sample, isStopped) = ([], nil, found, isCut)
      seconds = elapsed()
      return
    }
    let seqLip = method == .autolip ? nil : SeqLipSettings(vectors: settings.vectors, seed: settings.seed)
    let shouldStop: @Sendable () -> Bool = {
      settings.isInterrupted()
        || settings.timeLimit.map { (ContinuousClock.now - start) / .seconds(1) >= $0 } ?? false
    }
    let answer = try GraphAutoLip(
      graph, over: range, seqLip: seqLip, shouldStop: shouldStop, progress: progress)
    steps = answer.steps
    estimate = answer.estimate
    sample = nil
    // SeqLip's searches end early without a word.
    isStopped = answer.isStopped || method != .autolip && shouldStop()
    let isFinite = answer.constant.isFinite
    if method == .greedySeqLip {
      // Crude norms are from above: they make no estimate.
      (value, side, soundness) = (isFinite && !answer.isStopped ? answer.estimate : nil, .estimate, .none)
    } else {
      (value, side, soundness) = (
        isFinite ? answer.constant.value : nil, .upper, isFinite ? .floatingPoint : .none
      )
    }
    reason =
      isFinite
      ? (value == nil ? "stopped before every pair had an estimate" : nil)
      : answer.unbounded.map { "\($0.name) has no finite bound on this domain" }
    seconds = elapsed()
  }

  /// What `lipbench bound` prints.
  public var text: String {
    let inputs = graph.nodes[0].shape.reduce(1, *)
    let sides = side == .estimate ? "estimate" : "\(side.rawValue) bound"
    let stopped = isStopped ? ", stopped" : ""
    var lines: [String] = []
    if let value {
      let rounding: DirectedRounding = side == .upper ? .up : side == .lower ? .down : .nearest
      lines.append(
        "\(method.rawValue) = \(directedDecimal(value, digits: 12, rounding))   (\(sides)\(stopped), soundness: "
          + "\(soundness.rawValue), \(secondsText(seconds)) s)")
    } else {
      lines.append("\(method.rawValue): no value: \(reason ?? "unknown reason")")
    }
    lines += [
      "graph     \(name): \(graph.operationCount) operations, \(graph.parameterCount) parameters, "
        + "\(inputs) inputs, \(graph.nodes[graph.output].shape.reduce(1, *)) outputs",
      "domain    \(DomainText.sentence(domain, inputs: inputs))",
    ]
    lines += noteLines(notes)
    if method == .autolip, let estimate, value != nil, !isStopped {
      lines.append(
        "estimate  \(directedDecimal(estimate, digits: 7, .down)) with norms by Lanczos, from below, where bounds are not within roundings"
      )
    }
    if method == .greedySeqLip, value != nil {
      lines.append("estimate  the product of the pairs' estimates; the constants are SeqLip's upper bounds")
    }
    if let sample { lines.append("points    \(sample.points)") }
    if !steps.isEmpty { lines += [""] + GraphSteps(steps, graph: graph).table.lines() }
    return lines.joined(separator: "\n")
  }

  public var json: String {
    struct Report: Encodable {
      var name: String
      var value: Double?
      var side: String
      var soundness: String
      var reason: String?
      var stopped: Bool
      var estimate: Double?
      var notes: [String]
      var graph: String
      var operations: Int
      var parameters: Int
      var domain: String
      var layers: [GraphSteps.Layer]
      var seconds: Double
    }
    return JSONReport.text(
      Report(
        name: method.rawValue, value: value, side: side.rawValue, soundness: soundness.rawValue,
        reason: reason,
        stopped: isStopped, estimate: isStopped ? nil : estimate.flatMap(JSONReport.finite), notes: notes,
        graph: name,
        operations: graph.operationCount, parameters: graph.parameterCount,
        domain: DomainText.describe(domain),
        layers: GraphSteps(steps, graph: graph).layers, seconds: seconds))
  }
}

extension ComputationGraph {
  /// Operations that depend on the input.
  public var operationCount: Int {
    nodes.indices.count(where: { index in
      if case .operation = nodes[index].kind { return dependsOnInput[index] }
      return false
    })
  }

  /// Numbers in constants.
  public var parameterCount: Int {
    nodes.reduce(0) { sum, node in
      if case .constant(let value, _) = node.kind { return sum + value.elements.count }
      return sum
    }
  }
}
