import BigInt

/// Safe reductions of max Σ c_ij s_i s_j before any search. Fields are couplings to an anchor spin, so that every rule
/// speaks of couplings only:
///
///     isolated        a spin without couplings is set
///     heavy coupling  |c_uv| ≥ Σ of the other |c_uw|: flipping u gains if s_u s_v disagrees with c_uv, so s_u = ±s_v.
///                     Every spin with one or two couplings is one of these
///     heavy pair      |c_uv| ≥ Σ of all other couplings that leave {u, w}: the same for flipping both
///                     (Lange, Karrer, Andres, Partial optimality and fast lower bounds for weighted correlation
///                     clustering, 2018; Rehfeldt, Koch, Shinano, Faster exact solution of sparse MaxCut and QUBO, 2023)
///     twins           proportional couplings to all others, and their own coupling does not object: s_u = ±s_v
///     star-triangle   three couplings p, q, r, none heavy: max over s of s(p s_a + q s_b + r s_c) = |p s_a + q s_b + r s_c|
///                     is even, so it is ½(|p|+|q|+|r|) plus three couplings ±½(|p|+|q|-|r|), …
///
/// What is left falls into connected components. All in integers: the star-triangle rule may double every coefficient first.
struct SpinPresolve<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  /// A part of what is left: the maximum of the whole is `constant` plus the sum over components of factor · maximum, all
  /// over `scale`.
  struct Component {
    let form: SpinForm<Scalar>
    let factor: Scalar
    /// The component's spins in the original problem.
    let spins: [Int]
  }

  private enum Step {
    /// s_spin = sign · s_other.
    case tied(spin: Int, other: Int, sign: Int8)
    /// s_spin has the sign of Σ c s.
    case decided(spin: Int, couplings: [(spin: Int, coupling: Scalar)])
  }

  private(set) var components: [Component] = []
  private(set) var constant: Scalar = 0
  /// A power of two: every coefficient was multiplied by it.
  private(set) var scale: Scalar = 1
  private let original: SpinForm<Scalar>
  private let proof: (any SpinProofSink)?
  private let anchor: Int
  private var couplings: [[Int: Scalar]]
  /// Σ |c| of each.
  private var strengths: [Scalar]
  private var isOpen: [Bool]
  private var steps: [Step] = []
  private var queue: [Int] = []
  private var isQueued: [Bool]

  /// Larger problems are left as they are: the hash tables would take more memory than a search.
  static var couplingLimit: Int { 1 << 21 }
  /// Doubling stops here: a few star-triangle steps deep, halves are rare.
  private static var scaleLimit: Scalar { 64 }
  /// Pairs and twins are looked for around spins with at most so many couplings: O(m · this) work a pass.
  private static var degreeLimit: Int { 32 }

  init(
    _ form: SpinForm<Scalar>, proof: (any SpinProofSink)? = nil, shouldStop: () -> Bool = { false }
  ) {
    original = form
    self.proof = proof
    anchor = form.spins
    couplings = form.neighbours.map { list in
      Dictionary(list.map { ($0.spin, $0.coupling) }) { $0 + $1 }.filter { $0.value != 0 }
    }
    couplings.append([:])
    for (i, field) in form.fields.enumerated() where field != 0 {
      couplings[i][anchor] = field
      couplings[anchor][i] = field
    }
    strengths = couplings.map { $0.values.reduce(0) { $0 + abs($1) } }
    isOpen = [Bool](repeating: true, count: form.spins + 1)
    isQueued = [Bool](repeating: false, count: form.spins + 1)
    for spin in 0..<anchor { enqueue(spin) }
    // The anchor may have a coupling to every spin: it is looked at only where nothing else is left to do.
    repeat {
      while let spin = queue.popLast(), !shouldStop() {
        isQueued[spin] = false
        if isOpen[spin] { reduce(spin) }
      }
    } while !shouldStop() && !couplings[anchor].isEmpty && tieByHeavyCoupling(anchor)
    split()
  }

  /// How many spins are left.
  var spinsLeft: Int { components.reduce(0) { $0 + $1.form.spins } }

  /// The original problem's spins from those of each component.
  func lift(_ parts: [[Int8]]) -> [Int8] {
    var spins = [Int8](repeating: 1, count: anchor + 1)
    for (component, values) in zip(components, parts) {
      for (spin, value) in zip(component.spins, values) { spins[spin] = value }
    }
    for step in steps.reversed() {
      switch step {
      case .tied(let spin, let other, let sign): spins[spin] = sign * spins[other]
      case .decided(let spin, let couplings):
        let field = couplings.reduce(Scalar(0)) { $0 + $1.coupling * Scalar(spins[$1.spin]) }
        spins[spin] = field < 0 ? -1 : 1
      }
    }
    return Array(spins.dropLast())
  }

  // MARK: Rules

  private mutating func reduce(_ spin: Int) {
    if tieByHeavyCoupling(spin) { return }
    guard couplings[spin].count <= Self.degreeLimit else { return }
    if couplings[spin].count == 3, replaceStar(spin) { return }
    if tieByHeavyPair(spin) { return }
    tieTwins(spin)
  }

  private mutating func tieByHeavyCoupling(_ spin: Int) -> Bool {
    guard let heaviest = heaviest(spin) else {
      // Isolated.
      if spin != anchor {
        isOpen[spin] = false
        steps.append(.decided(spin: spin, couplings: []))
      }
      return true
    }
    guard 2 * abs(heaviest.coupling) >= strengths[spin] else { return false }
    tie(spin, to: heaviest.spin, sign: heaviest.coupling > 0 ? 1 : -1, by: .coupling)
    return true
  }

  /// The heaviest coupling; of equals that with the first spin.
  private func heaviest(_ spin: Int) -> (spin: Int, coupling: Scalar)? {
    couplings[spin].max { (abs($0.value), -$0.key) < (abs($1.value), -$1.key) }.map { ($0.key, $0.value) }
  }

  private mutating func tieByHeavyPair(_ u: Int) -> Bool {
    guard let (v, coupling) = heaviest(u) else { return false }
    let own = strengths[u]
    for (w, other) in couplings[u].sorted(by: { $0.key < $1.key }) where w != v {
      guard couplings[w].count <= Self.degreeLimit else { continue }
      // All couplings that leave {u, w}, that to v included.
      if 2 * abs(coupling) >= own + strengths[w] - 2 * abs(other) {
        tie(u, to: v, sign: coupling > 0 ? 1 : -1, by: .pair(w))
        return true
      }
    }
    return false
  }

  /// Ties the spin to one with the same couplings up to a factor.
  private mutating func tieTwins(_ u: Int) {
    guard let first = couplings[u].keys.min() else { return }
    // A twin shares every neighbour but itself: it is a neighbour of the first, or the first itself.
    let candidates = ([first] + couplings[first].keys).filter { $0 != u && $0 != anchor }.sorted()
    for v in candidates where couplings[v].count <= Self.degreeLimit {
      guard let sign = twinSign(u, v), Scalar(sign) * (couplings[u][v] ?? 0) >= 0 else { continue }
      tie(u, to: v, sign: sign, by: .twins)
      return
    }
  }

  /// The sign of λ where c_u· = λ c_v· at all spins but u and v; nil where there is no such λ, or nothing to compare.
  private func twinSign(_ u: Int, _ v: Int) -> Int8? {
    let mutual = couplings[u][v] == nil ? 0 : 1
    let count = couplings[u].count - mutual
    guard count > 0, count == couplings[v].count - mutual else { return nil }
    var reference: (Scalar, Scalar)?
    for (w, mine) in couplings[u] where w != v {
      guard let other = couplings[v][w] else { return nil }
      guard let (a, b) = reference else {
        reference = (mine, other)
        continue
      }
      // mine / other = a / b; products may need twice the width.
      guard mine.multipliedFullWidth(by: b) == other.multipliedFullWidth(by: a) else { return nil }
    }
    return reference.map { ($0 > 0) == ($1 > 0) ? 1 : -1 }
  }

  private mutating func replaceStar(_ spin: Int) -> Bool {
    if strengths[spin] % 2 != 0 {
      guard hasRoomToDouble else { return false }
      double()
    }
    let arms = couplings[spin].sorted { $0.key < $1.key }.map { (spin: $0.key, coupling: $0.value) }
    let half = strengths[spin] / 2
    proof?.replaceStar(spin)
    steps.append(.decided(spin: spin, couplings: arms))
    isOpen[spin] = false
    constant += half
    for arm in arms { remove(spin, from: arm.spin) }
    couplings[spin] = [:]
    strengths[spin] = 0
    for (k, arm) in arms.enumerated() {
      // The pair opposite to arm k: ½(|p| + |q| - |r|) = half - |r|.
      let pair = arms.indices.filter { $0 != k }.map { arms[$0] }
      let size = half - abs(arm.coupling)
      let sign: Scalar = (pair[0].coupling > 0) == (pair[1].coupling > 0) ? 1 : -1
      add(sign * size, between: pair[0].spin, and: pair[1].spin)
    }
    for arm in arms { enqueue(around: arm.spin) }
    return true
  }

  private var hasRoomToDouble: Bool {
    guard scale < Self.scaleLimit else { return false }
    return strengths.reduce(abs(constant), +) < Scalar.max / 16
  }

  private mutating func double() {
    scale *= 2
    constant *= 2
    for spin in couplings.indices {
      couplings[spin] = couplings[spin].mapValues { 2 * $0 }
      strengths[spin] *= 2
    }
  }

  // MARK: The graph

  private mutating func tie(_ spin: Int, to other: Int, sign: Int8, by rule: SpinTieRule) {
    proof?.tie(spin, other, isEqual: sign > 0, by: rule)
    // The anchor stays.
    let (gone, kept) = spin == anchor ? (other, spin) : (spin, other)
    steps.append(.tied(spin: gone, other: kept, sign: sign))
    isOpen[gone] = false
    let factor = Scalar(sign)
    let old = couplings[gone]
    couplings[gone] = [:]
    strengths[gone] = 0
    // In order: runs repeat.
    for (w, coupling) in old.sorted(by: { $0.key < $1.key }) {
      remove(gone, from: w)
      if w == kept { constant += factor * coupling } else { add(factor * coupling, between: kept, and: w) }
      enqueue(w)
    }
    enqueue(around: kept)
  }

  private mutating func add(_ coupling: Scalar, between a: Int, and b: Int) {
    let old = couplings[a][b] ?? 0
    let sum = old + coupling
    for (x, y) in [(a, b), (b, a)] {
      couplings[x][y] = sum == 0 ? nil : sum
      strengths[x] += abs(sum) - abs(old)
    }
  }

  private mutating func remove(_ spin: Int, from other: Int) {
    if let coupling = couplings[other].removeValue(forKey: spin) { strengths[other] -= abs(coupling) }
  }

  private mutating func enqueue(_ spin: Int) {
    guard spin != anchor, isOpen[spin], !isQueued[spin] else { return }
    isQueued[spin] = true
    queue.append(spin)
  }

  /// The spin and its neighbours: rules look that far.
  private mutating func enqueue(around spin: Int) {
    if couplings[spin].count <= Self.degreeLimit {
      for neighbour in couplings[spin].keys.sorted() { enqueue(neighbour) }
    }
    enqueue(spin)
  }

  /// Connected components without the anchor, the largest last; each divided by its coefficients' greatest common divisor.
  private mutating func split() {
    var isSeen = [Bool](repeating: false, count: anchor + 1)
    isSeen[anchor] = true
    for start in 0..<anchor where isOpen[start] && !isSeen[start] {
      var members = [start]
      isSeen[start] = true
      var next = 0
      while next < members.count {
        for neighbour in couplings[members[next]].keys where !isSeen[neighbour] {
          isSeen[neighbour] = true
          members.append(neighbour)
        }
        next += 1
      }
      components.append(component(members.sorted()))
    }
    components.sort { $0.spins.count < $1.spins.count }
  }

  private func component(_ members: [Int]) -> Component {
    var position: [Int: Int] = [:]
    for (k, spin) in members.enumerated() { position[spin] = k }
    var divisor: Scalar = 0
    for spin in members {
      for value in couplings[spin].values { divisor = greatestCommonDivisor(divisor, value) }
    }
    divisor = max(divisor, 1)
    let fields = members.map { (couplings[$0][anchor] ?? 0) / divisor }
    let neighbours = members.map { spin in
      couplings[spin].filter { $0.key != anchor }.sorted { $0.key < $1.key }.map {
        SpinForm<Scalar>.Neighbour(spin: position[$0.key]!, coupling: $0.value / divisor)
      }
    }
    // Every value of the part belongs to a value of the whole, which are `original.step` apart before scaling.
    let whole = original.step * scale
    let step = max(2, whole / greatestCommonDivisor(whole, divisor))
    let form = SpinForm(
      spins: members.count, neighbours: neighbours, fields: fields, unit: original.unit, step: step)
    return Component(form: form, factor: divisor, spins: members)
  }
}

private func greatestCommonDivisor<Scalar: FixedWidthInteger & SignedInteger>(_ a: Scalar, _ b: Scalar)
  -> Scalar
{
  var (x, y) = (abs(a), abs(b))
  while y != 0 { (x, y) = (y, x % y) }
  return x
}
