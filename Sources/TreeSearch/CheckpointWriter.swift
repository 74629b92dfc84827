import Synchronization

/// Writes the checkpoints of one search and remembers the first failure: a search whose work cannot be saved as asked stops.
public final class CheckpointWriter<Header: Codable & Sendable, Node: TreeNode>: Sendable {
  /// Bytes of nodes beyond which warm starts are left out of the file.
  private static var roomForWarmStarts: Int { 128 << 20 }

  private let file: String
  private let question: String
  private let firstFailure = Mutex<CheckpointError?>(nil)

  public init(_ plan: CheckpointPlan, question: String) {
    file = plan.file
    self.question = question
  }

  public var failure: CheckpointError? { firstFailure.withLock { $0 } }

  public func write(_ header: Header, _ nodes: [(serial: Int, node: Node)]) {
    let bytes = nodes.reduce(0) { $0 + $1.node.footprint }
    let saved = bytes <= Self.roomForWarmStarts ? nodes : nodes.map { ($0.serial, $0.node.lightened) }
    do throws(CheckpointError) {
      try Checkpoint(header: header, nodes: saved).write(to: file, question: question)
    } catch {
      firstFailure.withLock { $0 = $0 ?? error }
    }
  }
}
