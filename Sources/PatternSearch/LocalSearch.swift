import LinearAlgebra

/// Heuristics for free patterns: they find good patterns and prove nothing.
struct LocalSearch: Sendable {
  let problem: PatternProblem
  private let transposes: [Matrix]

  init(problem: PatternProblem) {
    self.problem = problem
    transposes = problem.chain.map { $0.transposed() }
  }

  /// Alternates between u and v that maximise uᵀJ(σ)v (in the 2-norm the top singular pair) and the pattern that is best for it, one layer at a
  /// time: uᵀJ(σ)v = Σᵢ qᵢ D(σ)ᵢ pᵢ is linear in a layer's slopes. The norm never falls.
  func alternate(from start: PartialPattern, shouldStop: () -> Bool) -> PartialPattern {
    var pattern = start
    var best = -1.0
    for _ in 0..<50 where !shouldStop() {
      guard let (top, u, v) = problem.norm.maximizers(problem.jacobian(pattern)), top > best * (1 + 1e-12)
      else { break }
      best = top
      improve(&pattern, u: u, v: v)
    }
    return pattern
  }

  private func improve(_ pattern: inout PartialPattern, u: [Double], v: [Double]) {
    // backward[k] = the sensitivity of uᵀJv to the output of hidden layer k, for the old pattern after it.
    let layers = problem.hiddenLayers
    var backward = [[Double]](repeating: [], count: layers)
    var sensitivity = u
    for layer in stride(from: layers - 1, through: 0, by: -1) {
      sensitivity = transposes[layer + 1] * sensitivity
      backward[layer] = sensitivity
      if layer > 0 {
        let slopes = problem.diagonal(pattern, layer: layer)
        sensitivity = zip(sensitivity, slopes).map { $0 * $1 }
      }
    }
    var forward = v
    for layer in 0..<layers {
      let pre = problem.chain[layer] * forward
      forward = pre
      for (i, unit) in problem.unitRange(layer).enumerated() {
        let product = backward[layer][i] * pre[i]
        let slopes = problem.slopes[unit]
        if product != 0 { pattern[unit] = (product > 0) == (slopes.on >= slopes.off) ? .on : .off }
        forward[i] = pre[i] * problem.slope(pattern[unit], unit: unit)
      }
    }
  }

  func value(_ pattern: PartialPattern) -> Double {
    (try? problem.norm.value(problem.jacobian(pattern))) ?? 0
  }

  /// Greedy SeqLip's ascent (section 6.1 of the paper): from the given pattern flip the best single unit while that
  /// raises the norm.
  func greedyFlips(from start: PartialPattern, shouldStop: () -> Bool) -> PartialPattern {
    var pattern = start
    var best = value(pattern)
    while !shouldStop() {
      var choice: Int?
      for unit in pattern.indices {
        pattern[unit] = pattern[unit] == .on ? .off : .on
        let candidate = value(pattern)
        pattern[unit] = pattern[unit] == .on ? .off : .on
        if candidate > best * (1 + 1e-12) {
          best = candidate
          choice = unit
        }
      }
      guard let choice else { break }
      pattern[choice] = pattern[choice] == .on ? .off : .on
    }
    return pattern
  }
}
