import HeapModule

/// Whoever asks for a support search: keeps the incumbent, in whatever arithmetic, and the limits.
public protocol SupportSearchClient: AnyObject {
  /// Patterns with at most this value, in F, have no say in the answer.
  var cutoff: Double { get }
  /// A pattern that is better than all before, as computed.
  func offer(_ pattern: [Bool])
  /// A pattern that may exceed the cutoff. Of it no bound is left: the client evaluates it.
  func settle(_ pattern: [Bool])
  /// A part of the search space is done with; F is at most this there.
  func settle(bound: Double)
  /// A part of the search space is too small to be divided; F is at most this there.
  func settleThin(bound: Double)
  func shouldStop() -> Bool
  /// A box was divided.
  func visited(openBound: Double, open: Int)
}

/// Best-first branch and bound over boxes of the support direction, or cones of them (`SupportBox`).
///
///     while an open box's bound exceeds the cutoff:
///       take the one with the largest bound; halve it where the relaxation loses most
///       for both halves: drop those at or below the cutoff; where few units are undecided, try every completion
///
/// Cost: O(u r) a box with u undecided units. Exponential in the rank; in n, at fixed rank, the number of boxes depends
/// on how many cells of u come near the maximum.
///
/// Reference: support function and secants as above; Ferrez, Fukuda and Liebling, Solving the fixed rank convex quadratic
/// maximization in binary variables by a parallel zonotope construction algorithm, EJOR 2005, for the problem and for
/// enumeration, O(n^(r-1)), which this replaces.
public struct SupportSearch {
  private struct Node: Comparable {
    /// Ties are broken by age, so that runs repeat.
    let serial: Int
    let box: SupportBox

    static func < (a: Node, b: Node) -> Bool { (a.box.bound, -a.serial) < (b.box.bound, -b.serial) }
    static func == (a: Node, b: Node) -> Bool { a.serial == b.serial }
  }

  /// Boxes with at most so many undecided units are settled pattern by pattern.
  private static let completionLimit = 4
  /// An ascent starts from each of so many first boxes, afterwards from every 16th.
  private static let eagerAscents = 64

  private let form: SupportForm
  private let client: any SupportSearchClient
  private var queue = Heap<Node>()
  private var serial = 0
  private var best = -Double.infinity

  public init(_ form: SupportForm, client: any SupportSearchClient) {
    self.form = form
    self.client = client
  }

  /// Runs until nothing exceeds the client's cutoff, or a limit.
  ///
  /// - Returns: The largest bound still open; nil where nothing is.
  public mutating func run() -> Double? {
    for box in form.rootBoxes() { visit(box) }
    while let box = queue.max?.box, box.bound > client.cutoff, !client.shouldStop() {
      queue.removeMax()
      for half in form.expand(box) { visit(half) }
      client.visited(openBound: queue.max?.box.bound ?? client.cutoff, open: queue.count)
    }
    return queue.max?.box.bound
  }

  private mutating func visit(_ box: SupportBox) {
    serial += 1
    guard box.bound > client.cutoff else { return client.settle(bound: box.bound) }
    if serial <= Self.eagerAscents || serial % 16 == 0 { climb(from: box) }
    if box.undecided.count <= Self.completionLimit {
      let (patterns, rest) = form.completions(of: box, above: client.cutoff)
      if rest.isFinite { client.settle(bound: min(rest, box.bound)) }
      for pattern in patterns { client.settle(pattern) }
    } else if box.isDivisible {
      queue.insert(Node(serial: serial, box: box))
    } else {
      client.settleThin(bound: box.bound)
    }
  }

  private mutating func climb(from box: SupportBox) {
    let (pattern, value) = form.ascent(from: box.maximizer)
    guard value > best else { return }
    best = value
    client.offer(pattern)
  }
}
