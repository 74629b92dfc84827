import BigInt
import ExactArithmetic

/// A matrix as an instance file gives it, row-major.
struct ExactMatrix {
  let rows: Int
  let columns: Int
  var elements: [Rational]

  subscript(row: Int, column: Int) -> Rational { elements[row * columns + column] }

  var isSymmetric: Bool {
    rows == columns && (0..<rows).allSatisfy { i in (0..<i).allSatisfy { self[i, $0] == self[$0, i] } }
  }

  /// Whether xᵀ H x ≥ 0 for all x, for this symmetric H over the denominator `scale`: elimination without fractions
  /// (Bareiss) by diagonal pivots. What is left after each step is the Schur complement times the last pivot, which is a
  /// principal minor and positive; so the signs of its diagonal decide.
  func isPositiveSemidefinite(scale: BigInt) -> Bool {
    var rest = elements.map { $0.numerator * (scale / $0.denominator) }
    var open = Array(0..<rows)
    var last: BigInt = 1
    while !open.isEmpty {
      guard open.allSatisfy({ rest[$0 * columns + $0].signum() >= 0 }) else { return false }
      guard let pivot = open.first(where: { rest[$0 * columns + $0].signum() > 0 }) else {
        return open.allSatisfy { i in open.allSatisfy { rest[i * columns + $0].isZero } }
      }
      open.removeAll { $0 == pivot }
      let value = rest[pivot * columns + pivot]
      for i in open {
        for j in open where j >= i {
          let minor = value * rest[i * columns + j] - rest[i * columns + pivot] * rest[pivot * columns + j]
          rest[i * columns + j] = minor / last
          rest[j * columns + i] = rest[i * columns + j]
        }
      }
      last = value
    }
    return true
  }
}

extension [Rational] {
  /// The least common denominator, where the numbers over it stay of a size that can be worked with.
  func commonDenominator(_ place: String) throws(InstanceUnreadable) -> BigInt {
    var common: BigInt = 1
    var isSmall = true
    for number in self where isSmall && common % number.denominator != 0 {
      common *= number.denominator / common.greatestCommonDivisor(with: number.denominator)
      isSmall = common.bitWidth <= 1 << 17 && common.bitWidth * count < 1 << 33
    }
    guard isSmall else {
      throw InstanceUnreadable(
        place, "the denominators have no common multiple of usable size; write simpler fractions")
    }
    return common
  }
}

extension ExactNetwork {
  /// Checked shapes and sizes; T_k as weights and bias.
  static func checked(
    _ layers: [(weights: ExactMatrix, bias: [Rational])], slopes: [Slopes], passing: [Set<Int>] = [],
    box: [ClosedInterval]? = nil
  ) throws(InstanceUnreadable) -> ExactNetwork {
    var inputs: Int?
    var exact: [Layer] = []
    for (index, (weights, bias)) in layers.enumerated() {
      let place = "layer \(index + 1)"
      guard weights.rows > 0, weights.columns > 0, weights.columns == inputs ?? weights.columns,
        bias.count == weights.rows
      else {
        throw InstanceUnreadable(
          place,
          "\(weights.rows) × \(weights.columns) weights and \(bias.count) biases follow \(inputs ?? weights.columns) "
            + "outputs; shapes must chain and be positive")
      }
      inputs = weights.rows
      _ = try (weights.elements + bias).commonDenominator(place)
      exact.append(Layer(rows: weights.rows, columns: weights.columns, weights: weights.elements, bias: bias))
    }
    guard !exact.isEmpty, slopes.count == exact.count - 1 else {
      throw InstanceUnreadable("", "a network needs layers, and an activation between each two; add them")
    }
    guard passing.isEmpty || passing.count == slopes.count,
      zip(passing, exact).allSatisfy({ units, layer in units.allSatisfy { (0..<layer.rows).contains($0) } })
    else { throw InstanceUnreadable("", "a passing unit is none of its layer's; units are numbered from 0") }
    return ExactNetwork(layers: exact, slopes: slopes, passing: passing, box: box)
  }

  static func checked(box lower: [Rational], _ upper: [Rational], inputs: Int) throws(InstanceUnreadable)
    -> [ClosedInterval]
  {
    guard lower.count == inputs, upper.count == inputs else {
      throw InstanceUnreadable(
        "domain", "the box has not one lower and one upper bound an input; give \(inputs) of each")
    }
    guard zip(lower, upper).allSatisfy({ $0 <= $1 }) else {
      throw InstanceUnreadable("domain", "a lower bound exceeds its upper bound; give lower ≤ upper")
    }
    return zip(lower, upper).map { ClosedInterval(lower: $0, upper: $1) }
  }
}

extension ExactNetwork.Slopes {
  static var relu: Self { .init(off: 0, on: 1) }
  static var abs: Self { .init(off: -1, on: 1) }
}
