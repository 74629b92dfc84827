/// The graph of an Ising problem, fields as edges to one more vertex, the anchor, whose spin is +1. With x_e = 1 on the
/// edges whose ends differ, and 0 on the others,
///
///     E = Σ w_e - 2 Σ w_e x_e
///
/// and the x of all spin assignments are the vertices of the cut polytope (Barahona and Mahjoub 1986).
package struct CutGraph: Sendable {
  package struct Edge: Sendable {
    package let tail: Int
    package let head: Int
    package let weight: Int128

    package init(_ tail: Int, _ head: Int, _ weight: Int128) {
      self.tail = tail
      self.head = head
      self.weight = weight
    }
  }

  struct Arc: Sendable {
    let vertex: Int
    let edge: Int
  }

  package let vertices: Int
  package let edges: [Edge]
  let arcs: [[Arc]]
  /// Σ w_e: the energy of equal spins.
  let sum: Int128
  /// Σ |w_e|.
  let absoluteSum: Int128

  /// No loops, and at most one edge between two vertices.
  package init(vertices: Int, edges: [Edge]) {
    self.vertices = vertices
    self.edges = edges
    var arcs = [[Arc]](repeating: [], count: vertices)
    for (number, edge) in edges.enumerated() {
      arcs[edge.tail].append(Arc(vertex: edge.head, edge: number))
      arcs[edge.head].append(Arc(vertex: edge.tail, edge: number))
    }
    self.arcs = arcs
    sum = edges.reduce(0) { $0 + $1.weight }
    absoluteSum = edges.reduce(0) { $0 + abs($1.weight) }
  }

  /// The anchor is the last vertex, where there are fields at all.
  init(_ form: SpinForm<some FixedWidthInteger & SignedInteger & Sendable>) {
    var edges: [Edge] = []
    for spin in 0..<form.spins {
      for neighbour in form.neighbours[spin] where neighbour.spin > spin && neighbour.coupling != 0 {
        edges.append(Edge(spin, neighbour.spin, Int128(neighbour.coupling)))
      }
      if form.fields[spin] != 0 { edges.append(Edge(spin, form.spins, Int128(form.fields[spin]))) }
    }
    self.init(vertices: form.spins + (form.hasFields ? 1 : 0), edges: edges)
  }

  /// The vertex of the cut polytope that belongs to signs of all vertices.
  package func cut(_ signs: [Int8]) -> [Double] {
    edges.map { signs[$0.tail] == signs[$0.head] ? 0 : 1 }
  }
}
