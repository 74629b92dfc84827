import ExactArithmetic

/// AutoLip: an upper bound of the Lipschitz constant of any computation graph, in the 2-norm, by dynamic programming.
///
///     Z = nodes that do not depend on the input
///     L_k = 0 for k ∈ Z;  L_input = 1;  L_k = Σ_{i ∈ arguments of k} max ‖∂_i θ_k‖ · L_i;  return L_K
///
/// The maximum is over the arguments' ranges: all that they can be where the input lies in its own. Arguments that are parts of the
/// value have the root of the sum of squares in place of the sum.
///
/// - Cost: one pass; what the operators' norms cost.
/// - Reference: Scaman & Virmaux 2018, Algorithm 1 (whose sum must begin with the input).
public struct GraphAutoLip: Sendable {
  public struct Step: Sendable {
    /// The node's index.
    public let node: Int
    public let name: String
    /// One for each argument; nil for constant ones.
    public let factors: [LipschitzFactor?]
    /// L_k.
    public let constant: UpperNumber
  }

  /// The operations that depend on the input, in order.
  public let steps: [Step]
  /// L_K.
  public let constant: UpperNumber

  /// - Parameter domain: what the input lies between.
  public init(_ graph: ComputationGraph, over domain: TensorRange) {
    let ranges = graph.ranges(over: domain)
    var constants: [UpperNumber] = []
    var isConstant: [Bool] = []
    var steps: [Step] = []
    for (index, node) in graph.nodes.enumerated() {
      switch node.kind {
      case .input:
        constants.append(.one)
        isConstant.append(false)
      case .constant:
        constants.append(.zero)
        isConstant.append(true)
      case .operation(let operation, let arguments):
        isConstant.append(arguments.allSatisfy { isConstant[$0] })
        if isConstant[index] {
          constants.append(.zero)
          continue
        }
        let factors = operation.lipschitzFactors(
          arguments.map {
            GraphArgument(isConstant: isConstant[$0], range: ranges[$0], fraction: graph.fraction($0))
          })
        let parts = zip(factors, arguments).map { $0.value * constants[$1] }
        let constant: UpperNumber =
          switch operation.combination {
          case .sum: parts.reduce(.zero, +)
          case .rootOfSquares: .rootOfSquares(parts)
          }
        constants.append(constant)
        let own = zip(factors, arguments).map { isConstant[$1] ? nil : $0 }
        steps.append(Step(node: index, name: node.name, factors: own, constant: constant))
      }
    }
    self.steps = steps
    constant = constants[graph.output]
  }

  /// The first operation without a finite bound; nil where all have one.
  public var unbounded: Step? { steps.first { !$0.constant.isFinite } }
}

extension ComputationGraph {
  fileprivate func fraction(_ node: Int) -> Rational? {
    guard case .constant(_, let fraction) = nodes[node].kind else { return nil }
    return fraction
  }
}
