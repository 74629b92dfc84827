public import ExactArithmetic

/// A function as a directed acyclic graph of operations on tensors, with one input (Scaman & Virmaux 2018, Section 3).
public struct ComputationGraph: Sendable {
  public enum Kind: Sendable {
    case input
    /// The fraction is the number's, where it is one that no double need be.
    case constant(Tensor, fraction: Rational?)
    case operation(any GraphOperator, arguments: [Int])
  }

  public struct Node: Sendable {
    public let kind: Kind
    public let shape: [Int]
    /// The operator's name, or the file's.
    public let name: String
  }

  /// In an order in which arguments come first.
  public private(set) var nodes: [Node] = []
  /// Whether each node's value can change: the complement of Z in Algorithm 1.
  public private(set) var dependsOnInput: [Bool] = []
  /// The node whose value is the function's.
  public private(set) var output = 0

  /// - Parameter shape: the input's.
  public init(inputShape shape: [Int]) {
    append(Node(kind: .input, shape: shape, name: "input"))
  }

  /// Appends a constant; the output from now on.
  @discardableResult
  public mutating func constant(_ value: Tensor, fraction: Rational? = nil, name: String = "constant") -> Int
  {
    append(Node(kind: .constant(value, fraction: fraction), shape: value.shape, name: name))
  }

  /// Appends an operation; the output from now on.
  ///
  /// - Throws: `GraphError` where the arguments' shapes do not go together.
  @discardableResult
  public mutating func apply(
    _ operation: any GraphOperator, to arguments: [Int], name: String? = nil
  ) throws(GraphError) -> Int {
    precondition(arguments.allSatisfy(nodes.indices.contains))
    let shape = try operation.shape(of: arguments.map { nodes[$0].shape })
    return append(
      Node(
        kind: .operation(operation, arguments: arguments), shape: shape, name: name ?? operation.name))
  }

  /// Makes an earlier node the output.
  public mutating func select(output node: Int) {
    precondition(nodes.indices.contains(node))
    output = node
  }

  @discardableResult
  private mutating func append(_ node: Node) -> Int {
    nodes.append(node)
    switch node.kind {
    case .input: dependsOnInput.append(true)
    case .constant: dependsOnInput.append(false)
    case .operation(_, let arguments): dependsOnInput.append(arguments.contains { dependsOnInput[$0] })
    }
    output = nodes.count - 1
    return output
  }

  /// Gives a constant another value of the same shape.
  public mutating func replace(constant node: Int, with value: Tensor) {
    guard case .constant = nodes[node].kind, nodes[node].shape == value.shape else {
      preconditionFailure("node \(node) is no constant of the shape \(value.shape)")
    }
    nodes[node] = Node(kind: .constant(value, fraction: nil), shape: value.shape, name: nodes[node].name)
  }

  /// The fraction that a constant node is, where it is one that no double need be.
  func fraction(_ node: Int) -> Rational? {
    guard case .constant(_, let fraction) = nodes[node].kind else { return nil }
    return fraction
  }

  // MARK: Values and derivatives

  /// The values of all nodes at x.
  public func values(at x: Tensor) -> [Tensor] {
    precondition(x.shape == nodes[0].shape)
    var values: [Tensor] = []
    values.reserveCapacity(nodes.count)
    for node in nodes {
      switch node.kind {
      case .input: values.append(x)
      case .constant(let value, _): values.append(value)
      case .operation(let operation, let arguments):
        values.append(operation.forward(arguments.map { values[$0] }))
      }
    }
    return values
  }

  /// f(x).
  public func callAsFunction(_ x: Tensor) -> Tensor { values(at: x)[output] }

  /// Jᵀ · cotangent at x, by reverse accumulation; at a kink the derivative of one side.
  public func vectorJacobianProduct(at x: Tensor, cotangent: Tensor) -> Tensor {
    vectorJacobianProduct(values(at: x), cotangent: cotangent)
  }

  /// The same where all values are known.
  func vectorJacobianProduct(_ values: [Tensor], cotangent: Tensor) -> Tensor {
    gradients(by: [0], values, cotangent: cotangent)[0]
  }

  /// The gradients of ⟨cotangent, f⟩ by the input or by constants, by one reverse accumulation; at a kink the derivative of one side.
  ///
  /// - Parameters:
  ///   - sources: the input (0) or constant nodes, each once.
  ///   - values: of all nodes, as `values(at:)` has them.
  /// - Returns: a tensor of its node's shape for each source.
  public func gradients(by sources: [Int], _ values: [Tensor], cotangent: Tensor) -> [Tensor] {
    precondition(cotangent.shape == nodes[output].shape)
    var isSought = [Bool](repeating: false, count: nodes.count)
    for source in sources { isSought[source] = true }
    for (index, node) in nodes.enumerated() {
      if case .operation(_, let arguments) = node.kind {
        isSought[index] = arguments.contains { isSought[$0] }
      }
    }
    var cotangents = [Tensor?](repeating: nil, count: nodes.count)
    cotangents[output] = cotangent
    for (index, node) in nodes.enumerated().reversed() where isSought[index] {
      guard case .operation(let operation, let arguments) = node.kind, let own = cotangents[index] else {
        continue
      }
      cotangents[index] = nil
      for (place, argument) in arguments.enumerated() where isSought[argument] {
        let part = operation.adjoint(place, arguments.map { values[$0] }, values[index], cotangent: own)
        cotangents[argument] = Tensor.sum([cotangents[argument], part].compactMap(\.self), shape: part.shape)
      }
    }
    return sources.map { cotangents[$0] ?? Tensor(repeating: 0, shape: nodes[$0].shape) }
  }

  /// The ranges of all nodes where the input lies in one.
  public func ranges(over input: TensorRange) -> [TensorRange] {
    precondition(input.shape == nodes[0].shape)
    var ranges: [TensorRange] = []
    for node in nodes {
      switch node.kind {
      case .input: ranges.append(input)
      case .constant(let value, let fraction): ranges.append(TensorRange(value, fraction: fraction))
      case .operation(let operation, let arguments):
        ranges.append(operation.range(arguments.map { ranges[$0] }))
      }
    }
    return ranges
  }
}

extension TensorRange {
  /// A constant: of a fraction that is no double, the doubles beside it.
  fileprivate init(_ value: Tensor, fraction: Rational?) {
    guard let fraction, fraction.exactDouble == nil, let number = value.elements.first else {
      self.init(value)
      return
    }
    self.init(shape: value.shape, lower: [number.nextDown], upper: [number.nextUp])
  }
}
