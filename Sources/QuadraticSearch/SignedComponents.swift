/// Which vertices are known to be equal, and which opposite: union-find with parity. Nearly O(1) amortised a call.
struct SignedComponents: Sendable {
  private var parent: [Int32]
  /// Whether a vertex differs from its parent.
  private var differs: [Bool]

  init(vertices: Int) {
    parent = (0..<Int32(vertices)).map { $0 }
    differs = [Bool](repeating: false, count: vertices)
  }

  /// The vertex that stands for v's component, and whether v differs from it.
  mutating func root(_ v: Int) -> (root: Int, differs: Bool) {
    var root = v
    var parity = false
    while Int(parent[root]) != root {
      parity = parity != differs[root]
      root = Int(parent[root])
    }
    // The path now points to the root.
    var vertex = v
    var rest = parity
    while vertex != root {
      let next = Int(parent[vertex])
      let step = differs[vertex]
      parent[vertex] = Int32(root)
      differs[vertex] = rest
      rest = rest != step
      vertex = next
    }
    return (root, parity)
  }

  /// Whether u and v differ; nil where that is open.
  mutating func relation(_ u: Int, _ v: Int) -> Bool? {
    let (a, b) = (root(u), root(v))
    return a.root == b.root ? a.differs != b.differs : nil
  }

  /// - Returns: whether this was news; where the relation is known already, it stays as it is.
  @discardableResult
  mutating func join(_ u: Int, _ v: Int, differ: Bool = false) -> Bool {
    let (a, b) = (root(u), root(v))
    if a.root == b.root {
      precondition((a.differs != b.differs) == differ)
      return false
    }
    parent[a.root] = Int32(b.root)
    differs[a.root] = (a.differs != b.differs) != differ
    return true
  }
}
