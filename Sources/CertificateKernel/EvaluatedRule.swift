import BigInt
import ExactArithmetic

/// The rule *evaluated*: a node that leaves one Jacobian, whose norm is compared with the level exactly, ties included.
struct EvaluatedRule {
  let chain: PatternChain
  let norm: OperatorNorm

  /// What is wrong; nil where ‖J‖² ≤ level is proved, for a part of J.
  func failure(
    _ pattern: PartialPattern, _ part: JacobianPart, _ local: inout LocalForms, level: Rational
  ) -> String? {
    let (outputs, open) = local.forms(chain.hiddenLayers, pattern)
    guard let outputs else { return "unit \(open) is undecided and matters" }
    let jacobian = part.restrict(outputs.rows.map { Array($0.dropLast()) })
    let square = outputs.denominator * outputs.denominator
    guard norm == .two else {
      let sizes = jacobian.map { $0.map { BigInt($0.magnitude) } }
      return Rational(norm.square(ofMagnitudes: sizes), square) <= level
        ? nil : "the norm of J exceeds the level"
    }
    // Ties, where the matrix is singular, are decided by elimination, whatever its size.
    let matrix = IntegerMatrix(
      rows: jacobian.count, columns: chain.inputs, elements: jacobian.flatMap { $0 },
      denominator: outputs.denominator)
    return matrix.proves(level, eliminationLimit: .max)
      ? nil : "level I - J Jᵀ is not positive semidefinite: the norm of J exceeds the level"
  }
}

/// The rule *interval*: entrywise bounds of J over all completions of a node, by interval products, and from them
/// the norm of J, or of a part of it; ‖J‖₂² ≤ min(Σ |J_ij|², ‖J‖₁ ‖J‖_∞).
struct IntervalRule {
  let chain: PatternChain
  let norm: OperatorNorm
  private typealias Bounds = (sizes: [[BigInt]], denominator: BigInt)

  /// The bounds of |J_ij| that were asked for last: parts of J ask for the same ones after another.
  private var known: (pattern: PartialPattern, bounds: Bounds)?

  init(chain: PatternChain, norm: OperatorNorm) {
    self.chain = chain
    self.norm = norm
  }

  /// What is wrong; nil where ‖J‖² ≤ level is proved, for a part of J.
  mutating func failure(_ pattern: PartialPattern, _ part: JacobianPart, level: Rational) -> String? {
    let (sizes, denominator) = known.flatMap { $0.pattern == pattern ? $0.bounds : nil } ?? sizes(pattern)
    known = (pattern, (sizes, denominator))
    let square = norm.square(ofMagnitudes: part.restrict(sizes))
    return Rational(square, denominator * denominator) <= level ? nil : "the interval bound exceeds the level"
  }

  /// Bounds of |J_ij| over a denominator.
  private func sizes(_ pattern: PartialPattern) -> Bounds {
    var (low, denominator) = (matrix(0), chain.layers[0].denominator)
    var high = low
    for layer in 0..<chain.hiddenLayers {
      let slopes = chain.slopes[layer]
      for (i, unit) in chain.unitRange(layer).enumerated() {
        let factors =
          chain.isOpen(pattern[unit], layer, unit)
          ? [slopes.off, slopes.on] : [chain.slope(pattern[unit], layer, unit)]
        for j in 0..<chain.inputs {
          let products = factors.flatMap { [$0 * low[i][j], $0 * high[i][j]] }
          low[i][j] = products.min() ?? 0
          high[i][j] = products.max() ?? 0
        }
      }
      let weights = matrix(layer + 1)
      let rows = RowCombinations(
        (low + high).map { $0.enumerated().map { (column: $0.offset, value: $0.element) } },
        width: chain.inputs, weightBits: weights.joined().largestBitWidth)
      let count = low.count
      func combined(_ row: [BigInt], isLow: Bool) -> [BigInt] {
        rows.sum(
          row.enumerated().map { k, weight in
            (row: (weight.signum() > 0) == isLow ? k : count + k, weight: weight)
          })
      }
      low = weights.map { combined($0, isLow: true) }
      high = weights.map { combined($0, isLow: false) }
      denominator *= slopes.denominator * chain.layers[layer + 1].denominator
    }
    let sizes = zip(low, high).map { zip($0, $1).map { max(BigInt($0.magnitude), BigInt($1.magnitude)) } }
    return (sizes, denominator)
  }

  private func matrix(_ index: Int) -> [[BigInt]] {
    let layer = chain.layers[index]
    return (0..<layer.rows).map { i in
      Array(layer.weights[(i * layer.columns)..<((i + 1) * layer.columns)])
    }
  }
}
