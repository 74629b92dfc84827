import BigInt
import ExactArithmetic

/// A quadratic form over spins in integers, to be maximised, that reductions make smaller:
///
///     scale · E(s) = constant + Σ c_ij s_i s_j        fields are couplings to one more spin, the anchor, which is +1
///
/// Σ |c| and the constant stay below 2¹²⁰, so sums of a few of them fit 128 bits.
struct SpinForm {
  /// The number of spins, and the number that the anchor has.
  let anchor: Int
  /// For each spin that is left its couplings, none zero.
  private(set) var couplings: [[Int: Int128]]
  private(set) var isOpen: [Bool]
  private(set) var constant: Int128 = 0
  private(set) var scale: Int128 = 1

  static let range = Int128(1) << 120

  /// Nil where the magnitudes add up to 2¹²⁰ or more.
  init?(spins: Int, couplings: [(i: Int, j: Int, coefficient: BigInt)]) {
    anchor = spins
    self.couplings = [[Int: Int128]](repeating: [:], count: spins + 1)
    isOpen = [Bool](repeating: true, count: spins + 1)
    var total: BigInt = 0
    for (i, j, c) in couplings {
      total += BigInt(c.magnitude)
      guard total < BigInt(Self.range), let c = Int128(fitting: c) else { return nil }
      self.couplings[i][j] = c
      self.couplings[j][i] = c
    }
  }

  /// Σ |c| of a spin.
  func strength(_ spin: Int) -> Int128 { couplings[spin].values.reduce(0) { $0 + abs($1) } }

  /// Values of the form before any reduction differ by multiples of this: a flip changes the value by twice a local field.
  var step: Int128 { Self.step(couplings, anchor: anchor) }

  static func step(_ couplings: [[Int: Int128]], anchor: Int) -> Int128 {
    let isOdd = { (row: [Int: Int128]) in row.values.reduce(0) { $0 ^ $1 } & 1 == 1 }
    return couplings.indices.contains { $0 != anchor && isOdd(couplings[$0]) } ? 2 : 4
  }

  // MARK: Rules. Each returns what is wrong, or nil once it is done.

  /// Two spins are equal or opposite in some maximum, and become one.
  enum TieReason {
    case coupling
    case pair(Int)
    case twins
  }

  mutating func tie(_ i: Int, _ j: Int, isEqual: Bool, _ reason: TieReason) -> String? {
    guard i != j, isOpen[i], isOpen[j] else { return "two different spins that are left are needed" }
    let sign: Int128 = isEqual ? 1 : -1
    let coupling = couplings[i][j] ?? 0
    switch reason {
    case .coupling:
      guard sign * coupling > 0 else {
        return "the coupling of \(i) and \(j) is \(coupling): of another sign"
      }
      let rest = strength(i) - abs(coupling)
      guard abs(coupling) >= rest else {
        return "the coupling \(coupling) is lighter than the others of spin \(i), \(rest)"
      }
    case .pair(let w):
      guard w != i, w != j, isOpen[w] else { return "a third spin that is left is needed" }
      guard sign * coupling > 0 else {
        return "the coupling of \(i) and \(j) is \(coupling): of another sign"
      }
      // Flipping i and w together changes all that leaves {i, w}.
      let rest = strength(i) + strength(w) - 2 * abs(couplings[i][w] ?? 0) - abs(coupling)
      guard abs(coupling) >= rest else {
        return "the coupling \(coupling) is lighter than the others that leave spins \(i) and \(w), \(rest)"
      }
    case .twins:
      guard sign * coupling >= 0 else {
        return "the coupling of \(i) and \(j) is \(coupling): of another sign"
      }
      guard areTwins(i, j, sign) else {
        return "the couplings of spins \(i) and \(j) to the others are not proportional with that sign"
      }
    }
    // The anchor stays.
    let (gone, kept) = i == anchor ? (j, i) : (i, j)
    isOpen[gone] = false
    let old = couplings[gone]
    couplings[gone] = [:]
    for (w, c) in old {
      couplings[w][gone] = nil
      if w == kept { constant += sign * c } else { add(sign * c, kept, w) }
    }
    return nil
  }

  private func areTwins(_ i: Int, _ j: Int, _ sign: Int128) -> Bool {
    var reference: (Int128, Int128)?
    let others = couplings[i].filter { $0.key != j }
    guard !others.isEmpty, others.count == couplings[j].count(where: { $0.key != i }) else { return false }
    for (w, mine) in others {
      guard let other = couplings[j][w], (mine > 0) == (sign * other > 0) else { return false }
      guard let (a, b) = reference else {
        reference = (mine, other)
        continue
      }
      guard mine.multipliedFullWidth(by: b) == other.multipliedFullWidth(by: a) else { return false }
    }
    return true
  }

  /// max over s of s (p s_a + q s_b + r s_c) = |p s_a + q s_b + r s_c|, an even function of three spins. All is doubled first
  /// where p + q + r is odd.
  mutating func replaceStar(_ spin: Int) -> String? {
    guard spin != anchor, isOpen[spin] else { return "spin \(spin) is not left" }
    guard couplings[spin].count == 3 else {
      return "spin \(spin) has \(couplings[spin].count) couplings, not three"
    }
    if strength(spin) & 1 == 1, !double() { return "the coefficients grow too long" }
    let arms = Array(couplings[spin])
    let half = strength(spin) / 2
    guard arms.allSatisfy({ abs($0.value) <= half }) else {
      return "one coupling of spin \(spin) outweighs the two others"
    }
    isOpen[spin] = false
    couplings[spin] = [:]
    for arm in arms { couplings[arm.key][spin] = nil }
    constant += half
    for k in 0..<3 {
      let (p, q) = (arms[(k + 1) % 3], arms[(k + 2) % 3])
      let size = half - abs(arms[k].value)
      add((p.value > 0) == (q.value > 0) ? size : -size, p.key, q.key)
    }
    return nil
  }

  /// False where that may leave the range. No other rule makes Σ |c| + |constant| larger.
  private mutating func double() -> Bool {
    let total = (0...anchor).reduce(abs(constant)) { $0 + strength($1) / 2 }
    guard total < Self.range / 4, scale < Self.range / 4 else { return false }
    scale *= 2
    constant *= 2
    for spin in couplings.indices { couplings[spin] = couplings[spin].mapValues { 2 * $0 } }
    return true
  }

  private mutating func add(_ c: Int128, _ i: Int, _ j: Int) {
    let sum = (couplings[i][j] ?? 0) + c
    couplings[i][j] = sum == 0 ? nil : sum
    couplings[j][i] = sum == 0 ? nil : sum
  }
}
