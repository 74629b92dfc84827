import HeapModule

/// Maximisation by variable elimination (dynamic programming; Bertelè and Brioschi, "Nonserial Dynamic Programming",
/// 1972; bucket elimination, Dechter 1999), in integers.
///
///     for each spin v in elimination order:
///       m_v(neighbours) = max over s_v of  s_v (h_v + Σ c_vj s_j) + the tables that speak of v
///
/// A table has 2^width entries, width the number of later neighbours; the order is the greedy minimum degree one. Sparse
/// graphs of small treewidth (trees, cycles, grids up to a dozen across, 3-regular graphs of sixty vertices) are solved exactly.
struct VariableElimination<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  /// 2²⁴ entries of 8 bytes are 128 MB.
  static var widthLimit: Int { 24 }

  let form: SpinForm<Scalar>
  /// All spins, unless planning ended early.
  let order: [Int]
  /// The later neighbours of each eliminated spin, in the order of elimination.
  let scopes: [[Int]]
  /// The largest scope. Where planning ended because a scope was beyond the limit, that scope; the width of the whole
  /// order may be larger.
  let width: Int

  /// Whether every spin has its place: planning was neither stopped nor given up.
  var isComplete: Bool { order.count == form.spins }

  /// Plans the elimination; gives up at the first scope beyond `widthLimit`. O(m + n (log n + width²)).
  init(form: SpinForm<Scalar>, shouldStop: () -> Bool = { false }) {
    self.form = form
    var adjacency = form.neighbours.map { Set($0.map(\.spin)) }
    // Every open spin is in here with its degree; entries of older degrees are passed over.
    var queue = Heap(adjacency.indices.map { Candidate(degree: adjacency[$0].count, spin: $0) })
    var isOpen = [Bool](repeating: true, count: form.spins)
    var order: [Int] = []
    var scopes: [[Int]] = []
    var width = 0
    while let next = Self.take(&queue, adjacency, isOpen) {
      width = max(width, next.degree)
      if width > Self.widthLimit || shouldStop() { break }
      let v = next.spin
      let scope = adjacency[v].sorted()
      for a in scope {
        adjacency[a].remove(v)
        adjacency[a].formUnion(scope)
        adjacency[a].remove(a)
        queue.insert(Candidate(degree: adjacency[a].count, spin: a))
      }
      adjacency[v] = []
      isOpen[v] = false
      order.append(v)
      scopes.append(scope)
    }
    self.order = order
    self.scopes = scopes
    self.width = width
  }

  private struct Candidate: Comparable {
    let degree: Int
    let spin: Int

    static func < (a: Candidate, b: Candidate) -> Bool { (a.degree, a.spin) < (b.degree, b.spin) }
  }

  /// Of the first 32 spins of minimum degree the one that adds the fewest edges.
  private static func take(
    _ queue: inout Heap<Candidate>, _ adjacency: [Set<Int>], _ isOpen: [Bool]
  ) -> Candidate? {
    var best: (candidate: Candidate, fill: Int)?
    var passedOver: [Candidate] = []
    var seen = 0
    while seen < 32, let next = queue.min, best.map({ $0.candidate.degree == next.degree }) ?? true {
      queue.removeMin()
      guard isOpen[next.spin], adjacency[next.spin].count == next.degree else { continue }
      if let last = best?.candidate, last == next { continue }
      seen += 1
      guard next.degree <= widthLimit else { return next }
      let fill = fill(next.spin, adjacency)
      if let old = best, old.fill <= fill {
        passedOver.append(next)
      } else {
        if let old = best { passedOver.append(old.candidate) }
        best = (next, fill)
      }
      if fill == 0 { break }
    }
    for candidate in passedOver { queue.insert(candidate) }
    return best?.candidate
  }

  private struct Table {
    /// Bit k of an index is spin `scope[k]`, 1 for +1.
    let scope: [Int]
    let values: [Scalar]
  }

  /// - Parameters:
  ///   - entries: counts the table entries computed.
  ///   - shouldStop: asked before each table, with the count that it would lead to.
  /// - Returns: nil where `shouldStop` ended it.
  func maximum(
    entries: inout Int, shouldStop: (_ entries: Int) -> Bool = { _ in false }
  ) -> (energy: Scalar, spins: [Int8])? {
    var waiting = [[Table]](repeating: [], count: form.spins)
    var choices: [[UInt64]] = []
    var constant: Scalar = 0
    entries = 0
    var position = [Int](repeating: 0, count: form.spins)
    for (step, v) in order.enumerated() { position[v] = step }
    for (step, v) in order.enumerated() {
      if shouldStop(entries + 1 << scopes[step].count) { return nil }
      let (table, choice) = eliminate(v, scope: scopes[step], tables: waiting[v])
      waiting[v] = []
      entries += table.values.count
      choices.append(choice)
      if let next = table.scope.min(by: { position[$0] < position[$1] }) {
        waiting[next].append(table)
      } else {
        constant += table.values[0]
      }
    }
    var spins = [Int8](repeating: 1, count: form.spins)
    for (step, v) in order.enumerated().reversed() {
      var index = 0
      for (bit, spin) in scopes[step].enumerated() where spins[spin] > 0 { index |= 1 << bit }
      spins[v] = choices[step][index >> 6] >> UInt64(index & 63) & 1 == 1 ? 1 : -1
    }
    return (constant, spins)
  }

  private func eliminate(_ v: Int, scope: [Int], tables: [Table]) -> (table: Table, choice: [UInt64]) {
    let count = 1 << scope.count
    // The coupling of v to each spin of the scope, and for each table the bit it gives that spin.
    var coupling = [Scalar](repeating: 0, count: scope.count)
    for neighbour in form.neighbours[v] {
      if let bit = scope.firstIndex(of: neighbour.spin) { coupling[bit] = neighbour.coupling }
    }
    let bits = tables.map { table in
      scope.map { spin in table.scope.firstIndex(of: spin).map { 1 << $0 } ?? 0 }
    }
    let own = tables.map { table in table.scope.firstIndex(of: v).map { 1 << $0 } ?? 0 }
    var indices = [Int](repeating: 0, count: tables.count)
    var local = coupling.reduce(form.fields[v]) { $0 - $1 }
    var values = [Scalar](repeating: 0, count: count)
    var choice = [UInt64](repeating: 0, count: (count + 63) / 64)
    var index = 0
    for code in 0..<count {
      if code > 0 {
        let bit = code.trailingZeroBitCount
        index ^= 1 << bit
        local += index >> bit & 1 == 1 ? 2 * coupling[bit] : -2 * coupling[bit]
        for t in tables.indices { indices[t] ^= bits[t][bit] }
      }
      var up = local
      var down = -local
      for t in tables.indices {
        up += tables[t].values[indices[t] | own[t]]
        down += tables[t].values[indices[t]]
      }
      if up >= down {
        values[index] = up
        choice[index >> 6] |= 1 << UInt64(index & 63)
      } else {
        values[index] = down
      }
    }
    return (Table(scope: scope, values: values), choice)
  }
}

/// How many edges eliminating v would add.
private func fill(_ v: Int, _ adjacency: [Set<Int>]) -> Int {
  let scope = Array(adjacency[v])
  var missing = 0
  for (k, a) in scope.enumerated() {
    for b in scope[..<k] where !adjacency[a].contains(b) { missing += 1 }
  }
  return missing
}
