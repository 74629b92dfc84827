import BigInt
import ExactArithmetic

/// The rule *decided*: units whose sign is certain at every point of a node's box where the node's units have their phases. A
/// completion with the other phase is attained nowhere in the node, so that the node may be replaced by one with these phases.
///
/// At such a point a decided unit's activation is slope · z exactly; an undecided one's, for its pre-activation z in [l, u], lies
/// between the lines
///
///     slope · z            of either side, which is below a convex activation (off ≤ on) and above a concave one
///     the chord over [l, u]                           above                              below
///
/// [l, u] comes from intervals, and where those leave the sign open from forms carried backwards (Zhang et al. 2018, CROWN; Singh et al.
/// 2019, DeepPoly): z ≥ Σ c_i a_i + b, each activation a_i replaced by the line that c_i's sign asks for, each pre-activation by its
/// sum of activations, down to the inputs t, x = lower + t (upper - lower), 0 ≤ t ≤ 1. Upper bounds are lower bounds of -z.
///
/// Units are rescaled by powers of two, z to z / 2^k with the next layer's column times 2^k, so that each has its largest weight or bias
/// near 1: signs and lines stay what they are.
///
/// All numbers are integers over powers of two with about 50 bits, rounded down; a form's coefficient that is too small by
/// less than one unit lowers the form's value by no more than one unit times the size of what it multiplies, which is taken off.
struct RangeRule {
  private static let bits = 50
  private static let leastRangeBits = 20
  private let chain: PatternChain
  /// k of each hidden unit.
  private let exponents: [[Int]]
  /// All but the first layer.
  private let later: [RoundedLayer]
  /// Slopes are over 2^slopeFraction.
  private let slopeFraction: Int
  /// Of pre-activations: the steeper activations are, the fewer.
  private let rangeBits: Int
  /// The first layer on boxes of late, by their nodes' numbers.
  private var first: [Int: RoundedLayer] = [:]
  private static let memory = 256

  init(_ chain: PatternChain) {
    self.chain = chain
    let exponents = Self.exponents(chain)
    self.exponents = exponents
    later = (1..<max(chain.hiddenLayers, 1)).map { index in
      let layer = chain.layers[index]
      let (own, before) = (exponents[index], exponents[index - 1])
      return RoundedLayer(
        rows: layer.rows, columns: layer.columns,
        weights: layer.weights.enumerated().map {
          Self.scaled($1, layer.denominator, by: before[$0 % layer.columns] - own[$0 / layer.columns])
        },
        bias: layer.bias.enumerated().map { Self.scaled($1, layer.denominator, by: -own[$0]) })
    }
    // A unit that passes has the slope 1.
    let size = chain.slopes.reduce(1) {
      max($0, Self.size($1.off, $1.denominator), Self.size($1.on, $1.denominator))
    }
    slopeFraction = Self.bits - size
    rangeBits = Self.bits - size
  }

  /// Bits of each unit's largest weight or bias; of the first layer over the whole box.
  private static func exponents(_ chain: PatternChain) -> [[Int]] {
    var result: [[Int]] = []
    for index in 0..<chain.hiddenLayers {
      let layer = chain.layers[index]
      let widths = chain.box.map { box in box.map { $0.upper - $0.lower } } ?? []
      let columns = index > 0 ? result[index - 1] : widths.map { size($0.numerator, $0.denominator) }
      precondition(columns.count == layer.columns, "the rule is for boxes")
      result.append(
        (0..<layer.rows).map { i in
          let sizes = (0..<layer.columns).compactMap { j -> Int? in
            let weight = layer.weights[i * layer.columns + j]
            return weight.isZero ? nil : size(weight, layer.denominator) + columns[j]
          }
          let bias = layer.bias[i].isZero ? [] : [size(layer.bias[i], layer.denominator)]
          return (sizes + bias).max() ?? 0
        })
    }
    return result
  }

  /// numerator · 2^exponent / denominator as a fraction.
  private static func scaled(_ numerator: BigInt, _ denominator: BigInt, by exponent: Int) -> (BigInt, BigInt)
  {
    exponent >= 0 ? (numerator << exponent, denominator) : (numerator, denominator << -exponent)
  }

  /// `U P U P …` and perhaps `sides V P V P …`: what is decided, and for units V the one-sided line that bounds them; for others it
  /// is that of the longer part of [l, u].
  ///
  /// - Returns: the pattern with the units decided.
  mutating func decide(
    _ pattern: PartialPattern, in box: NodeBox, _ words: inout Words
  ) throws(CertificateRejected) -> PartialPattern {
    let named = try phases(&words)
    let sides = words.skip("sides") ? try phases(&words) : [:]
    try words.end()
    guard let last = named.keys.max() else { throw words.rejected("no unit is named") }
    guard rangeBits >= Self.leastRangeBits else {
      throw words.rejected("an activation is too steep for this rule")
    }
    let certain = certain(pattern, in: box, named, sides, through: chain.layer(of: last))
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
  private mutating func certain(
    _ pattern: PartialPattern, in box: NodeBox, _ named: [Int: Phase], _ sides: [Int: Phase],
    through last: Int
  ) -> PartialPattern {
    var result = pattern
    let layers = [firstLayer(box)] + later
    var known: [UnitLines] = []
    let frontier = (0..<chain.hiddenLayers).first { layer in
      chain.unitRange(layer).contains { chain.isOpen(pattern[$0], layer, $0) }
    }
    // The inputs t: each in [0, 1].
    var values = Values(
      low: [Int64](repeating: 0, count: chain.inputs), high: [Int64](repeating: 1, count: chain.inputs),
      fraction: 0)
    for layer in 0...last {
      let units = chain.unitRange(layer)
      var ranges = layers[layer].ranges(values, bits: rangeBits)
      // Behind decided layers, forms carried back are exact: of all units, for they are all that those behind have to go by.
      let isFrontier = layer == frontier
      for (i, unit) in units.enumerated()
      where layer > 0 && (layer < last || named[unit] != nil)
        && (isFrontier || chain.isOpen(result[unit], layer, unit) && ranges.l[i] <= 0 && ranges.u[i] >= 0)
      {
        let lower = lowerBound(i, sign: 1, layer, layers, known)
        let upper = lowerBound(i, sign: -1, layer, layers, known)
        ranges.raise(i, to: lower, andLowerTo: -upper)
      }
      for (i, unit) in units.enumerated()
      where result[unit] == .undecided && (layer < last || named[unit] != nil) {
        if ranges.l[i] > 0 { result[unit] = .on } else if ranges.u[i] < 0 { result[unit] = .off }
      }
      guard layer < last else { break }
      let lines = lines(layer, result, sides, ranges, inputs: values)
      values = lines.values
      known.append(lines)
    }
    return result
  }

  private mutating func firstLayer(_ box: NodeBox) -> RoundedLayer {
    if let layer = first[box.number] { return layer }
    let layer = chain.layers[0]
    // Lower ends and widths over one denominator.
    let common = box.intervals.flatMap { [$0.lower.denominator, $0.upper.denominator] }
      .reduce(BigInt(1)) { $0 / $0.greatestCommonDivisor(with: $1) * $1 }
    let lower = box.intervals.map { $0.lower.numerator * (common / $0.lower.denominator) }
    let widths = zip(box.intervals, lower).map { $0.upper.numerator * (common / $0.upper.denominator) - $1 }
    let denominator = layer.denominator * common
    let result = RoundedLayer(
      rows: layer.rows, columns: layer.columns,
      weights: layer.weights.enumerated().map {
        Self.scaled($1 * widths[$0 % layer.columns], denominator, by: -exponents[0][$0 / layer.columns])
      },
      bias: (0..<layer.rows).map { i in
        let weights = layer.weights[i * layer.columns..<(i + 1) * layer.columns]
        let value = zip(weights, lower).reduce(layer.bias[i] * common) { $0 + $1.0 * $1.1 }
        return Self.scaled(value, denominator, by: -exponents[0][i])
      })
    if first.count >= Self.memory { first = [:] }
    first[box.number] = result
    return result
  }

  /// A lower bound of sign · z of one unit of a layer, by forms carried backwards through the layers whose lines are known.
  private func lowerBound(
    _ row: Int, sign: Int64, _ layer: Int, _ layers: [RoundedLayer], _ known: [UnitLines]
  ) -> Dyadic {
    let target = layers[layer]
    // Over 2^fraction; too small by less than a unit for sign 1, too large by less for -1.
    var form = (0..<target.columns).map { sign * target.weights[row * target.columns + $0] }
    var fraction = target.fraction
    var total = Self.dyadic(
      Int128(sign > 0 ? target.bias[row] : -target.bias[row] - target.biasPlay), target.biasFraction)
    for index in stride(from: layer - 1, through: 0, by: -1) {
      let (lines, below) = (known[index], layers[index])
      total += -Self.dyadic(lines.values.sum, fraction + lines.values.fraction)
      // The lines that the coefficients' signs ask for.
      var offsets: Int128 = 0
      var products = [Int128](repeating: 0, count: form.count)
      for (i, c) in form.enumerated() where c != 0 {
        let line = c > 0 ? lines.low[i] : lines.high[i]
        offsets += Int128(c) * Int128(line.offset)
        products[i] = Int128(c) * Int128(line.slope)
      }
      total += Self.dyadic(offsets, fraction + lines.fraction)
      let shift = Self.shift(products)
      form = products.map { Int64($0 >> shift) }
      fraction += slopeFraction - shift
      total += -Self.dyadic(lines.sum, fraction + lines.fraction)
      // Each pre-activation is its bias and a sum over the layer before.
      var constant: Int128 = 0
      var size: Int128 = 0
      var sums = [Int128](repeating: 0, count: below.columns)
      for (i, c) in form.enumerated() where c != 0 {
        // The rounded bias is too small by less than its play.
        constant += Int128(c) * Int128(below.bias[i]) + Int128(min(c, 0)) * Int128(below.biasPlay)
        size += Int128(c.magnitude)
        let start = i * below.columns
        for j in 0..<below.columns { sums[j] &+= Int128(c) &* Int128(below.weights[start + j]) }
      }
      total += Self.dyadic(constant, fraction + below.biasFraction)
      // The rounded weights are, too.
      total +=
        -(Self.dyadic(size, fraction + below.fraction) * Self.dyadic(lines.inputs.sum, lines.inputs.fraction))
      let reduction = Self.shift(sums)
      form = sums.map { Int64($0 >> reduction) }
      fraction += below.fraction - reduction
    }
    // The last rounding, and the least value over 0 ≤ t ≤ 1.
    let least = form.reduce(Int128(-form.count)) { $0 + Int128(min($1, 0)) }
    return total + Self.dyadic(least, fraction)
  }

  private func lines(
    _ layer: Int, _ pattern: PartialPattern, _ sides: [Int: Phase], _ ranges: Ranges, inputs: Values
  ) -> UnitLines {
    let units = chain.unitRange(layer)
    let lines = units.enumerated().map { i, unit in
      line(layer, unit, pattern[unit], side: sides[unit], ranges.l[i], ranges.u[i])
    }
    // Activations at the ends, and at the kink.
    let (off, on, denominator) = chain.slopes[layer]
    let values = units.enumerated().map { i, unit in
      let (l, u) = (BigInt(ranges.l[i]), BigInt(ranges.u[i]))
      let slope = chain.slope(pattern[unit], layer, unit)
      let isOpen = chain.isOpen(pattern[unit], layer, unit)
      let ends =
        isOpen
        ? [l * (l.signum() < 0 ? off : on), u * (u.signum() < 0 ? off : on), 0] : [l * slope, u * slope]
      return (
        low: Self.floor(ends.min() ?? 0, denominator), high: -Self.floor(-(ends.max() ?? 0), denominator)
      )
    }
    let activations = Ranges(
      values.map(\.low), values.map(\.high), fraction: ranges.fraction, bits: Self.bits)
    return UnitLines(
      low: lines.map(\.low), high: lines.map(\.high), fraction: ranges.fraction,
      sum: Values(low: ranges.l, high: ranges.u, fraction: ranges.fraction).sum,
      values: Values(low: activations.l, high: activations.u, fraction: activations.fraction), inputs: inputs)
  }

  /// Lines below and above a unit's activation for z in [l, u], slopes and offsets as integers.
  private func line(
    _ layer: Int, _ unit: Int, _ phase: Phase, side: Phase?, _ l: Int64, _ u: Int64
  ) -> (low: UnitLines.Line, high: UnitLines.Line) {
    let (off, on, denominator) = chain.slopes[layer]
    /// slope · z within lines of a rounded slope.
    func ray(_ phase: Phase) -> (low: UnitLines.Line, high: UnitLines.Line) {
      let exact = chain.slope(phase, layer, unit) << slopeFraction
      let slope = Self.floor(exact, denominator)
      let isExact = slope * denominator == exact
      // What the slope lacks, less than a unit, times |z|.
      let play = isExact ? 0 : Int64(max(l.magnitude, u.magnitude) >> slopeFraction) + 1
      return ((Int64(slope), -play), (Int64(slope), play))
    }
    if phase != .undecided || chain.isLinear(unit, layer) { return ray(phase) }
    // At zero both phases have the value zero.
    if l >= 0 { return ray(.on) }
    if u <= 0 { return ray(.off) }
    let own = ray(side ?? (u.magnitude > l.magnitude ? .on : .off))
    // The chord through (l, off · l) and (u, on · u), its slope rounded; then moved to be on the right side of both.
    let (first, last) = (BigInt(l), BigInt(u))
    let slope = Self.floor((on * last - off * first) << slopeFraction, denominator * (last - first))
    let rises = [
      (off * first << slopeFraction) - slope * first * denominator,
      (on * last << slopeFraction) - slope * last * denominator,
    ]
    let over = denominator << slopeFraction
    if off <= on {
      let offset = -Self.floor(-max(rises[0], rises[1]), over)
      return (own.low, (Int64(slope), Int64(offset)))
    }
    return ((Int64(slope), Int64(Self.floor(min(rises[0], rises[1]), over))), own.high)
  }

  // MARK: Numbers

  fileprivate static func dyadic(_ mantissa: Int128, _ fraction: Int) -> Dyadic {
    Dyadic(mantissa: BigInt(mantissa), exponent: -fraction)
  }

  /// By how many bits the largest of these exceeds an integer of `bits` bits.
  private static func shift(_ values: [Int128]) -> Int {
    let largest = values.reduce(UInt128(0)) { max($0, $1.magnitude) }
    return max(0, 128 - largest.leadingZeroBitCount - bits)
  }

  /// |a / positive| < 2^size.
  fileprivate static func size(_ a: BigInt, _ positive: BigInt) -> Int {
    a.isZero ? 0 : a.magnitude.bitWidth - positive.magnitude.bitWidth + 1
  }

  /// Towards minus infinity; a shift of a negative `BigInt` to the right is not.
  fileprivate static func floor(_ a: BigInt, _ positive: BigInt) -> BigInt {
    let (quotient, rest) = a.quotientAndRemainder(dividingBy: positive)
    return rest.signum() < 0 ? quotient - 1 : quotient
  }

  /// Weights over 2^fraction and biases over 2^biasFraction, rounded down.
  private struct RoundedLayer {
    let rows: Int
    let columns: Int
    let weights: [Int64]
    let bias: [Int64]
    let fraction: Int
    let biasFraction: Int
    /// 0 where no bias was rounded, else 1.
    let biasPlay: Int64

    /// - Parameters: numbers as numerators and positive denominators.
    init(rows: Int, columns: Int, weights: [(BigInt, BigInt)], bias: [(BigInt, BigInt)]) {
      self.rows = rows
      self.columns = columns
      (self.weights, fraction) = Self.rounded(weights)
      (self.bias, biasFraction) = Self.rounded(bias)
      biasPlay = bias.allSatisfy { $0.0.isZero } ? 0 : 1
    }

    private static func rounded(_ numbers: [(BigInt, BigInt)]) -> ([Int64], Int) {
      let sizes = numbers.filter { !$0.0.isZero }.map { RangeRule.size($0.0, $0.1) }
      let fraction = RangeRule.bits - (sizes.max() ?? 0)
      return (
        numbers.map { numerator, denominator in
          Int64(
            fraction >= 0
              ? RangeRule.floor(numerator << fraction, denominator)
              : RangeRule.floor(numerator, denominator << -fraction))
        }, fraction
      )
    }

    /// What the pre-activations lie between where the layer's inputs lie between these values.
    func ranges(_ values: Values, bits: Int) -> Ranges {
      var low: [BigInt] = []
      var high: [BigInt] = []
      // A weight is too small by less than a unit.
      let play = BigInt(values.sum)
      // All over 2^common.
      let common = max(fraction + values.fraction, biasFraction)
      let (products, biases) = (common - fraction - values.fraction, common - biasFraction)
      for i in 0..<rows {
        var l: Int128 = 0
        var u: Int128 = 0
        for j in 0..<columns {
          let w = weights[i * columns + j]
          if w == 0 { continue }
          l &+= Int128(w) &* Int128(w > 0 ? values.low[j] : values.high[j])
          u &+= Int128(w) &* Int128(w > 0 ? values.high[j] : values.low[j])
        }
        low.append(((BigInt(l) - play) << products) + (BigInt(bias[i]) << biases))
        high.append(((BigInt(u) + play) << products) + (BigInt(bias[i] + biasPlay) << biases))
      }
      return Ranges(low, high, fraction: common, bits: bits)
    }
  }

  /// Ranges [l, u] of a layer's pre-activations over 2^fraction.
  private struct Ranges {
    private(set) var l: [Int64]
    private(set) var u: [Int64]
    let fraction: Int

    /// Rounds outwards.
    init(_ low: [BigInt], _ high: [BigInt], fraction exact: Int, bits: Int) {
      let size = (low + high).reduce(0) { max($0, $1.magnitude.bitWidth) }
      let shift = max(0, size - bits)
      l = low.map { Int64(RangeRule.floor($0, BigInt(1) << shift)) }
      u = high.map { Int64(-RangeRule.floor(-$0, BigInt(1) << shift)) }
      fraction = exact - shift
    }

    /// Tightens a range by proved bounds.
    mutating func raise(_ i: Int, to lower: Dyadic, andLowerTo upper: Dyadic) {
      func floor(_ value: Dyadic) -> BigInt {
        let shift = value.exponent + fraction
        return shift >= 0
          ? value.mantissa << shift : RangeRule.floor(value.mantissa, BigInt(1) << -shift)
      }
      // Bounds that contradict each other, as in a node without points, need not have 64 bits.
      let (low, high) = (floor(lower), -floor(-upper))
      if low > BigInt(l[i]), low <= BigInt(u[i]) { l[i] = Int64(low) }
      if high < BigInt(u[i]), high >= BigInt(l[i]) { u[i] = Int64(high) }
    }
  }

  /// What the inputs of a layer lie between, over 2^fraction.
  private struct Values {
    let low: [Int64]
    let high: [Int64]
    let fraction: Int
    /// At least Σ |value|.
    let sum: Int128

    init(low: [Int64], high: [Int64], fraction: Int) {
      self.low = low
      self.high = high
      self.fraction = fraction
      sum = zip(low, high).reduce(0) { $0 + Int128(max($1.0.magnitude, $1.1.magnitude)) }
    }
  }

  /// A layer's lines slope · z + offset, offsets over 2^fraction as the pre-activations' ranges.
  private struct UnitLines {
    typealias Line = (slope: Int64, offset: Int64)
    let low: [Line]
    let high: [Line]
    let fraction: Int
    /// At least Σ |z|.
    let sum: Int128
    /// The activations.
    let values: Values
    /// The layer's inputs.
    let inputs: Values
  }
}
