import Foundation
import Synchronization

/// Reads the checkpoint that one search resumes, writes its own, and remembers the first failure: the search goes on, and its
/// result says so.
public final class CheckpointWriter<Header: Codable & Sendable, Node: TreeNode>: Sendable {
  /// Bytes of nodes beyond which warm starts are left out of the file.
  private static var roomForWarmStarts: Int { 128 << 20 }

  public let file: String
  private let resumes: Bool
  private let question: String
  private let firstFailure = Mutex<CheckpointError?>(nil)
  private let startedAfresh = Mutex(false)

  /// - Throws: `CheckpointError` where the file cannot be written, or holds what would be lost: anything that is no
  ///   checkpoint, and a checkpoint that is not resumed.
  public init(_ plan: CheckpointPlan, question: String) throws(CheckpointError) {
    file = plan.file
    resumes = plan.resumes
    self.question = question
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    guard !file.isEmpty, FileManager.default.isWritableFile(atPath: folder) else {
      throw CheckpointError(
        "\(file): the checkpoint could not be written; give a file in a folder that can be written to")
    }
    guard let kind = try? FileManager.default.attributesOfItem(atPath: file)[.type] as? FileAttributeType
    else {
      return
    }
    guard kind == .typeRegular, Checkpoint<Header, Node>.isCheckpoint(file) else {
      throw CheckpointError("\(file): exists and is no checkpoint; give the name of a new file")
    }
    guard plan.resumes else {
      throw CheckpointError(
        "\(file): a checkpoint exists already; --resume goes on from it, or remove it first")
    }
  }

  public var failure: CheckpointError? { firstFailure.withLock { $0 } }

  /// What the search's result must say of its checkpoints.
  public var warnings: [String] {
    let fresh = startedAfresh.withLock { $0 } ? ["\(file): no checkpoint yet; the search started afresh"] : []
    return fresh + (failure.map { ["\($0)"] } ?? [])
  }

  /// What to go on from; nil where nothing was asked for, or is there yet.
  ///
  /// - Parameter isValid: whether a node is one of this search's.
  /// - Throws: `CheckpointError` where the file is damaged or belongs to another search.
  public func resumed(isValid: (Node) -> Bool) throws(CheckpointError) -> Checkpoint<Header, Node>? {
    guard resumes else { return nil }
    let saved = try Checkpoint<Header, Node>.read(file, question: question, isValid: isValid)
    if saved == nil { startedAfresh.withLock { $0 = true } }
    return saved
  }

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
