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

/// The largest Jacobian norm of a graph among random points: a lower bound of its Lipschitz constant there, in floating point.
public struct GraphSampling: Sendable {
  public let value: Double
  public let points: Int
  public let x: [Double]
  public let direction: [Double]

  /// - Parameters:
  ///   - domain: points are uniform in it, and normal where it is unbounded.
  ///   - shouldStop: asked before every point but the first.
  public init(
    _ graph: ComputationGraph, over domain: TensorRange, count: Int = 100, seed: UInt64 = 0,
    shouldStop: () -> Bool = { false }
  ) throws(LAPACKFailure) {
    var random = SplitMix64(seed: seed)
    var best = (value: 0.0, x: [Double](), direction: [Double]())
    var points = 0
    for _ in 0..<count {
      if points > 0, shouldStop() { break }
      let x = zip(domain.lower, domain.upper).map { low, high in
        guard low.isFinite, high.isFinite else {
          return Swift.min(Swift.max(random.gaussian(), low), high)
        }
        return Swift.min(low + (high - low) * random.uniform(), high)
      }
      let found = try Lanczos(tolerance: 1e-3, stepLimit: 60, seed: random.next()).triplets(
        of: GraphJacobian(graph, at: Tensor(shape: domain.shape, elements: x)))
      points += 1
      if found.norm > best.value || points == 1 {
        best = (found.norm, x, found.right.rows > 0 ? Array(found.right.row(0)) : [])
      }
    }
    value = best.value
    x = best.x
    direction = best.direction
    self.points = points
  }
}
