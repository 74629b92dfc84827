import LinearAlgebra
import RandomNumbers

extension PatternProblem {
  /// `count` points of the domain's free inputs: uniform in a box, and on all of Rⁿ Gaussian at scales from a
  /// hundredth to a thousand times the distance of the first layer's kinks, every other one uniform in `usual`.
  ///
  /// - Parameter usual: where the inputs usually lie, if that is known.
  func samplePoints(count: Int, seed: UInt64, usual: Domain) -> [[Double]] {
    var random = SplitMix64(seed: seed)
    func uniform(_ lower: [Double], _ upper: [Double]) -> [Double] {
      freeInputs.map { lower[$0] + (upper[$0] - lower[$0]) * random.uniform() }
    }
    if case .attainable(let domain) = patterns, let (lower, upper) = domain.box {
      return (0..<count).map { _ in uniform(lower, upper) }
    }
    let scales = [1, 0.1, 10, 0.01, 100, 1000].map { $0 * kinkDistance }
    return (0..<count).map { k in
      if case .box(let lower, let upper) = usual, k % 2 == 0 { return uniform(lower, upper) }
      return freeInputs.map { _ in scales[k / 2 % scales.count] * random.gaussian() }
    }
  }

  /// The median distance of the first hidden layer's kinks from the origin; 1 where there is none.
  var kinkDistance: Double {
    guard hiddenLayers > 0 else { return 1 }
    let distances = (0..<chain[0].rows).compactMap { i -> Double? in
      let length = LinearAlgebra.norm(Array(chain[0].row(i)))
      return length > 0 && biases[0][i] != 0 ? abs(biases[0][i]) / length : nil
    }.sorted()
    return distances.isEmpty ? 1 : distances[distances.count / 2]
  }

  /// The best exact witness among sampled points: a proved lower bound on L(f, X).
  ///
  /// O(count) forward passes and spectral norms; exact arithmetic for each new record.
  ///
  /// - Parameter settings: the seed, the limits and where the inputs usually lie.
  /// - Returns: the witness, and whether a limit cut the sampling short.
  public func bestSample(count: Int, settings: SearchSettings) -> (witness: Witness?, isStopped: Bool) {
    precondition(isAttainable)
    let state = SearchState(problem: self, settings: settings, sink: { _ in })
    for point in samplePoints(count: count, seed: settings.seed, usual: settings.usualInputs) {
      if state.shouldStop() { return (state.witness, true) }
      state.offer(point: point)
    }
    return (state.witness, false)
  }
}
