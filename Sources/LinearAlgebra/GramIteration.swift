extension Matrix {
  /// A number proved to be at least ‖W‖₂, by squaring: with G₀ = W and Gᵢ₊₁ = GᵢᵀGᵢ,
  ///
  ///     ‖W‖₂ = ‖Gₜ‖₂^(1/2ᵗ) ≤ ‖Gₜ‖_F^(1/2ᵗ)
  ///
  /// which is too large by less than n^(1/2^(t+1)). Every Gᵢ is scaled by a power of two; what forming it may lose, γ(k) ‖Gᵢ‖_F², is
  /// added on the way back.
  ///
  /// - Cost: t products of the smaller side.
  /// - Reference: Delattre, Barthélemy, Araujo & Allauzen, Efficient bound of Lipschitz constant for convolutional layers by Gram
  ///   iteration, ICML 2023.
  public func gramIterationUpperBound(iterations: Int = 12) -> Double {
    guard isFinite else { return .infinity }
    guard let (start, exponent) = scaledToUnit() else { return 0 }
    var current = start
    var losses: [(loss: Double, exponent: Int)] = []
    for step in 0..<Swift.max(1, iterations) {
      let inner = step == 0 ? Swift.max(rows, columns) : current.rows
      let size = current.frobeniusNormUpperBound()
      guard let (next, shift) = current.gram().scaledToUnit() else { break }
      let loss = 2 * unitRoundoff * Double(inner + 2) * size * size
      losses.append((Double(sign: .plus, exponent: -shift, significand: loss), shift))
      current = next
    }
    var bound = current.frobeniusNormUpperBound()
    for (loss, shift) in losses.reversed() {
      // ‖G‖² = ‖GᵀG‖ ≤ 2^shift (‖next‖ + loss).
      bound = (bound + loss).nextUp
      let isOdd = shift % 2 != 0
      bound = (isOdd ? 2 * bound : bound).squareRoot().nextUp
      bound = Double(sign: .plus, exponent: (isOdd ? shift - 1 : shift) / 2, significand: bound)
    }
    return Double(sign: .plus, exponent: exponent, significand: bound).nextUp
  }
}
