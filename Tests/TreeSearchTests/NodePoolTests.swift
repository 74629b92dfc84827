import Foundation
import RandomNumbers
import Synchronization
import Testing
import TreeSearch

/// A tree whose best leaf is known: node (depth, path) has bound `limit - path-dependent loss`; leaves are at `depth`.
struct ToyNode: TreeNode, Equatable {
  let depth: Int
  let path: UInt64
  let bound: Double
  var isLight = false

  var footprint: Int { isLight ? 10 : 100 }
  var lightened: ToyNode { ToyNode(depth: depth, path: path, bound: bound, isLight: true) }
}

/// What the workers find.
final class ToyIncumbent: Sendable {
  private let state = Mutex((best: -1.0, visited: [UInt64]()))

  var best: Double { state.withLock { $0.best } }
  var visited: [UInt64] { state.withLock { $0.visited } }
  func offer(_ value: Double) { state.withLock { $0.best = max($0.best, value) } }
  func visit(_ node: ToyNode) { state.withLock { $0.visited.append(node.path << 8 | UInt64(node.depth)) } }
}

@Suite struct NodePoolTests {
  private static let depth = 9

  /// Losses are drawn from the node's own name.
  private static func loss(_ depth: Int, _ path: UInt64) -> Double {
    var random = SplitMix64(seed: path << 8 | UInt64(depth))
    return random.uniform()
  }

  private static func expand(_ node: ToyNode, _ incumbent: ToyIncumbent) -> [ToyNode] {
    incumbent.visit(node)
    return [0, 1].compactMap { (bit: UInt64) -> ToyNode? in
      let path = node.path << 1 | bit
      let bound = node.bound - loss(node.depth + 1, path)
      if node.depth + 1 == depth {
        incumbent.offer(bound)
        return nil
      }
      return bound > incumbent.best ? ToyNode(depth: node.depth + 1, path: path, bound: bound) : nil
    }
  }

  private static let root = ToyNode(depth: 0, path: 0, bound: 100)

  private static var bruteForce: Double {
    (0..<UInt64(1) << depth).map { leaf in
      (1...depth).reduce(100.0) { $0 - loss($1, leaf >> UInt64(depth - $1)) }
    }.max()!
  }

  private func pool(
    _ incumbent: ToyIncumbent, _ settings: TreeSettings, stopAfter limit: Int = .max,
    save: (@Sendable ([(serial: Int, node: ToyNode)]) -> Void)? = nil
  ) -> NodePool<ToyNode> {
    var rules = NodePool<ToyNode>.Rules(
      isOpen: { $0.bound > incumbent.best }, shouldStop: { incumbent.visited.count >= limit })
    rules.save = save
    return NodePool(settings: settings, rules: rules)
  }

  @Test("Any number of workers finds the best leaf; one repeats node by node", arguments: [1, 2, 3, 8])
  func workers(threads: Int) {
    var orders: [[UInt64]] = []
    for _ in 0..<3 {
      let incumbent = ToyIncumbent()
      let pool = pool(incumbent, TreeSettings(threads: threads))
      pool.insert([Self.root])
      pool.run { work in work({ true }) { Self.expand($0, incumbent) } }
      #expect(incumbent.best == Self.bruteForce)
      #expect((pool.openBound ?? 0) <= incumbent.best)
      #expect(Set(incumbent.visited).count == incumbent.visited.count, "no node twice")
      orders.append(incumbent.visited)
    }
    if threads == 1 { #expect(orders[0] == orders[1] && orders[1] == orders[2]) }
  }

  @Test("Stopped anywhere, the saved nodes hold all that is left", arguments: 1...30)
  func resume(limit: Int) throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let whole = ToyIncumbent()
    let undisturbed = pool(whole, TreeSettings())
    undisturbed.insert([Self.root])
    undisturbed.run { work in work({ true }) { Self.expand($0, whole) } }

    let incumbent = ToyIncumbent()
    let writer = try CheckpointWriter<Double, ToyNode>(CheckpointPlan(file: file), question: "toy")
    let first = pool(incumbent, TreeSettings(), stopAfter: limit) { writer.write(incumbent.best, $0) }
    first.insert([Self.root])
    first.run { work in work({ true }) { Self.expand($0, incumbent) } }
    #expect(writer.failure == nil)

    let saved = try #require(try Checkpoint<Double, ToyNode>.read(file, question: "toy") { _ in true })
    let rest = ToyIncumbent()
    rest.offer(saved.header)
    let second = pool(rest, TreeSettings())
    second.restore(saved.nodes)
    second.run { work in work({ true }) { Self.expand($0, rest) } }
    #expect(rest.best == Self.bruteForce)
    #expect(incumbent.visited + rest.visited == whole.visited)
    #expect(throws: CheckpointError.self) {
      try Checkpoint<Double, ToyNode>.read(file, question: "another") { _ in true }
    }
    #expect(throws: CheckpointError.self) {
      try Checkpoint<Double, ToyNode>.read(file, question: "toy") { _ in false }
    }
  }

  @Test("Beyond the memory limit nodes are lightened, then the search ends")
  func memory() {
    for (limit, mayEnd) in [(1 << 20, false), (2000, false), (35, true)] {
      let incumbent = ToyIncumbent()
      let pool = pool(incumbent, TreeSettings(memoryLimit: limit))
      pool.insert([Self.root])
      pool.run { work in work({ true }) { Self.expand($0, incumbent) } }
      #expect(pool.ranOutOfMemory == mayEnd, "\(limit)")
      // Nothing is lost: what is open may still hold the best leaf.
      #expect(max(incumbent.best, pool.openBound ?? 0) >= Self.bruteForce)
    }
  }

  @Test("Packed numbers come back bit by bit, and a damaged text does not trap")
  func packed() throws {
    let values = [0, -0.0, 1.5, .infinity, Double.leastNonzeroMagnitude, -.greatestFiniteMagnitude]
    var numbers = PackedNumbers(values)
    numbers.append(UInt64.max)
    let text = try JSONEncoder().encode(numbers)
    var back = try JSONDecoder().decode(PackedNumbers.self, from: text)
    #expect(back.nextArray()?.map(\.bitPattern) == values.map(\.bitPattern))
    #expect(back.next() == .max && back.next() == nil && back.nextArray() == nil)
    for length in 0..<numbers.bytes.count {
      let cut = Data(numbers.bytes.prefix(length)).base64EncodedString()
      var short = try JSONDecoder().decode(PackedNumbers.self, from: Data("\"\(cut)\"".utf8))
      #expect(short.nextArray() == nil || length >= 8 * (values.count + 1))
    }
  }
}
