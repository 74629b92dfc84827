import BigInt
import ExactArithmetic

/// The rule *infeasible* (Motzkin's transposition theorem): a cell is the set of points of the domain where
///
///     s_r · form_r(y) > 0     for its decided units r
///
/// and it is empty if some y_r ≥ 0, not all zero, give Σ y_r s_r form_r ≤ 0 on the whole domain. A unit whose form vanishes
/// identically imposes nothing, whatever its phase: it may not be among the rows.
struct InfeasibleRule {
  /// A strict inequality: linear part and constant, all over one positive number that does not matter here.
  typealias Row = [BigInt]

  private let chain: PatternChain
  private var byFirstLayer: LocalForms
  /// The first layer's pre-activations at some point, times the layer's denominator; the denominator last.
  private let probe: [BigInt]

  init(_ chain: PatternChain) {
    self.chain = chain
    byFirstLayer = LocalForms(chain, .firstLayer)
    let first = chain.layers[0]
    probe =
      (0..<first.rows).map { i in
        (0..<first.columns).reduce(first.bias[i]) {
          $0 + first.weights[i * first.columns + $1] * BigInt(($1 * 7919 + 211) % 1009 - 500)
        }
      } + [first.denominator]
  }

  /// s · form of a decided unit.
  ///
  /// - Parameter byInputs: the proof's forms in the inputs.
  private mutating func row(
    _ unit: Int, _ pattern: PartialPattern, _ coordinates: Coordinates, _ byInputs: inout LocalForms,
    _ words: Words
  ) throws(CertificateRejected) -> (row: Row, denominator: BigInt) {
    guard pattern[unit] != .undecided else { throw words.rejected("unit \(unit) is undecided in this node") }
    let layer = chain.layer(of: unit)
    let index = unit - chain.offsets[layer]
    let (affine, open) =
      coordinates == .inputs ? byInputs.forms(layer, pattern) : byFirstLayer.forms(layer, pattern)
    guard let affine else {
      throw words.rejected("unit \(unit) has no local form: unit \(open) before it is undecided")
    }
    let form = affine.rows[index]
    guard !vanishes(form, coordinates, layer: layer, index: index, pattern, &byInputs) else {
      throw words.rejected("the local form of unit \(unit) vanishes identically: it imposes nothing")
    }
    return (pattern[unit] == .on ? form : form.map { -$0 }, affine.denominator)
  }

  /// Whether a unit's form is zero for all inputs.
  private func vanishes(
    _ form: Row, _ coordinates: Coordinates, layer: Int, index: Int, _ pattern: PartialPattern,
    _ byInputs: inout LocalForms
  ) -> Bool {
    if coordinates == .inputs { return form.allSatisfy(\.isZero) }
    // Nonzero at one point is enough; only else the form itself is formed.
    if !zip(form, probe).reduce(BigInt(0), { $1.0.isZero ? $0 : $0 + $1.0 * $1.1 }).isZero { return false }
    return byInputs.forms(layer, pattern).forms?.isZero(index) ?? true
  }

  /// `rounded U y U y …` on a box: the maximum of Σ y_r s_r form_r over the box is at most 0.
  mutating func checkRounded(
    _ pattern: PartialPattern, _ box: NodeBox?, _ byInputs: inout LocalForms, _ words: inout Words
  ) throws(CertificateRejected) {
    guard let box else { throw words.rejected("rounded multipliers prove this on a box only") }
    var terms: [(multiplier: Dyadic, row: Row, denominator: BigInt)] = []
    var isNamed = Set<Int>()
    while !words.isAtEnd {
      let unit = try words.index(below: chain.units, "unit")
      guard isNamed.insert(unit).inserted else { throw words.rejected("unit \(unit) has two multipliers") }
      let multiplier = try words.dyadic("multiplier")
      guard multiplier.signum >= 0 else { throw words.rejected("the multiplier of unit \(unit) is negative") }
      if multiplier.isZero { continue }
      let (row, denominator) = try row(unit, pattern, .inputs, &byInputs, words)
      terms.append((multiplier, row, denominator))
    }
    guard let exponent = terms.map(\.multiplier.exponent).min() else {
      throw words.rejected("all multipliers are zero")
    }
    // A later layer's denominator is a multiple of an earlier one's.
    let common = terms.map(\.denominator).max() ?? 1
    var sum = [BigInt](repeating: 0, count: chain.inputs + 1)
    for (multiplier, row, denominator) in terms {
      let factor = multiplier.scaled(to: exponent) * (common / denominator)
      for (j, entry) in row.enumerated() where !entry.isZero { sum[j] += factor * entry }
    }
    var largest = Rational(sum[chain.inputs])
    for (coefficient, interval) in zip(sum, box.intervals) where !coefficient.isZero {
      largest += Rational(coefficient) * (coefficient.signum() > 0 ? interval.upper : interval.lower)
    }
    guard largest.signum <= 0 else {
      throw words.rejected(
        "the combined inequality is positive somewhere in the box: the cell may have points")
    }
  }

  /// `exact U U … lJ … uJ …`: the multipliers of these rows, unique up to a factor, are found exactly; they cancel the linear
  /// part, are nonnegative, and leave a constant ≤ 0. `lJ` and `uJ` are the faces of the box, x_J ≥ lower and ≤ upper.
  ///
  /// - Parameter coordinates: what the rows are affine in.
  mutating func checkExact(
    _ pattern: PartialPattern, _ box: NodeBox?, _ coordinates: Coordinates, _ byInputs: inout LocalForms,
    _ words: inout Words
  ) throws(CertificateRejected) {
    var rows: [Row] = []
    var isStrict: [Bool] = []
    let width = coordinates == .inputs ? chain.inputs : chain.layers[0].rows
    guard words.count <= width + 1 else {
      throw words.rejected(
        "\(words.count) rows over \(width) coordinates have no multipliers unique up to a factor")
    }
    while !words.isAtEnd {
      let name = words.peek()
      if name.hasPrefix("l") || name.hasPrefix("u") {
        rows.append(try face(&words, box, coordinates))
        isStrict.append(false)
      } else {
        let unit = try words.index(below: chain.units, "unit")
        rows.append(try row(unit, pattern, coordinates, &byInputs, words).row)
        isStrict.append(true)
      }
    }
    guard let multipliers = nullVector(rows) else {
      throw words.rejected(
        "these rows have no multipliers, unique up to a factor, that cancel their linear parts")
    }
    guard multipliers.allSatisfy({ $0.signum() >= 0 }) else {
      throw words.rejected("a multiplier is negative")
    }
    // The rows of the domain's faces are no strict inequalities; a cell's interior has them strict, too.
    let constant = zip(multipliers, rows).reduce(BigInt(0)) { $0 + $1.0 * $1.1[$1.1.count - 1] }
    let usesStrictRow = zip(multipliers, isStrict).contains { !$0.isZero && $1 }
    guard constant.signum() < 0 || (constant.isZero && usesStrictRow) else {
      throw words.rejected("the combined inequality has a positive constant: the cell may have points")
    }
  }

  private func face(_ words: inout Words, _ box: NodeBox?, _ coordinates: Coordinates)
    throws(CertificateRejected) -> Row
  {
    let name = try words.bytes("face of the box")
    guard let box, coordinates == .inputs, let input = Words.small(name.dropFirst()),
      (0..<chain.inputs).contains(input)
    else {
      throw words.rejected("\(String(decoding: name.prefix(20), as: UTF8.self)) is no face of the domain")
    }
    let isLower = name.first == UInt8(ascii: "l")
    let bound = isLower ? box.intervals[input].lower : box.intervals[input].upper
    var row = [BigInt](repeating: 0, count: chain.inputs + 1)
    row[input] = isLower ? bound.denominator : -bound.denominator
    row[chain.inputs] = isLower ? -bound.numerator : bound.numerator
    return row
  }

  /// The multipliers that cancel the linear parts, if they are unique up to a factor; with a positive first nonzero one. By
  /// fraction-free Gauss-Jordan elimination: every division is exact.
  private func nullVector(_ rows: [Row]) -> [BigInt]? {
    guard let width = rows.first.map({ $0.count - 1 }) else { return nil }
    // Equations: one a coordinate; unknowns: one a row.
    var equations = (0..<width).map { j in rows.map { $0[j] } }.filter { $0.contains { !$0.isZero } }
    var pivots: [Int] = []
    var free: Int?
    var divisor: BigInt = 1
    for column in rows.indices {
      let rank = pivots.count
      guard let found = (rank..<equations.count).first(where: { !equations[$0][column].isZero }) else {
        if free != nil { return nil }
        free = column
        continue
      }
      equations.swapAt(rank, found)
      let pivot = equations[rank][column]
      for k in equations.indices where k != rank {
        let factor = equations[k][column]
        for j in rows.indices where j >= column || j == free {
          equations[k][j] = (pivot * equations[k][j] - factor * equations[rank][j]) / divisor
        }
        // The pivots before share one value.
        if k < rank { equations[k][pivots[k]] = pivot }
      }
      divisor = pivot
      pivots.append(column)
    }
    guard let free else { return nil }
    // pivot · y_column + entry · y_free = 0, with one pivot for all.
    var result = [BigInt](repeating: 0, count: rows.count)
    let sign: BigInt = divisor.signum() < 0 ? -1 : 1
    result[free] = sign * divisor
    for (k, column) in pivots.enumerated() { result[column] = -sign * equations[k][free] }
    return result
  }
}
