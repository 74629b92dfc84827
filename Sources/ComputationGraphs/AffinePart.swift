import ExactArithmetic
public import LinearAlgebra

/// The linear part of how one node depends on another through affine operations only: all paths between them, added up.
struct AffinePart: LinearOperator {
  struct Member {
    let node: Int
    let operation: any GraphOperator
    let arguments: [Int]
    /// Constants' values; zeros elsewhere, on which the derivative of an affine operation does not depend.
    let values: [Tensor]
  }

  let graph: ComputationGraph
  let source: Int
  let target: Int
  /// In order; the target is the last. Empty where the source is the target.
  let members: [Member]

  var inputCount: Int { graph.nodes[source].shape.reduce(1, *) }
  var outputCount: Int { graph.nodes[target].shape.reduce(1, *) }

  func apply(_ x: [Double]) -> [Double] {
    var tangents = [source: Tensor(shape: graph.nodes[source].shape, elements: x)]
    for member in members {
      tangents[member.node] = member.operation.differential(
        member.values, member.arguments.map { tangents[$0] })
    }
    return tangents[target]?.elements ?? [Double](repeating: 0, count: outputCount)
  }

  func applyTransposed(_ y: [Double]) -> [Double] {
    let inside = Set(members.map(\.node) + [source])
    var cotangents = [target: Tensor(shape: graph.nodes[target].shape, elements: y)]
    for member in members.reversed() {
      guard let own = cotangents.removeValue(forKey: member.node) else { continue }
      for (place, argument) in member.arguments.enumerated() where inside.contains(argument) {
        let part = member.operation.adjoint(place, member.values, own, cotangent: own)
        cotangents[argument] = Tensor.sum([cotangents[argument], part].compactMap(\.self), shape: part.shape)
      }
    }
    return cotangents[source]?.elements ?? [Double](repeating: 0, count: inputCount)
  }

  /// The part's maps one after the other, where it is a chain of operations with linear maps of their own; nil elsewhere.
  func chain() -> [LinearMap]? { links()?.map(\.map) }

  /// Of a chain, its operations that are no isometries, each with the place of its argument: those of one key have one norm.
  func chainKey() -> [Int]? {
    links()?.flatMap { $0.map.isIsometry ? [] : [$0.node, $0.place] }
  }

  private func links() -> [(node: Int, place: Int, map: LinearMap)]? {
    var links: [(node: Int, place: Int, map: LinearMap)] = []
    var previous = source
    for member in members {
      let places = member.arguments.indices.filter { member.arguments[$0] == previous }
      // A member off the chain, or one that takes its argument twice.
      guard places.count == 1, let place = places.first,
        !member.arguments.enumerated().contains(where: { $0 != place && isInside($1) }),
        let map = member.operation.linearMap(place, member.linearArguments(graph))
      else { return nil }
      links.append((member.node, place, map))
      previous = member.node
    }
    return links
  }

  /// The multiple of the identity that the part is, where all its operations are multiples.
  func multiple() -> Rational? {
    var factors: [Int: Rational] = [source: 1]
    for member in members {
      var sum = Rational.zero
      for (place, argument) in member.arguments.enumerated() {
        guard let factor = factors[argument] else { continue }
        guard case .multiple(let own)? = member.operation.linearMap(place, member.linearArguments(graph))
        else {
          return nil
        }
        sum = sum + own * factor
      }
      factors[member.node] = sum
    }
    return factors[target]
  }

  private func isInside(_ node: Int) -> Bool { node == source || members.contains { $0.node == node } }

  /// The operations that change lengths, by name.
  var names: [String] { members.filter { !$0.isIsometry(graph) }.map { graph.nodes[$0.node].name } }
}

extension AffinePart.Member {
  fileprivate func linearArguments(_ graph: ComputationGraph) -> [LinearArgument] {
    zip(arguments, values).map { node, value in
      LinearArgument(
        shape: value.shape, value: graph.dependsOnInput[node] ? nil : value, fraction: graph.fraction(node))
    }
  }

  /// Whether the operation keeps all lengths, by its form.
  fileprivate func isIsometry(_ graph: ComputationGraph) -> Bool {
    let places = arguments.indices.filter { graph.dependsOnInput[arguments[$0]] }
    let linear = linearArguments(graph)
    // Several arguments without forms of their own are put together.
    return places.allSatisfy { operation.linearMap($0, linear)?.isIsometry ?? (places.count > 1) }
  }
}

extension ComputationGraph {
  /// The affine parts between what is not affine, in order: the operations that change norms, by name, the linear map, and its form
  /// where it is one map of a known one.
  public func affineParts() -> [(names: [String], map: any LinearOperator, form: LinearMap?)] {
    let structure = AffineStructure(self)
    return nodes.indices.filter { structure.isLast[$0] }.flatMap { node in
      structure.sources[node].sorted().map { source in
        let part = structure.part(from: source, to: node)
        let chain = part.chain().map(SimplifiedChain.init)
        return (
          part.names, part,
          chain?.maps.count == 1 ? chain?.maps.first : nil
        )
      }
    }
  }

  /// Entries of the matrices that the affine parts would have, were they dense: what lowering the graph to an MLP may cost. Stops counting
  /// far above what anybody would want.
  public var denseEntries: Int {
    let structure = AffineStructure(self)
    var sum = 0
    for index in nodes.indices where structure.isAffine[index] {
      let size = nodes[index].shape.reduce(1, *)
      for source in structure.sources[index] {
        let (entries, overflow) = size.multipliedReportingOverflow(by: nodes[source].shape.reduce(1, *))
        if overflow || sum > 1 << 40 { return .max }
        sum += entries
      }
    }
    return sum
  }
}

/// Which nodes depend on which through affine operations.
struct AffineStructure {
  let graph: ComputationGraph
  /// Values of all that is constant.
  private let constants: [Tensor?]
  /// Whether each node is an affine operation on the input.
  let isAffine: [Bool]
  /// For each node that depends on the input, the nearest nodes before it that are not affine: itself, where it is not.
  let sources: [Set<Int>]

  init(_ graph: ComputationGraph) {
    self.graph = graph
    var constants: [Tensor?] = []
    var isAffine: [Bool] = []
    var sources: [Set<Int>] = []
    for (index, node) in graph.nodes.enumerated() {
      switch node.kind {
      case .input:
        constants.append(nil)
        isAffine.append(false)
        sources.append([index])
      case .constant(let value, _):
        constants.append(value)
        isAffine.append(false)
        sources.append([])
      case .operation(let operation, let arguments):
        guard graph.dependsOnInput[index] else {
          constants.append(operation.forward(arguments.map { constants[$0] ?? Tensor(0) }))
          isAffine.append(false)
          sources.append([])
          continue
        }
        constants.append(nil)
        isAffine.append(operation.isAffine(arguments.map { !graph.dependsOnInput[$0] }))
        sources.append(
          isAffine[index] ? arguments.reduce(into: Set()) { $0.formUnion(sources[$1]) } : [index])
      }
    }
    self.constants = constants
    self.isAffine = isAffine
    self.sources = sources
  }

  /// Whether each node is the last of an affine part: something else takes it, or nothing.
  var isLast: [Bool] {
    var result = isAffine.indices.map { isAffine[$0] && $0 == graph.output }
    for node in graph.nodes.indices where !isAffine[node] {
      for argument in varying(node) where isAffine[argument] { result[argument] = true }
    }
    return result
  }

  /// The arguments of a node that depend on the input.
  func varying(_ node: Int) -> [Int] {
    guard case .operation(_, let arguments) = graph.nodes[node].kind else { return [] }
    return arguments.filter { graph.dependsOnInput[$0] }
  }

  /// How the target depends on the source through affine operations.
  func part(from source: Int, to target: Int) -> AffinePart {
    var needed: Set<Int> = []
    var open = source == target ? [] : [target]
    while let node = open.popLast() {
      guard isAffine[node], node != source, needed.insert(node).inserted else { continue }
      open += varying(node)
    }
    // What of it the source reaches.
    var reached: Set<Int> = [source]
    var members: [AffinePart.Member] = []
    for node in needed.sorted() {
      guard case .operation(let operation, let arguments) = graph.nodes[node].kind,
        arguments.contains(where: reached.contains)
      else { continue }
      reached.insert(node)
      members.append(
        AffinePart.Member(
          node: node, operation: operation, arguments: arguments,
          values: arguments.map { constants[$0] ?? Tensor.placeholder(graph.nodes[$0].shape) }))
    }
    return AffinePart(graph: graph, source: source, target: target, members: members)
  }
}

extension Tensor {
  /// Zeros, for a value that nothing depends on.
  fileprivate static func placeholder(_ shape: [Int]) -> Tensor { Tensor(repeating: 0, shape: shape) }
}
