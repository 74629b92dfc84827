import BigInt
import ExactArithmetic
import TreeSearch

/// A node of a search over spins.
protocol SpinNode: TreeNode {
  /// No spins of this part have more energy.
  var energyBound: Int128 { get }
}

/// One branch and bound over spins, from its root or from a checkpoint, to its end or a limit; whatever relaxation its nodes
/// are bounded by.
struct SpinTree<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  let form: SpinForm<Scalar>
  let limits: SearchLimits
  let incumbent: SpinIncumbent<Scalar>
  let settings: QuadraticSettings

  /// - Parameters:
  ///   - isOpen: whether a part may hold something better.
  ///   - isValid: whether a node read from a file is one of this problem.
  ///   - root: finds first spins and bounds the root.
  ///   - close: called with each node that is open at the end.
  ///   - worker: as `NodePool.run` has it.
  /// - Returns: An upper bound on E over all that was not enumerated; nil where everything was. E is at most the larger
  ///   of this and the incumbent's energy.
  func run<Node: SpinNode>(
    _ engine: QuadraticEngine, goal: Scalar?, isOpen: @escaping @Sendable (Node) -> Bool,
    isValid: (Node) -> Bool, root: () -> [Node], close: (Node) -> Void,
    worker: @escaping @Sendable (_ work: NodePool<Node>.Work) -> Void
  ) throws -> Int128? {
    typealias Header = SpinCheckpointHeader<Scalar>
    let (form, limits, incumbent) = (form, limits, incumbent)
    let writer = try settings.tree.checkpoint.map {
      try CheckpointWriter<Header, Node>(
        $0, question: form.fingerprint(engine: engine, goal: goal, relativeGap: settings.relativeGap))
    }
    var rules = NodePool<Node>.Rules(
      isOpen: isOpen,
      shouldStop: { incumbent.isDone || limits.shouldStop() },
      willExpand: { node, open in
        limits.report(
          form.unit * Rational(BigInt(incumbent.energy)),
          form.unit * Rational(BigInt(form.roundedDown(clamping: node.energyBound))), open: open)
      })
    if let writer { rules.save = { writer.write(Header(incumbent.state, limits), $0) } }
    let pool = NodePool(settings: settings.tree, rules: rules)
    if let writer, let saved = try writer.resumed(isValid: isValid) {
      try incumbent.resume(saved.header, file: writer.file)
      limits.resume(saved.header.statistics, seconds: saved.header.seconds)
      pool.restore(saved.nodes)
    } else {
      pool.insert(root())
    }
    pool.run(worker)
    for warning in writer?.warnings ?? [] { limits.warn(warning) }
    if let violation = incumbent.state.violation { throw violation }
    if pool.ranOutOfMemory { limits.end(.memory) }
    if settings.proof != nil { for node in pool.open { close(node) } }
    return ([incumbent.state.settled] + pool.open.map(\.energyBound)).compactMap { $0 }.max()
  }
}
