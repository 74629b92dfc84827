import HeapModule

/// Odd-cycle inequalities that a point x of the cube violates.
///
/// Cheap first: triangles and squares, then the cycles that edges close in a spanning forest of maximum weight |x - 1/2|.
/// Where these give few, the exact method of Barahona and Mahjoub 1986: in a graph with two copies of every vertex, an edge
/// of length x_e within each copy and of length 1 - x_e between them, a violated odd cycle through v is a path shorter than 1
/// from v to its copy. Edges with integral x are contracted first, so that only the fractional part is searched.
package struct OddCycleSeparation {
  private let graph: CutGraph
  private let short: ShortCycles
  private var shortening: CycleShortening

  package init(_ graph: CutGraph) {
    self.graph = graph
    short = ShortCycles(graph)
    shortening = CycleShortening(graph)
  }

  private struct Candidates {
    let x: [Double]
    let threshold: Double
    var violation: [OddCycleInequality: Double] = [:]

    mutating func offer(_ inequality: OddCycleInequality?) {
      guard let inequality else { return }
      let violation = inequality.violation(x)
      if violation > threshold { self.violation[inequality] = violation }
    }

    /// The most violated ones for their length that are not nearly parallel to one another.
    func selected(_ count: Int, edges: Int) -> [OddCycleInequality] {
      func depth(_ entry: (key: OddCycleInequality, value: Double)) -> Double {
        entry.value / Double(entry.key.terms.count).squareRoot()
      }
      let sorted = violation.sorted {
        let (a, b) = (depth($0), depth($1))
        return a != b ? a > b : $0.key.terms.lexicographicallyPrecedes($1.key.terms)
      }
      var chosen: [OddCycleInequality] = []
      var through = [[Int32]](repeating: [], count: edges)
      for (inequality, _) in sorted where chosen.count < count {
        var shared: [Int32: Int] = [:]
        for term in inequality.terms {
          for other in through[OddCycleInequality.edge(term)] { shared[other, default: 0] += 1 }
        }
        let isParallel = shared.contains { other, common in
          let sizes = inequality.terms.count * chosen[Int(other)].terms.count
          return Double(common) > OddCycleSeparation.parallelism * Double(sizes).squareRoot()
        }
        if isParallel { continue }
        for term in inequality.terms {
          through[OddCycleInequality.edge(term)].append(Int32(chosen.count))
        }
        chosen.append(inequality)
      }
      return chosen
    }
  }

  /// Two inequalities of one round may have at most this cosine.
  private static var parallelism: Double { 0.6 }

  /// - Returns: at most `count` inequalities of chordless cycles, each violated by more than `threshold`; none only if no
  ///   odd cycle is violated by more than that. O(n m log n).
  package mutating func violated(
    by point: [Double], threshold: Double, count: Int
  ) -> [OddCycleInequality] {
    let x = point.map { min(max($0, 0), 1) }
    var found = Candidates(x: x, threshold: threshold)
    short.violated(by: x, threshold: threshold) { found.offer(OddCycleInequality(terms: $0)) }
    closeForest(x, &found)
    if found.violation.count < count { searchPaths(x, &found) }
    return found.selected(count, edges: x.count)
  }

  private mutating func closeForest(_ x: [Double], _ found: inout Candidates) {
    let forest = SpanningForest(graph, heaviest: x)
    for (e, edge) in graph.edges.enumerated() where forest.edge[edge.tail] != e && forest.edge[edge.head] != e
    {
      // The edge's side is the one that makes the cycle odd.
      let differ = forest.differs[edge.tail] != forest.differs[edge.head]
      let term = OddCycleInequality.term(e, inF: !differ)
      var cost = OddCycleInequality.cost(term, x)
      guard cost < 1 - found.threshold else { continue }
      let path = forest.path(edge.tail, edge.head, x)
      for term in path { cost += OddCycleInequality.cost(term, x) }
      guard cost < 1 - found.threshold else { continue }
      found.offer(shortening.chordless(start: edge.tail, walk: path + [term], x))
    }
  }

  // MARK: The exact method

  /// Nodes 2v and 2v + 1 are the copies of root v of a tree of integral edges.
  private struct Link {
    let node: Int
    let length: Double
    /// The term, and the end of its edge in the tree that is left.
    let term: Int32
    let from: Int
  }

  private struct Reached: Comparable {
    let distance: Double
    let node: Int

    static func < (a: Reached, b: Reached) -> Bool { (a.distance, a.node) < (b.distance, b.node) }
  }

  private mutating func searchPaths(_ x: [Double], _ found: inout Candidates) {
    let isIntegral = x.map { $0 < 1e-9 || $0 > 1 - 1e-9 }
    let forest = SpanningForest(graph, x) { isIntegral[$0] }
    var links = [[Link]](repeating: [], count: 2 * graph.vertices)
    for (e, edge) in graph.edges.enumerated() where !isIntegral[e] {
      for inF in [false, true] {
        let term = OddCycleInequality.term(e, inF: inF)
        let length = OddCycleInequality.cost(term, x)
        let crosses = (forest.differs[edge.tail] != forest.differs[edge.head]) != inF
        let (a, b) = (forest.root[edge.tail], forest.root[edge.head])
        for side in 0...1 {
          let other = crosses ? 1 - side : side
          links[2 * a + side].append(Link(node: 2 * b + other, length: length, term: term, from: edge.tail))
          if a != b {
            links[2 * b + side].append(
              Link(node: 2 * a + other, length: length, term: term, from: edge.head))
          }
        }
      }
    }
    // An integral edge that contradicts its tree closes a cycle of length 0, which the heaviest forest has shown already.
    var distance = [Double](repeating: .infinity, count: links.count)
    var back = [Link?](repeating: nil, count: links.count)
    for start in 0..<graph.vertices where !links[2 * start].isEmpty {
      let walk = shortestOddWalk(from: start, links, &distance, &back, limit: 1 - found.threshold)
      guard let walk else { continue }
      let (first, terms) = expand(walk, forest, x)
      found.offer(shortening.chordless(start: first, walk: terms, x))
    }
  }

  /// The links of a shortest walk from one copy of `start` to the other, if shorter than `limit`, by Dijkstra's method as far as
  /// half the way: the other half mirrors it.
  private func shortestOddWalk(
    from start: Int, _ links: [[Link]], _ distance: inout [Double], _ back: inout [Link?], limit: Double
  ) -> [Link]? {
    var queue = Heap([Reached(distance: 0, node: 2 * start)])
    var settled: [Int] = []
    var touched = [2 * start]
    distance[2 * start] = 0
    defer {
      for node in touched {
        distance[node] = .infinity
        back[node] = nil
      }
    }
    var best = limit
    var meeting: (link: Link, node: Int)?
    while let next = queue.popMin(), next.distance < best / 2 {
      guard next.distance == distance[next.node] else { continue }
      settled.append(next.node)
      for link in links[next.node] {
        let length = next.distance + link.length
        // The way on from link.node is the mirrored way from its copy.
        let whole = length + distance[link.node ^ 1]
        if whole < best {
          best = whole
          meeting = (link, next.node)
        }
        guard length < distance[link.node], length <= best / 2 else { continue }
        if distance[link.node] == .infinity { touched.append(link.node) }
        distance[link.node] = length
        back[link.node] = Link(node: next.node, length: link.length, term: link.term, from: link.from)
        queue.insert(Reached(distance: length, node: link.node))
      }
    }
    guard let meeting else { return nil }
    func trace(_ node: Int) -> [Link] {
      var links: [Link] = []
      var node = node
      while let link = back[node] {
        links.append(link)
        node = link.node
      }
      return links
    }
    return trace(meeting.node).reversed() + [meeting.link] + trace(meeting.link.node ^ 1)
  }

  /// The closed walk in the graph: between two links the paths within the trees.
  private func expand(
    _ walk: [Link], _ forest: SpanningForest, _ x: [Double]
  ) -> (start: Int, terms: [Int32]) {
    func ends(_ term: Int32) -> (Int, Int) {
      let edge = graph.edges[OddCycleInequality.edge(term)]
      return (edge.tail, edge.head)
    }
    // Which end of each link's edge comes first: the one in the tree where the walk stands.
    var tree = forest.root[walk[0].from]
    var steps: [(from: Int, to: Int, term: Int32)] = []
    for link in walk {
      let (u, v) = ends(link.term)
      let isForward = forest.root[u] == tree
      steps.append(isForward ? (u, v, link.term) : (v, u, link.term))
      tree = forest.root[isForward ? v : u]
    }
    var terms: [Int32] = []
    for (k, step) in steps.enumerated() {
      terms.append(step.term)
      terms += forest.path(step.to, steps[(k + 1) % steps.count].from, x)
    }
    return (steps[0].from, terms)
  }
}
