import LinearAlgebra

/// A triangle inequality of three different indices (Deza and Laurent 1997, chapter 27): for spins
///
///     -a sᵢ sⱼ - b sᵢ s_k - c sⱼ s_k ≤ 1      with signs abc = 1,
///
/// because an odd number of the three products with their signs is +1.
struct TriangleInequality: Hashable, Sendable {
  let i: Int16
  let j: Int16
  let k: Int16
  let a: Int8
  let b: Int8

  var c: Int8 { a * b }

  /// The pairs with their signs.
  var pairs: [(Int, Int, Double)] {
    [(Int(i), Int(j), Double(a)), (Int(i), Int(k), Double(b)), (Int(j), Int(k), Double(c))]
  }

  /// From three pairs' signs in any order of the indices.
  init(_ p: Int, _ q: Int, _ r: Int, pq: Int8, pr: Int8) {
    i = Int16(p)
    j = Int16(q)
    k = Int16(r)
    a = pq
    b = pr
  }

  var isSorted: Bool { 0 <= i && i < j && j < k }

  /// Indices and signs in one word.
  var packed: UInt64 {
    UInt64(i) | UInt64(j) << 16 | UInt64(k) << 32 | (a > 0 ? 1 << 48 : 0) | (b > 0 ? 1 << 49 : 0)
  }

  /// Nil where the word is none.
  init?(packed: UInt64) {
    let indices = [packed, packed >> 16, packed >> 32].map { Int($0 & 0xFFFF) }
    guard packed >> 50 == 0, indices.allSatisfy({ $0 <= Int16.max }) else { return nil }
    self.init(
      indices[0], indices[1], indices[2], pq: packed >> 48 & 1 == 1 ? 1 : -1,
      pr: packed >> 49 & 1 == 1 ? 1 : -1)
  }

  /// The same inequality with i < j < k.
  var sorted: TriangleInequality {
    let order = [(i, c), (j, b), (k, a)].sorted { $0.0 < $1.0 }
    // The sign beside each index is that of the opposite pair.
    return TriangleInequality(
      Int(order[0].0), Int(order[1].0), Int(order[2].0), pq: order[2].1, pr: order[1].1)
  }

  /// The same with other names of the indices; the names must keep their order.
  func renamed(_ name: (Int) -> Int) -> TriangleInequality {
    TriangleInequality(name(Int(i)), name(Int(j)), name(Int(k)), pq: a, pr: b)
  }

  /// The inequality once index `spin` is `sign` times index `anchor`; nil where that leaves nothing.
  func merging(_ spin: Int16, into anchor: Int16, sign: Int8) -> TriangleInequality? {
    guard i == spin || j == spin || k == spin else { return self }
    guard i != anchor, j != anchor, k != anchor else { return nil }
    func new(_ index: Int16) -> Int16 { index == spin ? anchor : index }
    func factor(_ p: Int16, _ q: Int16) -> Int8 { p == spin || q == spin ? sign : 1 }
    return TriangleInequality(
      Int(new(i)), Int(new(j)), Int(new(k)), pq: a * factor(i, j), pr: b * factor(i, k)
    ).sorted
  }

  /// The inequalities that X violates most.
  ///
  /// - Parameters:
  ///   - x: n × n, symmetric.
  ///   - threshold: the least violation of interest.
  ///   - known: left out.
  ///   - shouldStop: asked n times; what was found until then is returned.
  /// - Returns: at most `count`, the most violated first. O(n³); memory O(count).
  static func violated(
    by x: Matrix, threshold: Double, count: Int, known: Set<TriangleInequality>, shouldStop: () -> Bool
  ) -> [TriangleInequality] {
    let n = x.rows
    var found: [(inequality: TriangleInequality, violation: Double)] = []
    var limit = 1 + threshold
    let elements = x.elements.span
    for i in 0..<n where !shouldStop() {
      let rowI = elements.extracting(i * n..<i * n + n)
      for j in (i + 1)..<max(n, i + 1) {
        let rowJ = elements.extracting(j * n..<j * n + n)
        let xij = rowI[j]
        for k in (j + 1)..<max(n, j + 1) {
          let sum = rowI[k] + rowJ[k]
          let difference = rowI[k] - rowJ[k]
          // Signs (+,+,+), (+,-,-), (-,+,-), (-,-,+).
          if -xij - sum > limit { offer(i, j, k, 1, 1, -xij - sum - 1) }
          if -xij + sum > limit { offer(i, j, k, 1, -1, -xij + sum - 1) }
          if xij - difference > limit { offer(i, j, k, -1, 1, xij - difference - 1) }
          if xij + difference > limit { offer(i, j, k, -1, -1, xij + difference - 1) }
        }
      }
    }
    func offer(_ i: Int, _ j: Int, _ k: Int, _ a: Int8, _ b: Int8, _ violation: Double) {
      let inequality = TriangleInequality(i, j, k, pq: a, pr: b)
      guard !known.contains(inequality) else { return }
      found.append((inequality, violation))
      guard found.count >= 8 * count else { return }
      keepMostViolated()
      limit = 1 + found[found.count - 1].violation
    }
    func keepMostViolated() {
      found.sort { $0.violation > $1.violation }
      found.removeLast(max(0, found.count - count))
    }
    keepMostViolated()
    return found.map(\.inequality)
  }
}
