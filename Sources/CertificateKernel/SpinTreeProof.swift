/// The proof that a part's energy is at most something: a tree of nodes, each what is left once some spins are tied together.
///
/// The part's couplings are divided by their greatest common divisor. Vertices are the part's spins, and the anchor last.
struct SpinTreeProof {
  struct Edge {
    let i: Int
    let j: Int
    let coupling: Int128
  }

  /// Vertices tied together are a class. A node has for each vertex 2 · (a vertex of its class), plus 1 where they are opposite.
  typealias Node = [Int32]

  /// The form's numbers of the part's spins, in rising order.
  let members: [Int]
  let anchor: Int
  /// What the couplings were divided by.
  let divisor: Int128
  let edges: [Edge]
  /// Real numbers are multiples of 2⁻ᵏ with this k.
  let shift: Int
  /// The values that the part can have are `remainder` modulo `step`.
  private let step: Int128
  private let remainder: Int128
  private var open: [Int: Node]
  private var nodes = 1
  private(set) var lastTaken = 0
  private(set) var level: Int128?
  /// The largest bound of a leaf; nil where there is none yet.
  private(set) var bound: Int128?

  /// - Parameters:
  ///   - place: for each of the form's spins its place among the members; -1 elsewhere. The anchor's is the last.
  ///   - wholeStep: the values of the whole form differ by multiples of this.
  init(_ form: SpinForm, members: [Int], place: [Int], wholeStep: Int128) {
    self.members = members
    anchor = members.count
    var divisor: Int128 = 0
    for spin in members {
      for c in form.couplings[spin].values { divisor = greatestCommonDivisor(divisor, c) }
    }
    divisor = max(divisor, 1)
    var edges: [Edge] = []
    var rows = [Int128](repeating: 0, count: members.count)
    var total: Int128 = 0
    var sum: Int128 = 0
    for (k, spin) in members.enumerated() {
      for (other, c) in form.couplings[spin].sorted(by: { $0.key < $1.key }) {
        let coupling = c / divisor
        rows[k] ^= coupling & 1
        guard place[other] > k else { continue }
        edges.append(Edge(i: k, j: place[other], coupling: coupling))
        total += abs(coupling)
        sum += coupling
      }
    }
    self.divisor = divisor
    self.edges = edges
    // Σ |c| 2ᵏ stays below 2¹²⁰.
    shift = max(0, min(56, 100 - (Int128.bitWidth - total.leadingZeroBitCount)))
    // Every value of the part is that of the whole for some assignment, less a constant.
    let own: Int128 = rows.contains(1) ? 2 : 4
    let inherited = wholeStep / greatestCommonDivisor(wholeStep, divisor)
    step = own / greatestCommonDivisor(own, inherited) * inherited
    remainder = sum
    open = [0: (0...Int32(members.count)).map { 2 * $0 }]
  }

  /// Nodes that no leaf and no branching has closed, in order.
  var openNodes: [Int] { open.keys.sorted() }

  mutating func setLevel(_ level: Int128) { self.level = level }

  // MARK: Steps

  /// The next node id, where it is open.
  mutating func takeNode(_ words: inout Words) throws(CertificateRejected) -> Node {
    let id = try words.index(below: nodes, "node")
    guard let node = open.removeValue(forKey: id) else { throw words.rejected("node \(id) is not open") }
    lastTaken = id
    return node
  }

  /// A leaf's bound, moved down to a value that the part can have.
  mutating func close(atMost bound: Int128, _ what: String, _ words: Words) throws(CertificateRejected) {
    let value = roundedDown(bound, remainder, step)
    if let level, value > level { throw words.rejected("\(what) \(value) exceeds the level \(level)") }
    self.bound = max(self.bound ?? value, value)
  }

  mutating func branch(_ node: Node, _ i: Int, _ j: Int, _ words: Words) throws(CertificateRejected) {
    guard node[i] >> 1 != node[j] >> 1 else {
      throw words.rejected("the two spins are tied already in this node")
    }
    for isEqual in [true, false] {
      open[nodes] = Self.tie(node, i, j, isEqual: isEqual)
      nodes += 1
    }
  }

  mutating func add(_ node: Node, as id: Int) { open[id] = node }

  /// Nil where the two are tied the other way.
  static func tie(_ node: Node, _ i: Int, _ j: Int, isEqual: Bool) -> Node? {
    let flip: Int32 = (node[i] & 1 != node[j] & 1) == isEqual ? 1 : 0
    if node[i] >> 1 == node[j] >> 1 { return flip == 0 ? node : nil }
    let (gone, kept) = (node[i] >> 1, node[j] >> 1)
    return node.map { $0 >> 1 == gone ? 2 * kept + (($0 & 1) ^ flip) : $0 }
  }

  // MARK: What is left of the form in a node

  /// Σ coefficient s_a s_b over classes, in multiples of 2⁻ᵏ.
  struct Rest {
    var constant: Int128 = 0
    /// a < b, vertices that stand for their classes; pairs may repeat until they are added up.
    var terms: [(pair: Int, coefficient: Int128)] = []
    let vertices: Int
    /// For each vertex that stands for a class, what its own pairs add to the constant.
    var within: [Int128]

    init(vertices: Int) {
      self.vertices = vertices
      within = [Int128](repeating: 0, count: vertices)
    }

    /// The same with each pair once, in order.
    mutating func addUp() {
      terms.sort { $0.pair < $1.pair }
      var sums: [(pair: Int, coefficient: Int128)] = []
      sums.reserveCapacity(terms.count)
      for term in terms {
        if let last = sums.last, last.pair == term.pair {
          sums[sums.count - 1].coefficient += term.coefficient
        } else {
          sums.append(term)
        }
      }
      terms = sums
    }

    mutating func add(_ node: Node, _ i: Int, _ j: Int, _ coefficient: Int128) {
      let (a, b) = (Int(node[i] >> 1), Int(node[j] >> 1))
      let signed = node[i] & 1 == node[j] & 1 ? coefficient : -coefficient
      if a == b {
        constant += signed
        within[a] += signed
      } else {
        terms.append((a < b ? a * vertices + b : b * vertices + a, signed))
      }
    }

    func coefficient(_ a: Int, _ b: Int) -> Int128 {
      let pair = min(a, b) * vertices + max(a, b)
      var (low, high) = (0, terms.count)
      while low < high {
        let middle = (low + high) / 2
        if terms[middle].pair < pair { low = middle + 1 } else { high = middle }
      }
      return low < terms.count && terms[low].pair == pair ? terms[low].coefficient : 0
    }

    /// The rest is at most this.
    var sumOfMagnitudes: Int128 { terms.reduce(constant) { $0 + abs($1.coefficient) } }
  }

  func rest(of node: Node) -> Rest {
    var rest = Rest(vertices: anchor + 1)
    rest.terms.reserveCapacity(edges.count)
    for edge in edges { rest.add(node, edge.i, edge.j, edge.coupling << Int128(shift)) }
    return rest
  }
}

/// The largest number up to `bound` that is `remainder` modulo `step`.
func roundedDown(_ bound: Int128, _ remainder: Int128, _ step: Int128) -> Int128 {
  let rest = (bound - remainder) % step
  return bound - (rest < 0 ? rest + step : rest)
}

func greatestCommonDivisor(_ a: Int128, _ b: Int128) -> Int128 {
  var (x, y) = (abs(a), abs(b))
  while y != 0 { (x, y) = (y, x % y) }
  return x
}
