import LinearAlgebra

extension PatternProblem {
  /// The best exact witness at the ends of annealing chains: a proved lower bound on L(f, X).
  ///
  /// - Parameter settings: the seed, the limits and where the inputs usually lie.
  /// - Returns: the witness, and whether a limit cut the chains short.
  /// - Cost: `steps` forward passes and norms a chain.
  public func bestAnnealed(chains: Int, steps: Int, settings: SearchSettings) -> (
    witness: Witness?, isStopped: Bool
  ) {
    precondition(isAttainable)
    let state = SearchState(problem: self, settings: settings, sink: { _ in })
    let annealing = SimulatedAnnealing(chains: chains, steps: steps, seed: settings.seed)
    let box = freeBox
    let widths =
      box.map { box in zip(box.lower, box.upper).map { $1 - $0 } }
      ?? [Double](repeating: 4 * kinkDistance, count: freeInputs.count)
    let starts = samplePoints(count: 8 * chains, seed: settings.seed, usual: settings.usualInputs)
      .map { (value: normEstimate(at: $0), x: $0) }.sorted { $0.value > $1.value }.prefix(chains).map(\.x)
    let clamp = { (x: [Double]) in
      box.map { box in x.indices.map { min(max(x[$0], box.lower[$0]), box.upper[$0]) } } ?? x
    }
    let ends = annealing.maximize(
      normEstimate(at:), from: starts, widths: widths, clamp: clamp, shouldStop: { state.shouldStop() })
    let found = bestWitness(among: ends.map { inputPoint($0.x) }, settings: settings.withoutLimits)
    return (found.witness, state.shouldStop())
  }

  /// The Jacobian's norm at a point of the free inputs in double precision; 0 outside the domain.
  public func normEstimate(at x: [Double]) -> Double {
    guard freePart(of: inputPoint(x)) != nil, let pattern = pattern(at: x) else { return 0 }
    return (try? norm.value(jacobian(pattern))) ?? 0
  }
}
