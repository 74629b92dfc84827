/// Every assignment in Gray code order, one flip a step: the maximum of E and one spin vector that attains it.
///
/// O(2ⁿ n) integer additions with the local fields kept up to date. Without fields s and -s are the same, and the last
/// spin stays fixed.
struct GrayCode<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  /// The largest n that the engine takes on.
  static var spinLimit: Int { 32 }

  let form: SpinForm<Scalar>

  /// - Parameters:
  ///   - limit: the number of assignments to visit at most.
  ///   - shouldStop: asked every million assignments.
  /// - Returns: the best of the assignments visited; of all, where `isComplete`.
  func maximum(
    limit: Int = .max, shouldStop: () -> Bool = { false }
  ) -> (energy: Scalar, spins: [Int8], visited: Int, isComplete: Bool) {
    let n = form.spins
    var spins = [Int8](repeating: 1, count: n)
    guard n > 0 else { return (0, [], 1, true) }
    let free = form.hasFields ? n : n - 1
    var matrix = [Scalar](repeating: 0, count: n * n)
    for i in 0..<n {
      for neighbour in form.neighbours[i] { matrix[i * n + neighbour.spin] = neighbour.coupling }
    }
    var local = form.localFields(spins)
    var energy = form.energy(spins)
    var best = energy
    var bestCode: UInt64 = 0
    let count = UInt64(1) << free
    let end = min(count, UInt64(max(limit, 1)))
    var code: UInt64 = 1
    while code < end {
      if code & 0xF_FFFF == 0, shouldStop() { break }
      let spin = code.trailingZeroBitCount
      let sign = Scalar(spins[spin])
      energy -= 2 * sign * local[spin]
      spins[spin] = -spins[spin]
      let change = -2 * sign
      let row = matrix.span.extracting(spin * n..<spin * n + n)
      for j in row.indices { local[j] += change * row[j] }
      if energy > best {
        best = energy
        bestCode = code
      }
      code += 1
    }
    let gray = bestCode ^ (bestCode >> 1)
    let winner = (0..<n).map { $0 < free && gray >> UInt64($0) & 1 == 1 ? Int8(-1) : 1 }
    return (best, winner, Int(code), code == count)
  }
}
