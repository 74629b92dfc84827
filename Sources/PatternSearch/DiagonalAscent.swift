public import LinearAlgebra
import RandomNumbers

extension PatternProblem {
  /// A lower estimate of the free maximum of a pair of layers, by ascent and flips (`DiagonalMaximization`).
  ///
  /// - Precondition: one hidden layer, norm 2.
  public func ascentMaximum(
    restarts: Int, seed: UInt64, shouldStop: () -> Bool = { false }
  ) throws(LAPACKFailure) -> DiagonalMaximum {
    precondition(hiddenLayers == 1 && norm == .two)
    var search = DiagonalMaximization(
      outer: weights[1], inner: weights[0], lower: slopes.map { min($0.off, $0.on) },
      upper: slopes.map { max($0.off, $0.on) })
    search.restarts = restarts
    var random = SplitMix64(seed: seed)
    return try search.maximum(using: &random, shouldStop: shouldStop)
  }
}
