import BigInt
import ExactArithmetic

/// The rule *decided*: units whose sign is certain at every point of the box where the node's units have their phases. A completion
/// with the other phase is attained nowhere in the node, so that the node may be replaced by one with these phases.
///
/// At such a point every pre-activation z lies between a lower and an upper affine form, by induction over the layers: a decided
/// unit's activation is slope · z exactly; an undecided one's, for z in [l, u], lies between the lines
///
///     slope · z            of either side, which is below a convex activation (off ≤ on) and above a concave one
///     the chord over [l, u]                           above                              below
///
/// and a line in z is bounded by the form of z that its slope's sign asks for, a sum of activations by those that the weights' signs
/// ask for. Forms are in t, x = lower + t (upper - lower): as 0 ≤ t ≤ 1, a form's least value is its constant plus its negative
/// coefficients, and rounding all of a lower form's numbers down only lowers it, all of an upper form's up only raises it.
struct RangeRule {
  /// Rows of coefficients with the constant last, all over 2^fraction; an empty row is zero.
  private struct Forms {
    var below: [[BigInt]]
    var above: [[BigInt]]
    let fraction: Int
  }

  /// A line slope · z + constant, over a positive number.
  private typealias Line = (slope: BigInt, constant: BigInt, over: BigInt)

  /// A layer's largest number has about so many bits.
  private static let bits = 100
  private let chain: PatternChain
  /// The first layer's pre-activations.
  private let first: Forms

  /// Nil where the domain is no box.
  init?(_ chain: PatternChain) {
    guard let box = chain.box else { return nil }
    self.chain = chain
    let layer = chain.layers[0]
    let rows = (0..<layer.rows).map { i in
      let weights = (0..<layer.columns).map {
        Rational(layer.weights[i * layer.columns + $0], layer.denominator)
      }
      let constant = zip(weights, box).reduce(Rational(layer.bias[i], layer.denominator)) {
        $0 + $1.0 * $1.1.lower
      }
      return zip(weights, box).map { $0 * ($1.upper - $1.lower) } + [constant]
    }
    let sizes = rows.flatMap { $0 }.filter { !$0.isZero }.map {
      $0.numerator.magnitude.bitWidth - $0.denominator.magnitude.bitWidth
    }
    let fraction = max(0, Self.bits - (sizes.max() ?? 0))
    first = Forms(
      below: rows.map { $0.map { Self.floor($0.numerator << fraction, $0.denominator) } },
      above: rows.map { $0.map { Self.ceiling($0.numerator << fraction, $0.denominator) } },
      fraction: fraction)
  }

  /// `U P U P …` and perhaps `sides V P V P …`: what is decided, and for units V the one-sided line that bounds them; for others it
  /// is that of the longer part of [l, u].
  ///
  /// - Returns: the pattern with the units decided.
  func decide(_ pattern: PartialPattern, _ words: inout Words) throws(CertificateRejected) -> PartialPattern {
    let named = try phases(&words)
    let sides = words.skip("sides") ? try phases(&words) : [:]
    try words.end()
    guard let last = named.keys.max() else { throw words.rejected("no unit is named") }
    let certain = certain(pattern, named, sides, through: chain.layer(of: last))
    var result = pattern
    for (unit, phase) in named.sorted(by: { $0.key < $1.key }) {
      guard pattern[unit] == .undecided else { throw words.rejected("unit \(unit) is decided already") }
      guard certain[unit] == phase else {
        let side = phase == .on ? "positive" : "negative"
        throw words.rejected(
          "unit \(unit) is not proved to be \(side) wherever the node's units have their phases")
      }
      result[unit] = phase
    }
    return result
  }

  private func phases(_ words: inout Words) throws(CertificateRejected) -> [Int: Phase] {
    var result: [Int: Phase] = [:]
    while words.isNumberNext {
      let unit = try words.index(below: chain.units, "unit")
      guard result[unit] == nil else { throw words.rejected("unit \(unit) is named twice") }
      result[unit] = try words.index(below: 2, "phase") == 1 ? .on : .off
    }
    return result
  }

  /// The pattern with what is certain: all such units before the last layer with a named one, the named ones there.
  private func certain(
    _ pattern: PartialPattern, _ named: [Int: Phase], _ sides: [Int: Phase], through last: Int
  ) -> PartialPattern {
    var result = pattern
    var forms = first
    for layer in 0...last {
      for (i, unit) in chain.unitRange(layer).enumerated() where layer < last || named[unit] != nil {
        let (below, above) = (forms.below[i], forms.above[i])
        let l = below.dropLast().reduce(below.last ?? 0) { $1.signum() < 0 ? $0 + $1 : $0 }
        let u = above.dropLast().reduce(above.last ?? 0) { $1.signum() > 0 ? $0 + $1 : $0 }
        if result[unit] == .undecided, l.signum() > 0 || u.signum() < 0 {
          result[unit] = l.signum() > 0 ? .on : .off
        }
        let (low, high) = lines(layer, unit, result[unit], side: sides[unit], l, u)
        forms.below[i] = Self.apply(low, to: low.slope.signum() < 0 ? above : below, rounding: Self.floor)
        forms.above[i] = Self.apply(high, to: high.slope.signum() < 0 ? below : above, rounding: Self.ceiling)
      }
      guard layer < last else { break }
      let next = chain.unitRange(layer + 1)
      forms = self.next(layer + 1, forms) { layer + 1 < last || named[next.lowerBound + $0] != nil }
    }
    return result
  }

  /// Lines below and above a unit's activation, z in [l, u].
  private func lines(_ layer: Int, _ unit: Int, _ phase: Phase, side: Phase?, _ l: BigInt, _ u: BigInt) -> (
    low: Line, high: Line
  ) {
    let (off, on, denominator) = chain.slopes[layer]
    func line(_ phase: Phase) -> Line { (chain.slope(phase, layer, unit), 0, denominator) }
    if phase != .undecided || chain.isLinear(unit, layer) { return (line(phase), line(phase)) }
    // At zero both phases have the value zero.
    if l.signum() >= 0 { return (line(.on), line(.on)) }
    if u.signum() <= 0 { return (line(.off), line(.off)) }
    // Through (l, off · l) and (u, on · u); z, l and u are over one 2^fraction.
    let chord: Line = (on * u - off * l, (off - on) * l * u, denominator * (u - l))
    let ray = line(side ?? (u > -l ? .on : .off))
    return off <= on ? (ray, chord) : (chord, ray)
  }

  private static func apply(
    _ line: Line, to form: [BigInt], rounding: (BigInt, BigInt) -> BigInt
  ) -> [BigInt] {
    if line.slope.isZero, line.constant.isZero { return [] }
    return form.enumerated().map { j, entry in
      let value = j == form.count - 1 ? line.slope * entry + line.constant : line.slope * entry
      return value.isZero ? 0 : rounding(value, line.over)
    }
  }

  /// The next layer's pre-activations, of the rows that are needed, from forms of the activations.
  private func next(_ index: Int, _ before: Forms, isNeeded: (Int) -> Bool) -> Forms {
    let layer = chain.layers[index]
    let width = chain.inputs + 1
    func sums(_ own: [[BigInt]], _ other: [[BigInt]]) -> [[BigInt]] {
      (0..<layer.rows).map { i in
        guard isNeeded(i) else { return [] }
        var row = [BigInt](repeating: 0, count: width)
        row[width - 1] = layer.bias[i] << before.fraction
        for k in 0..<layer.columns {
          let weight = layer.weights[i * layer.columns + k]
          if weight.isZero { continue }
          for (j, entry) in (weight.signum() < 0 ? other : own)[k].enumerated() where !entry.isZero {
            row[j] += weight * entry
          }
        }
        return row
      }
    }
    let (below, above) = (sums(before.below, before.above), sums(before.above, before.below))
    // Over denominator · 2^before.fraction; to be over 2^fraction.
    let size = (below + above).reduce(0) { $1.reduce($0) { max($0, $1.magnitude.bitWidth) } }
    let fraction = max(0, before.fraction + Self.bits + layer.denominator.magnitude.bitWidth - size)
    let factor = BigInt(1) << max(0, fraction - before.fraction)
    let divisor = layer.denominator << max(0, before.fraction - fraction)
    return Forms(
      below: below.map { $0.map { Self.floor($0 * factor, divisor) } },
      above: above.map { $0.map { Self.ceiling($0 * factor, divisor) } }, fraction: fraction)
  }

  private static func floor(_ a: BigInt, _ positive: BigInt) -> BigInt {
    let (quotient, rest) = a.quotientAndRemainder(dividingBy: positive)
    return rest.signum() < 0 ? quotient - 1 : quotient
  }

  private static func ceiling(_ a: BigInt, _ positive: BigInt) -> BigInt { -floor(-a, positive) }
}
