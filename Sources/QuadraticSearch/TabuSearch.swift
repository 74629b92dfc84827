import RandomNumbers

/// One-flip tabu search (Palubeckis 2004; Glover, Lü and Hao 2010): always the best flip that is not forbidden; a spin
/// just flipped is forbidden for a while, unless it leads to a new best. It finds good spins and proves nothing.
struct TabuSearch<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  let form: SpinForm<Scalar>

  /// The best spins met from `start`.
  ///
  /// - Parameters:
  ///   - patience: flips without an improvement before the search gives up; nil for 20 n + 50.
  ///   - shouldStop: asked once in about a million operations.
  func improve(
    _ start: [Int8], _ random: inout SplitMix64, patience: Int? = nil,
    shouldStop: () -> Bool = { false }
  ) -> (energy: Scalar, spins: [Int8]) {
    let patience = patience ?? 20 * form.spins + 50
    let n = form.spins
    let interval = 1 + 1_000_000 / (n + 1)
    var s = start
    var local = form.localFields(s)
    var energy = form.energy(s)
    var best = (energy: energy, spins: s)
    guard n > 0 else { return best }
    var freeAt = [Int](repeating: 0, count: n)
    var step = 0
    var lastImprovement = 0
    let tenure = max(2, n / 8)
    while step - lastImprovement < patience {
      step += 1
      if step % interval == 0, shouldStop() { break }
      var choice = -1
      var gain = Scalar.min
      for i in 0..<n {
        let change = s[i] > 0 ? -2 * local[i] : 2 * local[i]
        if change > gain, freeAt[i] <= step || energy + change > best.energy {
          gain = change
          choice = i
        }
      }
      guard choice >= 0 else { continue }
      let twice: Scalar = s[choice] > 0 ? -2 : 2
      s[choice] = -s[choice]
      energy += gain
      for neighbour in form.neighbours[choice] { local[neighbour.spin] += twice * neighbour.coupling }
      freeAt[choice] = step + tenure + Int(random.next() % 8)
      if energy > best.energy {
        best = (energy, s)
        lastImprovement = step
      }
    }
    return best
  }

  /// The best spins met from a random start.
  func restart(
    _ random: inout SplitMix64, shouldStop: () -> Bool = { false }
  ) -> (energy: Scalar, spins: [Int8]) {
    let start = (0..<form.spins).map { _ in random.next() & 1 == 0 ? Int8(-1) : 1 }
    return improve(start, &random, shouldStop: shouldStop)
  }
}
