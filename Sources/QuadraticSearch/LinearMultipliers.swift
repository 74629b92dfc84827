/// A proved bound on E from multipliers y ≥ 0 of odd-cycle inequalities, whoever suggests them:
///
///     Σ w x  ≥  Σ_e min over x_e in [lo_e, hi_e] of D_e x_e  -  Σ y_r (|F_r| - 1),      D = w + Aᵀ y
///
/// in fixed point: y is rounded to multiples of 2⁻ᵏ, and everything after that is integer arithmetic.
package struct LinearMultipliers: Sendable {
  private let graph: CutGraph
  /// k: all sums below stay under 2¹²⁴.
  private let shift: Int

  package init(_ graph: CutGraph) {
    self.graph = graph
    let bits = Int128.bitWidth - graph.absoluteSum.leadingZeroBitCount
    shift = max(0, min(40, 100 - bits))
  }

  package struct Bound: Sendable {
    /// 2ᵏ times the bound on E.
    fileprivate let scaled: Int128
    /// 2ᵏ D.
    fileprivate let reducedCosts: [Int128]
    fileprivate let shift: Int

    /// The largest integer that E may be.
    package var floor: Int128 { scaled >> Int128(shift) }

    package var estimate: Double { Double(scaled) * Double(sign: .plus, exponent: -shift, significand: 1) }

    /// E is below `cutoff`, whatever the rest, unless the edge takes the value that this returns; nil where that cannot be
    /// said.
    package func fixing(_ edge: Int, cutoff: Int128) -> Bool? {
      let d = reducedCosts[edge]
      return scaled - 2 * abs(d) < cutoff << Int128(shift) ? d < 0 : nil
    }

    /// The bound on E once the edge takes the other value than the reduced cost wants.
    func floorOpposing(_ edge: Int) -> Int128 { (scaled - 2 * abs(reducedCosts[edge])) >> Int128(shift) }
  }

  /// The rows that a bound by these multipliers uses, and the multipliers as it rounds them.
  func evidence(_ rows: [OddCycleInequality], multipliers: [Double]) -> LinearEvidence {
    var evidence = LinearEvidence()
    guard isUsable(rows, multipliers) else { return evidence }
    let unit = Double(sign: .plus, exponent: shift, significand: 1)
    for (row, y) in zip(rows, multipliers) where (y * unit).rounded() > 0 {
      evidence.rows.append(row)
      evidence.multipliers.append((y * unit).rounded() / unit)
    }
    return evidence
  }

  /// Else the multipliers are nonsense, or the numbers too long: none of them is used.
  private func isUsable(_ rows: [OddCycleInequality], _ multipliers: [Double]) -> Bool {
    let unit = Double(sign: .plus, exponent: shift, significand: 1)
    var weight = Double(graph.absoluteSum) * unit
    for (row, y) in zip(rows, multipliers) where y > 0 { weight += y * unit * Double(row.terms.count) }
    return weight < 0x1p120
  }

  /// - Parameters:
  ///   - multipliers: estimates; what is not positive counts as 0.
  ///   - values: x_e where it is fixed.
  /// - Returns: The bound on E. O(length of the rows).
  package func bound(
    _ rows: [OddCycleInequality], multipliers: [Double], values: [Bool?]
  ) -> Bound {
    let unit = Double(sign: .plus, exponent: shift, significand: 1)
    let isUsable = isUsable(rows, multipliers)
    var reduced = graph.edges.map { $0.weight << Int128(shift) }
    var minimum: Int128 = 0
    for (row, y) in zip(rows, multipliers) where isUsable && y > 0 {
      let rounded = Int128((y * unit).rounded())
      guard rounded > 0 else { continue }
      for term in row.terms {
        reduced[OddCycleInequality.edge(term)] += OddCycleInequality.isInF(term) ? rounded : -rounded
      }
      minimum -= rounded * Int128(row.bound)
    }
    for (d, value) in zip(reduced, values) { minimum += value.map { $0 ? d : 0 } ?? min(d, 0) }
    return Bound(scaled: (graph.sum << Int128(shift)) - 2 * minimum, reducedCosts: reduced, shift: shift)
  }
}
