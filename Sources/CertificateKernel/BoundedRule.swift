import BigInt
import ExactArithmetic

/// The rule *bounded*: the multipliers t of the semidefinite relaxation of a node. One variable z_i for each undecided unit, with
/// c_i its pre-activation as a form in the input direction v and the earlier z (decided units are substituted), O the output's
/// form, and slopes α, β:
///
///     S(λ, t) = λ E_v - OᵀO + Σ t_i sym((e_i - α c_i)(e_i - β c_i)ᵀ) ⪰ 0     ⟹     ‖J(σ)‖² ≤ λ for every completion
///
/// for (z_i - α c_i)(z_i - β c_i) = 0 whatever the phase. Where v ranges over signs, to sum up the |entries| of a row, λ E_v may be
/// any diagonal of trace λ. The same for Jᵀ, the chain of transposed layers in reverse order.
struct BoundedRule {
  private let chain: PatternChain
  /// W_1 … W_K or W_Kᵀ … W_1ᵀ.
  private let matrices: [IntegerMatrix]
  /// The hidden layer that each product with a matrix leads to, and its units.
  private let order: [Int]
  /// WᵀW of the last matrix.
  private let gram: [[BigInt]]

  /// A form in the undecided units' z and v; entries that are not there are zero.
  private typealias Form = RowCombinations.Row

  init(_ chain: PatternChain, transposed: Bool) {
    self.chain = chain
    let plain = chain.layers.map { IntegerMatrix($0) }
    matrices = transposed ? plain.reversed().map { $0.transposed() } : plain
    order = transposed ? (0..<chain.hiddenLayers).reversed() : Array(0..<chain.hiddenLayers)
    let last = matrices[matrices.count - 1].transposed()
    gram = (0..<last.rows).map { i in
      (0..<last.rows).map { j in
        j > i
          ? 0
          : (0..<last.columns).reduce(into: BigInt(0)) {
            if !last[i, $1].isZero, !last[j, $1].isZero { $0 += last[i, $1] * last[j, $1] }
          }
      }
    }
  }

  /// Checks S(λ, t) ⪰ 0.
  ///
  /// - Parameters:
  ///   - multipliers: t by unit; units without one have t = 0.
  ///   - weights: empty for λ E_v; else the shares of λ on a diagonal in its place, for v of signs.
  /// - Returns: what is wrong; nil where the bound is proved.
  func failure(
    _ pattern: PartialPattern, multipliers: [Int: Dyadic], weights: [Rational], level: Rational
  ) -> String? {
    let directions = matrices[0].columns
    let undecided = order.flatMap { layer in
      chain.unitRange(layer).filter { chain.isOpen(pattern[$0], layer, $0) }
    }
    let width = undecided.count + directions
    // Columns: the undecided units in chain order, then v.
    var hidden: [Form] = (0..<directions).map { [(undecided.count + $0, 1)] }
    var denominator: BigInt = 1
    var kept: [(column: Int, unit: Int, form: Form, denominator: BigInt, slopes: Int)] = []
    var column = 0
    for (step, layer) in order.enumerated() {
      let pre = product(matrices[step], hidden, width: width)
      let preDenominator = denominator * matrices[step].denominator
      let slopes = chain.slopes[layer]
      denominator = preDenominator * slopes.denominator
      hidden = []
      for (i, unit) in chain.unitRange(layer).enumerated() {
        if !chain.isOpen(pattern[unit], layer, unit) {
          let slope = chain.slope(pattern[unit], layer, unit)
          hidden.append(slope.isZero ? [] : pre[i].map { ($0.column, slope * $0.value) })
          continue
        }
        // A unit whose form vanishes has z = 0.
        hidden.append(pre[i].isEmpty ? [] : [(column, denominator)])
        if !pre[i].isEmpty { kept.append((column, unit, pre[i], preDenominator, layer)) }
        column += 1
      }
    }
    var matrix = SymmetricTerms(columns: kept.map(\.column) + (undecided.count..<width), width: width)
    let outputs = denominator * matrices[order.count].denominator
    let square = outputForm(hidden, width: width) { k in
      order.last.map { chain.isOpen(pattern[chain.offsets[$0] + k], $0, chain.offsets[$0] + k) } ?? false
    }
    matrix.add(square.map { ($0, $1, -$2) }, over: outputs * outputs)
    for (column, unit, form, preDenominator, layer) in kept {
      guard let t = multipliers[unit], !t.isZero else { continue }
      let slopes = chain.slopes[layer]
      matrix.add([(column, column, t.mantissa)], power: t.exponent)
      // -½ (α + β) t (c eᵀ + e cᵀ): an entry is half of what stands at it and its mirror image.
      let factor = -t.mantissa * (slopes.off + slopes.on)
      matrix.add(
        form.map { (column, $0.column, factor * $0.value) }, over: slopes.denominator * preDenominator,
        power: t.exponent - 1)
      let curvature = t.mantissa * slopes.off * slopes.on
      if curvature.isZero { continue }
      let square = slopes.denominator * preDenominator
      matrix.add(
        form.flatMap { a in
          form.filter { $0.column <= a.column }.map { (a.column, $0.column, curvature * a.value * $0.value) }
        }, over: square * square, power: t.exponent)
    }
    if weights.isEmpty {
      matrix.add(
        (undecided.count..<width).map { ($0, $0, level.numerator) }, over: level.denominator)
    } else {
      let total = weights.reduce(Rational.zero, +)
      guard weights.count == directions, weights.allSatisfy({ $0.signum >= 0 }), total.signum > 0 else {
        return
          "the diagonal needs one number for each of \(directions) directions, none negative and not all zero"
      }
      for (j, weight) in weights.enumerated() {
        let share = level * weight / total
        matrix.add([(undecided.count + j, undecided.count + j, share.numerator)], over: share.denominator)
      }
    }
    return matrix.failure()
  }

  private func product(_ matrix: IntegerMatrix, _ hidden: [Form], width: Int) -> [Form] {
    let rows = RowCombinations(hidden, width: width, weightBits: matrix.elements.largestBitWidth)
    let used = hidden.indices.filter { !hidden[$0].isEmpty }
    return (0..<matrix.rows).map { i in
      rows.sum(used.map { (row: $0, weight: matrix[i, $0]) })
        .enumerated().filter { !$0.element.isZero }.map { ($0.offset, $0.element) }
    }
  }

  /// OᵀO = Hᵀ (WᵀW) H, one of each pair of mirror images.
  private func outputForm(
    _ hidden: [Form], width: Int, isUndecided: (Int) -> Bool
  ) -> [SymmetricTerms.Term] {
    var result: [SymmetricTerms.Term] = []
    // Undecided units have one entry, each its own: nothing is to be summed up among them.
    let single = hidden.indices.filter { isUndecided($0) && !hidden[$0].isEmpty }
    let dense = hidden.indices.filter { !isUndecided($0) && !hidden[$0].isEmpty }
    func weight(_ p: Int, _ q: Int) -> BigInt { gram[max(p, q)][min(p, q)] }
    func add(_ i: Int, _ j: Int, _ value: BigInt, bothOrders: Bool) {
      result.append((i, j, bothOrders && i == j ? 2 * value : value))
    }
    for (k, p) in single.enumerated() {
      for q in single[...k] where !weight(p, q).isZero {
        let (x, y) = (hidden[p][0], hidden[q][0])
        add(x.column, y.column, weight(p, q) * x.value * y.value, bothOrders: p != q)
      }
    }
    guard !dense.isEmpty else { return result }
    // Σ_q G_pq H_q over the dense rows.
    func combined(_ p: Int) -> [BigInt] {
      var sum = [BigInt](repeating: 0, count: width)
      for q in dense where !weight(p, q).isZero {
        for (j, value) in hidden[q] { sum[j] += weight(p, q) * value }
      }
      return sum
    }
    for p in single {
      let x = hidden[p][0]
      for (j, value) in combined(p).enumerated() where !value.isZero {
        add(x.column, j, x.value * value, bothOrders: true)
      }
    }
    var square = [[BigInt]](repeating: [], count: width)
    for p in dense {
      let sum = combined(p)
      for (i, factor) in hidden[p] {
        if square[i].isEmpty { square[i] = [BigInt](repeating: 0, count: i + 1) }
        for j in 0...i where !sum[j].isZero { square[i][j] += factor * sum[j] }
      }
    }
    for (i, row) in square.enumerated() {
      for (j, value) in row.enumerated() where !value.isZero { add(i, j, value, bothOrders: false) }
    }
    return result
  }
}
