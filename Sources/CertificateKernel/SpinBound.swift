import BigInt
import ExactArithmetic

/// Bounds on what is left of a form in a node.
///
///     cycle y I + J - K +      y ≥ 0 and a closed walk with signs a of product -1: the products of spins along a closed walk
///                              have product 1, so one of a s s is -1, and Σ a s s ≤ length - 2. Adds
///                              y (length - 2 - Σ a s s) ≥ 0 to the form
///     sum                      Σ c s s ≤ Σ |c|
///     psd I u J u …            Diag(u) - C ⪰ 0, so sᵀ C s ≤ Σ u, where C has half of each c on both sides of its diagonal, and rows
///                              and columns of a class become one. What is missing to ⪰ 0 is added to u
extension SpinTreeProof {
  /// All of Σ y · length, in multiples of 2⁻ᵏ.
  private static var multiplierLimit: Int128 { 1 << 120 }
  private static var diagonalLimit: Int128 { 1 << 110 }
  /// So many classes take 256 MB.
  private static var psdLimit: Int { 4000 }

  /// The place of a spin that the certificate names by the form's number.
  typealias Vertex = (inout Words) throws(CertificateRejected) -> Int

  /// Adds the closed walks that stand next on the line.
  func addCycles(
    to rest: inout Rest, _ node: Node, _ words: inout Words, _ vertex: Vertex
  ) throws(CertificateRejected) {
    var total: Int128 = 0
    var walk: [(vertex: Int, isPlus: Bool)] = []
    while words.skip("cycle") {
      // Any y ≥ 0 will do: it is rounded down.
      guard let y = try words.fixedPoint("multiplier", fraction: shift, upwards: false), y < Int128(1) << 100
      else {
        throw words.rejected("a multiplier is too large")
      }
      guard y >= 0 else { throw words.rejected("a multiplier is negative") }
      walk.removeAll(keepingCapacity: true)
      var isOdd = false
      while words.isNumberNext {
        let place = try vertex(&words)
        let isPlus = try words.sign()
        if !isPlus { isOdd.toggle() }
        walk.append((place, isPlus))
      }
      guard isOdd else { throw words.rejected("a closed walk has an even number of minus signs") }
      guard walk.count < 1 << 24 else { throw words.rejected("a closed walk is too long") }
      // y < 2¹⁰⁰, so this is below 2¹²⁵.
      total += y * Int128(walk.count)
      guard total < Self.multiplierLimit else { throw words.rejected("the multipliers are too large") }
      rest.constant += y * Int128(walk.count - 2)
      for k in walk.indices {
        let next = k + 1 < walk.count ? k + 1 : 0
        rest.add(node, walk[k].vertex, walk[next].vertex, walk[k].isPlus ? -y : y)
      }
    }
  }

  /// A bound by `sum` or `psd`, which stands next on the line.
  func bound(
    _ rest: inout Rest, _ node: Node, _ words: inout Words, _ vertex: Vertex
  ) throws(CertificateRejected) -> Int128 {
    if words.skip("sum") {
      rest.addUp()
      return rest.sumOfMagnitudes >> Int128(shift)
    }
    guard words.skip("psd") else {
      throw words.rejected("sum or psd should stand where \(words.peek()) does")
    }
    return try psd(rest, node, &words, vertex)
  }

  private func psd(
    _ rest: Rest, _ node: Node, _ words: inout Words, _ vertex: Vertex
  ) throws(CertificateRejected) -> Int128 {
    // S = Diag(2u) - 2C, rows for classes; the pairs of one class are on the diagonal.
    var row = [Int](repeating: -1, count: anchor + 1)
    var n = 0
    for label in node where row[Int(label >> 1)] < 0 {
      row[Int(label >> 1)] = n
      n += 1
    }
    guard n <= Self.psdLimit else {
      throw words.rejected("psd takes \(Self.psdLimit) classes, here are \(n)")
    }
    var elements = [Int128](repeating: 0, count: n * n)
    for (pair, coefficient) in rest.terms {
      let (a, b) = (row[pair / (anchor + 1)], row[pair % (anchor + 1)])
      elements[max(a, b) * n + min(a, b)] -= coefficient
    }
    var diagonal = [Int128](repeating: 0, count: n)
    while words.isNumberNext {
      let place = row[Int(node[try vertex(&words)] >> 1)]
      guard let u = try words.fixedPoint("diagonal entry", fraction: shift + 1, upwards: true),
        abs(u) < Self.diagonalLimit
      else { throw words.rejected("a diagonal entry is too large") }
      let sum = diagonal[place] + u
      guard abs(sum) < Self.diagonalLimit else { throw words.rejected("a diagonal entry is too large") }
      diagonal[place] = sum
    }
    for label in 0...anchor where row[label] >= 0 { diagonal[row[label]] -= 2 * rest.within[label] }
    // No matrix with |c|² > 4 u_a u_b is positive semidefinite: larger u are needed there, and no scaled entry exceeds 4.
    for a in 0..<n {
      diagonal[a] = max(diagonal[a], 1)
      for b in 0..<a {
        let size = abs(elements[a * n + b])
        let (square, product) = (
          size.multipliedFullWidth(by: size), diagonal[a].multipliedFullWidth(by: diagonal[b])
        )
        guard (square.high, square.low) > (product.high, product.low) else { continue }
        diagonal[a] = max(diagonal[a], size)
        diagonal[b] = max(diagonal[b], size)
      }
    }
    // Row and column a over 2^half: the diagonal is then in [1, 4). In fixed point, rounded down.
    let half = diagonal.map { (Int128.bitWidth - 1 - $0.leadingZeroBitCount) / 2 }
    for a in 0..<n {
      elements[a * n + a] = diagonal[a]
      for b in 0...a {
        let left = RoundedPositivity.fraction - half[a] - half[b]
        let value = elements[a * n + b]
        elements[a * n + b] = left >= 0 ? value << Int128(left) : value >> Int128(-left)
      }
    }
    let missing = RoundedPositivity.missing(elements, size: n, error: 1)
    var twice: BigInt = 0
    for a in 0..<n {
      twice += BigInt(diagonal[a])
      let down = RoundedPositivity.fraction - 2 * half[a]
      guard missing[a] > 0 else { continue }
      // Rounded up.
      twice +=
        down >= 0
        ? BigInt(missing[a] >> Int128(down) + 1) : BigInt(missing[a]) * BigInt(Int128(1) << Int128(-down))
    }
    guard let sum = Int128(fitting: twice), sum < Int128(1) << 125 else {
      throw words.rejected("the bound is too large")
    }
    return (rest.constant + (sum + 1) / 2) >> Int128(shift)
  }
}
