public import LinearAlgebra
import RandomNumbers

/// The Jacobian of a graph at a point, by forward and reverse accumulation; at a kink the derivative of one side.
public struct GraphJacobian: LinearOperator {
  private let graph: ComputationGraph
  private let values: [Tensor]

  public init(_ graph: ComputationGraph, at x: Tensor) {
    self.graph = graph
    values = graph.values(at: x)
  }

  public var inputCount: Int { graph.nodes[0].shape.reduce(1, *) }
  public var outputCount: Int { graph.nodes[graph.output].shape.reduce(1, *) }

  /// J v.
  public func apply(_ x: [Double]) -> [Double] {
    var tangents = [Tensor?](repeating: nil, count: graph.nodes.count)
    tangents[0] = Tensor(shape: graph.nodes[0].shape, elements: x)
    for (index, node) in graph.nodes.enumerated() {
      guard case .operation(let operation, let arguments) = node.kind, graph.dependsOnInput[index] else {
        continue
      }
      tangents[index] = operation.differential(arguments.map { values[$0] }, arguments.map { tangents[$0] })
    }
    return tangents[graph.output]?.elements ?? [Double](repeating: 0, count: outputCount)
  }

  /// Jᵀ y.
  public func applyTransposed(_ y: [Double]) -> [Double] {
    graph.vectorJacobianProduct(
      values, cotangent: Tensor(shape: graph.nodes[graph.output].shape, elements: y)
    )
    .elements
  }
}

extension ComputationGraph {
  /// ‖J(x)‖₂ in floating point, with the direction that attains it.
  ///
  /// - Throws: `LAPACKFailure`.
  func jacobianNorm(
    at x: [Double], tolerance: Double = 1e-3, seed: UInt64
  ) throws(LAPACKFailure) -> (value: Double, direction: [Double]) {
    let found = try Lanczos(tolerance: tolerance, stepLimit: 60, seed: seed).triplets(
      of: GraphJacobian(self, at: Tensor(shape: nodes[0].shape, elements: x)))
    return (found.norm, found.right.rows > 0 ? Array(found.right.row(0)) : [])
  }
}

extension TensorRange {
  /// A random tensor: uniform where the range is bounded, normal where it is not.
  func sample(_ random: inout SplitMix64) -> [Double] {
    zip(lower, upper).map { low, high in
      guard low.isFinite, high.isFinite else { return Swift.min(Swift.max(random.gaussian(), low), high) }
      return Swift.min(low + (high - low) * random.uniform(), high)
    }
  }
}

/// The largest Jacobian norm of a graph among points: a lower bound of its Lipschitz constant there, in floating point.
public struct GraphSampling: Sendable {
  public let value: Double
  public let points: Int
  public let x: [Double]
  public let direction: [Double]

  /// Among random points.
  ///
  /// - Parameters:
  ///   - domain: points are uniform in it, and normal where it is unbounded.
  ///   - shouldStop: asked before every point but the first.
  public init(
    _ graph: ComputationGraph, over domain: TensorRange, count: Int = 100, seed: UInt64 = 0,
    shouldStop: () -> Bool = { false }
  ) throws(LAPACKFailure) {
    var random = SplitMix64(seed: seed)
    try self.init(graph, count: count, shouldStop) { _ in (domain.sample(&random), random.next()) }
  }

  /// Among given points, at least one.
  public init(
    _ graph: ComputationGraph, at points: [[Double]], seed: UInt64 = 0, shouldStop: () -> Bool = { false }
  ) throws(LAPACKFailure) {
    precondition(!points.isEmpty)
    var random = SplitMix64(seed: seed)
    try self.init(graph, count: points.count, shouldStop) { (points[$0], random.next()) }
  }

  private init(
    _ graph: ComputationGraph, count: Int, _ shouldStop: () -> Bool,
    _ point: (Int) -> (x: [Double], seed: UInt64)
  ) throws(LAPACKFailure) {
    var best = (value: 0.0, x: [Double](), direction: [Double]())
    var points = 0
    for number in 0..<count {
      if points > 0, shouldStop() { break }
      let (x, seed) = point(number)
      let found = try graph.jacobianNorm(at: x, seed: seed)
      points += 1
      if found.value > best.value || points == 1 { best = (found.value, x, found.direction) }
    }
    value = best.value
    x = best.x
    direction = best.direction
    self.points = points
  }
}

/// The largest Jacobian norm of a graph that simulated annealing finds: a lower bound of its Lipschitz constant, in floating point.
///
/// - Reference: Scaman & Virmaux 2018, section 7.
public struct GraphAnnealing: Sendable {
  public let value: Double
  public let x: [Double]

  /// - Parameters:
  ///   - domain: bounded.
  ///   - start: of the first chain; the others start at random points.
  public init(
    _ graph: ComputationGraph, over domain: TensorRange, annealing: SimulatedAnnealing,
    start: [Double]? = nil,
    shouldStop: () -> Bool = { false }
  ) throws(LAPACKFailure) {
    precondition(zip(domain.lower, domain.upper).allSatisfy { $0.isFinite && $1.isFinite })
    var random = SplitMix64(seed: annealing.seed)
    let starts = (0..<annealing.chains).map { chain in
      chain == 0 ? start ?? domain.sample(&random) : domain.sample(&random)
    }
    let clamp = { (x: [Double]) in
      x.indices.map { Swift.min(Swift.max(x[$0], domain.lower[$0]), domain.upper[$0]) }
    }
    let norm = { (x: [Double]) throws(LAPACKFailure) in
      try graph.jacobianNorm(at: x, tolerance: 1e-2, seed: 0).value
    }
    let ends = try annealing.maximize(
      norm, from: starts, widths: zip(domain.lower, domain.upper).map { $1 - $0 }, clamp: clamp,
      shouldStop: shouldStop)
    x = ends[0].x
    value = try graph.jacobianNorm(at: x, seed: 0).value
  }
}
