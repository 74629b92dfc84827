/// Makes chordless cycles of closed walks with an odd number of F-edges.
struct CycleShortening {
  private let graph: CutGraph
  /// The place of a vertex on the walk at hand; -1 elsewhere.
  private var place: [Int32]

  init(_ graph: CutGraph) {
    self.graph = graph
    place = [Int32](repeating: -1, count: graph.vertices)
  }

  /// A simple cycle: term k joins vertices k and k + 1.
  private struct Cycle {
    var vertices: [Int]
    var terms: [Int32]
  }

  /// A chordless odd cycle that x violates by at least half a violation for every chord met, of a closed walk whose terms
  /// cost less than 1. Nil where rounding makes the walk no odd cycle at all.
  mutating func chordless(start: Int, walk: [Int32], _ x: [Double]) -> OddCycleInequality? {
    guard var cycle = simple(start: start, walk: walk), cycle.terms.count >= 3 else { return nil }
    while let shorter = split(cycle, x) { cycle = shorter }
    return OddCycleInequality(terms: cycle.terms)
  }

  /// The first simple cycle with an odd number of F-edges; even ones are cut out of the walk.
  private mutating func simple(start: Int, walk: [Int32]) -> Cycle? {
    var vertices = [start]
    var terms: [Int32] = []
    /// Whether an odd number of F-edges lies before vertex k.
    var isOdd = [false]
    place[start] = 0
    defer { for vertex in vertices { place[vertex] = -1 } }
    for term in walk {
      let edge = graph.edges[OddCycleInequality.edge(term)]
      let last = vertices[vertices.count - 1]
      let next = edge.tail == last ? edge.head : edge.tail
      let parity = isOdd[isOdd.count - 1] != OddCycleInequality.isInF(term)
      terms.append(term)
      let begin = Int(place[next])
      if begin < 0 {
        place[next] = Int32(vertices.count)
        vertices.append(next)
        isOdd.append(parity)
      } else if parity != isOdd[begin] {
        return Cycle(vertices: Array(vertices[begin...]), terms: Array(terms[begin...]))
      } else {
        for vertex in vertices[(begin + 1)...] { place[vertex] = -1 }
        vertices.removeSubrange((begin + 1)...)
        isOdd.removeSubrange((begin + 1)...)
        terms.removeSubrange(begin...)
      }
    }
    return nil
  }

  /// The inequality of a cycle with a chord is the sum of those of its two parts, each closed by the chord: the more
  /// violated of these is violated at least half as much. Nil where no chord is left.
  private mutating func split(_ cycle: Cycle, _ x: [Double]) -> Cycle? {
    let n = cycle.vertices.count
    guard n > 3 else { return nil }
    for (k, vertex) in cycle.vertices.enumerated() { place[vertex] = Int32(k) }
    defer { for vertex in cycle.vertices { place[vertex] = -1 } }
    for (i, vertex) in cycle.vertices.enumerated() {
      for arc in graph.arcs[vertex] {
        let j = Int(place[arc.vertex])
        guard j > i + 1, j - i < n - 1 else { continue }
        let inner = cycle.terms[i..<j]
        let isOdd = inner.reduce(0) { $0 + $1 & 1 } & 1 == 1
        // With the chord both parts have an odd number of F-edges.
        let innerTerms = Array(inner) + [OddCycleInequality.term(arc.edge, inF: !isOdd)]
        let outerTerms =
          Array(cycle.terms[j...]) + Array(cycle.terms[..<i]) + [
            OddCycleInequality.term(arc.edge, inF: isOdd)
          ]
        func cost(_ terms: [Int32]) -> Double { terms.reduce(0) { $0 + OddCycleInequality.cost($1, x) } }
        return cost(innerTerms) <= cost(outerTerms)
          ? Cycle(vertices: Array(cycle.vertices[i...j]), terms: innerTerms)
          : Cycle(vertices: Array(cycle.vertices[j...]) + Array(cycle.vertices[...i]), terms: outerTerms)
      }
    }
    return nil
  }
}
