import LinearAlgebra

/// W_1 … W_K, K ≥ 2, scaled by powers of two so that products along the chain, and their squares, neither overflow nor underflow:
///
///     a unit that nothing reaches, or that reaches nothing, is zero; every other unit's row of weights has its largest entry in
///     [1, 2), and what that takes goes into its column of the next layer, whose largest column then has its largest entry in [1, 2)
///
/// Positive factors on both sides of a unit leave J(σ) alone; what the columns lose together is 2^exponent.
struct BalancedChain {
  private let chain: [Matrix]
  /// J(σ) is 2^exponent times the product of the chain.
  let exponent: Int

  init(_ original: [Matrix]) {
    var chain = Self.connected(original)
    var exponent = 0
    for k in chain.indices.dropLast() {
      let units = (0..<chain[k].rows).filter { chain[k].row($0).contains { $0 != 0 } }
      let rows = units.map { chain[k].row($0).largest.exponent }
      let columns = units.map { chain[k + 1].column($0)[...].largest.exponent }
      let top = zip(rows, columns).map { $0 + $1 }.max() ?? 0
      exponent += top
      for (unit, (row, column)) in zip(units, zip(rows, columns)) {
        for j in 0..<chain[k].columns { chain[k][unit, j].scale(by: -row) }
        for i in 0..<chain[k + 1].rows {
          chain[k + 1][i, unit].scale(by: -column)
          chain[k + 1][i, unit].scale(by: row + column - top)
        }
      }
    }
    self.chain = chain
    self.exponent = exponent
  }

  /// Without what is not on a path from an input to an output.
  private static func connected(_ original: [Matrix]) -> [Matrix] {
    var chain = original
    func isZero(_ values: some Sequence<Double>) -> Bool { values.allSatisfy { $0 == 0 } }
    for k in chain.indices.dropLast() {
      for unit in 0..<chain[k].rows where isZero(chain[k].row(unit)) {
        for i in 0..<chain[k + 1].rows { chain[k + 1][i, unit] = 0 }
      }
    }
    for k in chain.indices.dropLast().reversed() {
      for unit in 0..<chain[k].rows where isZero(chain[k + 1].column(unit)) {
        for j in 0..<chain[k].columns { chain[k][unit, j] = 0 }
      }
    }
    return chain
  }

  /// Whether what underflow may still hide is negligible beside the largest products; always with two layers, and with more
  /// unless weights span hundreds of orders of magnitude.
  var isUsable: Bool { chain.contains(where: \.isZero) || magnitude(nil) > 0x1p-200 }

  /// ‖ |W_K| |D| … |W_1| ‖_F with the larger |slope| of every unit, rounded up.
  ///
  /// - Parameter slopes: nil for 1.
  func magnitude(_ slopes: [UnitSlopes]?) -> Double {
    var product = chain[0].magnitudes
    for (k, matrix) in chain.dropFirst().enumerated() {
      let factor = slopes.map { max(abs($0[k].on), abs($0[k].off)) } ?? 1
      product = matrix.magnitudes * (product * factor)
    }
    return product.frobeniusNormUpperBound() * (1 + 1e-10)
  }

  /// The chain with its ends compressed by orthogonal maps, which leave norms alone.
  var compressed: [Matrix] {
    var chain = chain
    if let inner = try? chain[0].transposed().compressingRows() { chain[0] = inner.transposed() }
    if let outer = try? chain[chain.count - 1].compressingRows() { chain[chain.count - 1] = outer }
    return chain
  }
}

extension ArraySlice<Double> {
  fileprivate var largest: Double { reduce(0) { Swift.max($0, abs($1)) } }
}

extension Double {
  /// Times 2^exponent, in two steps, so that no exponent is out of range.
  fileprivate mutating func scale(by exponent: Int) {
    let half = exponent / 2
    self *= Double(sign: .plus, exponent: half, significand: 1)
    self *= Double(sign: .plus, exponent: exponent - half, significand: 1)
  }
}
