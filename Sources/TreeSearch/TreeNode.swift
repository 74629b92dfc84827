/// A node of a best-first branch and bound: a part of the search space, as a value small enough to keep by the hundred
/// thousand.
public protocol TreeNode: Sendable, Codable {
  /// Nothing in this part is better than this.
  var bound: Double { get }
  /// About how many bytes of memory the node takes.
  var footprint: Int { get }
  /// The same part without what only saves time (warm starts).
  var lightened: Self { get }
  /// Whether of equal bounds the youngest node goes first; the oldest where not.
  static var prefersYoungest: Bool { get }
}

extension TreeNode {
  public static var prefersYoungest: Bool { false }
}

/// How a tree is searched, whatever its nodes are.
public struct TreeSettings: Sendable {
  /// Workers over open nodes. With one, runs of the same seed repeat node by node.
  public var threads: Int
  /// Bytes for open nodes. Beyond half of it new nodes go without their warm starts; if that does not suffice, the search
  /// stops.
  public var memoryLimit: Int
  public var checkpoint: CheckpointPlan?

  public init(threads: Int = 1, memoryLimit: Int = 4 << 30, checkpoint: CheckpointPlan? = nil) {
    precondition(threads >= 1)
    self.threads = threads
    self.memoryLimit = memoryLimit
    self.checkpoint = checkpoint
  }
}

/// Where a search saves its open nodes.
public struct CheckpointPlan: Sendable {
  public let file: String
  /// Seconds between two checkpoints; one more is written at the end, whatever ended the search.
  public var interval: Double
  /// Start from the file instead of the root; where there is none yet, from the root.
  public var resumes: Bool

  public init(file: String, interval: Double = 10, resumes: Bool = false) {
    self.file = file
    self.interval = interval
    self.resumes = resumes
  }
}

/// A search excluded a solution that it was told of: a defect of the search.
public struct TripwireViolation: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
