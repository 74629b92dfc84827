import Foundation
import HeapModule

/// The open nodes of a best-first branch and bound, and the workers that share them:
///
///     until no open node may matter and no worker is busy:
///       take the node with the largest bound; expand it; put its children back
///
/// One worker runs on the caller's thread and repeats node by node; several share the pool under one lock, which is held
/// for a heap operation a node.
///
/// `@unchecked Sendable`: every stored variable is read and written under `condition`.
public final class NodePool<Node: TreeNode>: @unchecked Sendable {
  private struct Entry: Comparable {
    let node: Node
    let serial: Int

    static func < (a: Entry, b: Entry) -> Bool {
      if a.node.bound != b.node.bound { return a.node.bound < b.node.bound }
      return Node.prefersYoungest ? a.serial < b.serial : a.serial > b.serial
    }
    static func == (a: Entry, b: Entry) -> Bool { a.serial == b.serial }
  }

  /// What a search tells its pool.
  public struct Rules: Sendable {
    /// Whether a part may still matter; of two parts, the one with the larger bound does if the other does.
    public let isOpen: @Sendable (Node) -> Bool
    /// Asked before each node.
    public let shouldStop: @Sendable () -> Bool
    /// Called with the node taken and how many others are open.
    public let willExpand: @Sendable (_ node: Node, _ open: Int) -> Void
    /// Writes the open nodes with their serial numbers to a file.
    public var save: (@Sendable (_ nodes: [(serial: Int, node: Node)]) -> Void)?

    public init(
      isOpen: @escaping @Sendable (Node) -> Bool, shouldStop: @escaping @Sendable () -> Bool,
      willExpand: @escaping @Sendable (Node, Int) -> Void = { _, _ in }
    ) {
      self.isOpen = isOpen
      self.shouldStop = shouldStop
      self.willExpand = willExpand
    }
  }

  /// Expands a node into the children that may matter. An expansion is never abandoned: when the search must stop, it
  /// returns children with the bounds it has.
  public typealias Expand = (Node) -> [Node]
  public typealias Work = (_ isUsable: () -> Bool, _ expand: Expand) -> Void

  private let settings: TreeSettings
  private let rules: Rules
  private let condition = NSCondition()
  private var queue = Heap<Entry>()
  private var busy: [Int: Entry] = [:]
  private var nextSerial = 0
  private var bytes = 0
  private var hasEnded = false
  private var overflowed = false
  private var nextSave = ContinuousClock.now

  public init(settings: TreeSettings, rules: Rules) {
    self.settings = settings
    self.rules = rules
    nextSave += .seconds(settings.checkpoint?.interval ?? 0)
  }

  /// The largest bound among the open nodes; nil where there are none.
  public var openBound: Double? { locked { queue.max?.node.bound } }

  /// The open nodes, in no order.
  public var open: [Node] { locked { queue.unordered.map(\.node) } }

  /// Whether the search ended because its nodes took more memory than allowed.
  public var ranOutOfMemory: Bool { locked { overflowed } }

  /// Adds nodes with new serial numbers.
  public func insert(_ nodes: [Node]) { locked { add(nodes) } }

  /// Adds nodes of an earlier run under their old serial numbers.
  public func restore(_ nodes: [(serial: Int, node: Node)]) {
    locked {
      for (serial, node) in nodes {
        nextSerial = max(nextSerial, serial)
        bytes += node.footprint
        queue.insert(Entry(node: node, serial: serial))
      }
    }
  }

  /// Runs to the end.
  ///
  /// - Parameter worker: called once on each worker's own thread; sets up what belongs to that thread, and hands
  ///   `work` the way to expand a node. It may do so again and again: `work` returns early once its `isUsable` is false.
  public func run(_ worker: @escaping @Sendable (_ work: Work) -> Void) {
    // From the first moment on there is something to resume.
    rules.save?(locked { openNodes })
    if settings.threads == 1 {
      worker(work(while:_:))
    } else {
      let group = DispatchGroup()
      for _ in 0..<settings.threads {
        group.enter()
        let thread = Thread {
          worker(self.work(while:_:))
          group.leave()
        }
        // As much as the main thread has.
        thread.stackSize = 8 << 20
        thread.start()
      }
      group.wait()
    }
    rules.save?(locked { openNodes })
  }

  private func work(while isUsable: () -> Bool, _ expand: Expand) {
    while isUsable(), let entry = take() {
      let children = expand(entry.node)
      locked {
        busy[entry.serial] = nil
        add(children)
        condition.broadcast()
      }
    }
  }

  /// The next node; nil once the search has ended.
  private func take() -> Entry? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      saveIfDue()
      if hasEnded || overflowed || rules.shouldStop() { break }
      if let top = queue.max, rules.isOpen(top.node) {
        queue.removeMax()
        bytes -= top.node.footprint
        busy[top.serial] = top
        rules.willExpand(top.node, queue.count)
        return top
      }
      if busy.isEmpty { break }
      // A busy worker may bring new nodes. The limits are looked at now and then, too.
      _ = condition.wait(until: Date(timeIntervalSinceNow: 0.1))
    }
    hasEnded = true
    condition.broadcast()
    return nil
  }

  private func add(_ nodes: [Node]) {
    for node in nodes {
      nextSerial += 1
      // Half of the room is kept for light nodes.
      let fits = bytes + node.footprint <= settings.memoryLimit / 2
      let kept = fits ? node : node.lightened
      bytes += kept.footprint
      if bytes > settings.memoryLimit { overflowed = true }
      queue.insert(Entry(node: kept, serial: nextSerial))
    }
  }

  private func saveIfDue() {
    guard let save = rules.save, let plan = settings.checkpoint,
      ContinuousClock.now >= nextSave
    else { return }
    let start = ContinuousClock.now
    save(openNodes)
    // Large trees are saved less often: at most a twentieth of the time goes into it.
    let pause = max(.seconds(plan.interval), (ContinuousClock.now - start) * 20)
    nextSave = ContinuousClock.now + pause
  }

  /// The open nodes, with those that workers have not finished.
  private var openNodes: [(serial: Int, node: Node)] {
    (queue.unordered + busy.values).map { ($0.serial, $0.node) }.sorted { $0.serial < $1.serial }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    condition.lock()
    defer { condition.unlock() }
    return body()
  }
}
