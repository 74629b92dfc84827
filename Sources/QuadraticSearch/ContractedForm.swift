/// What is left of an Ising problem once edges are fixed, if that joins few components: small enough for all assignments.
struct ContractedForm<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  private let form: SpinForm<Scalar>
  /// One spin for each component with an open edge, but for the anchor's.
  private let contracted: SpinForm<Scalar>
  /// For each spin of the problem the contracted one (-1 for the anchor or nothing) and its sign relative to it.
  private let place: [(spin: Int, sign: Int8)]

  /// Nil where more than `limit` components have open edges.
  init?(_ form: SpinForm<Scalar>, _ graph: CutGraph, _ fixed: FixedEdges, limit: Int) {
    var components = fixed.components
    var number: [Int: Int] = [:]
    if form.hasFields { number[components.root(form.spins).root] = -1 }
    let free = fixed.freeEdges
    for e in free {
      for vertex in [graph.edges[e].tail, graph.edges[e].head] {
        let root = components.root(vertex).root
        if number[root] == nil { number[root] = number.count - (form.hasFields ? 1 : 0) }
      }
      if number.count > limit + 1 { return nil }
    }
    let spins = number.count - (form.hasFields ? 1 : 0)
    guard spins <= limit else { return nil }
    let anchorDiffers = form.hasFields && components.root(form.spins).differs
    func locate(_ vertex: Int) -> (spin: Int, sign: Int8) {
      let (root, differs) = components.root(vertex)
      let spin = number[root] ?? -1
      let isNegative = spin < 0 && number[root] != nil ? differs != anchorDiffers : differs
      return (spin, isNegative ? -1 : 1)
    }
    var couplings = [[Int: Scalar]](repeating: [:], count: spins)
    var fields = [Scalar](repeating: 0, count: spins)
    for e in free {
      let (a, b) = (locate(graph.edges[e].tail), locate(graph.edges[e].head))
      let weight = Scalar(graph.edges[e].weight) * Scalar(a.sign * b.sign)
      if a.spin < 0 {
        fields[b.spin] += weight
      } else if b.spin < 0 {
        fields[a.spin] += weight
      } else {
        couplings[a.spin][b.spin, default: 0] += weight
        couplings[b.spin][a.spin, default: 0] += weight
      }
    }
    self.form = form
    place = (0..<form.spins).map { locate($0) }
    contracted = SpinForm(
      spins: spins,
      neighbours: couplings.map { list in
        list.sorted { $0.key < $1.key }.map { .init(spin: $0.key, coupling: $0.value) }
      }, fields: fields, unit: form.unit)
  }

  /// Among all spins that the fixed edges allow.
  var maximum: (energy: Scalar, spins: [Int8]) {
    let found = GrayCode(form: contracted).maximum().spins
    let spins = place.map { $0.spin < 0 ? $0.sign : $0.sign * found[$0.spin] }
    return (form.energy(spins), spins)
  }
}
