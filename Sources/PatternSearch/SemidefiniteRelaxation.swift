import LinearAlgebra
import RandomNumbers

/// The semidefinite bound of a partial pattern.
///
/// Stack one variable zᵢ = D(σ)ᵢ cᵢ(z, v) for every undecided unit (cᵢ its linear pre-activation form, in the input
/// direction v and the earlier z; decided units are substituted) and let O be the output's form. A slope in {α, β}
/// gives (zᵢ - α cᵢ)(zᵢ - β cᵢ) = 0, so for every multiplier vector t
///
///     S(λ, t) = λ E_v - OᵀO + Σ tᵢ sym((eᵢ - α cᵢ)(eᵢ - β cᵢ)ᵀ) ⪰ 0   ⟹   ‖J(σ)‖² ≤ λ   for every completion.
///
/// Where the norm is the largest over rows or columns of J the bound is of one of them, the node's part. The sum of a row's
/// |entries| is max |J_i v| over signs v: there λ E_v is a diagonal Λ, and λ its trace, since v_j² = 1 (as in the relaxation of
/// maximum cuts; Wang, Prakriya and Jha 2022 for networks). Columns are rows of Jᵀ.
///
/// At the root this is LipSDP-Neuron (Fazlyab et al. 2019, with diagonal multipliers; the variant that couples neurons
/// is unsound); inside the tree it is LipSDP with neurons fixed. λ - μ log det S is minimised by Newton's method
/// along decreasing μ; every iterate is feasible, so the search stops it as soon as the node can be pruned, or as soon
/// as it certainly cannot.
struct SemidefiniteRelaxation: Sendable {
  /// How multipliers are shared: one per neuron, or one per layer (LipSDP-Layer).
  enum Sharing: Sendable { case neuron, layer }

  struct Result {
    /// An upper bound on max ‖J(σ)‖ over the completions of the node.
    var bound: Double
    /// tᵢ by flat unit index, for the children's first iterate; zero where a unit had none. Then, where v ranges over signs,
    /// the diagonal of Λ.
    var multipliers: [Double]
    /// For each undecided unit that still matters: its relaxed slope in [0, 1], and how much of the relaxation's
    /// gap it carries.
    var units: [(unit: Int, slope: Double, weight: Double)]
    var newtonSteps: Int
    /// The output form vanishes for every completion.
    var isZero = false
  }

  let problem: PatternProblem
  /// W_1 … W_K, or the transposed chain W_Kᵀ … W_1ᵀ: where a part has signs, so that they are the first matrix's directions;
  /// elsewhere where that has the smaller end, for J and Jᵀ have the same norm.
  private let chain: [Matrix]
  let isTransposed: Bool
  /// Whether v ranges over signs.
  private let hasSigns: Bool
  let sharing: Sharing
  /// What rounding in forming the relaxation's data can hide.
  private let rounding: Double

  /// - Parameter rounding: what rounding has moved the problem's own data by, in the norm of J(σ).
  init(
    problem: PatternProblem, sharing: Sharing = .neuron, transposed: Bool? = nil, rounding moved: Double = 0
  ) {
    self.problem = problem
    self.sharing = sharing
    rounding = problem.relaxationRounding() + moved
    let norm = problem.norm
    hasSigns = norm.sumsMagnitudes
    let ends = (
      first: norm.isOverColumns ? 1 : problem.chain[0].columns, last: norm.isOverRows ? 1 : problem.outputs
    )
    isTransposed =
      hasSigns
      ? norm.isOverColumns : transposed ?? (ends.last < ends.first && problem.hiddenLayers > 0)
    var chain = problem.chain
    if isTransposed { chain = chain.reversed().map { $0.transposed() } }
    // Orthogonal maps of the input direction and of the output leave 2-norms alone.
    let (selectsFirst, selectsLast) =
      isTransposed ? (norm.isOverRows, norm.isOverColumns) : (norm.isOverColumns, norm.isOverRows)
    if !selectsFirst, !hasSigns, problem.hiddenLayers > 0,
      let compressed = try? chain[0].transposed().compressingRows()
    {
      chain[0] = compressed.transposed()
    }
    if !selectsLast, let compressed = try? chain[chain.count - 1].compressingRows() {
      chain[chain.count - 1] = compressed
    }
    self.chain = chain
  }

  /// The chain of one part of J.
  private func chain(_ part: JacobianPart) -> [Matrix] {
    var chain = chain
    let (first, last) = isTransposed ? (part.row, part.column) : (part.column, part.row)
    if let first { chain[0] = chain[0].selecting(columns: [first]) }
    if let last { chain[chain.count - 1] = chain[chain.count - 1].selecting(rows: [last]) }
    return chain
  }

  /// The quadratic forms of a node. Variables: the undecided units' z first, in chain order, then v.
  private struct Forms {
    /// Flat unit indices, in chain order.
    var units: [Int] = []
    var slopes: [UnitSlopes] = []
    /// The chain layer of each variable, for layer-wise multipliers and the starting point.
    var layers: [Int] = []
    /// cᵢ: units × size.
    var pre: Matrix
    /// OᵀO: size × size.
    var output: Matrix
    var directions: Int
    var size: Int { units.count + directions }
  }

  /// The forms of a node; nil where the output form vanishes and the bound is 0.
  private func forms(_ pattern: PartialPattern, _ part: JacobianPart) -> Forms? {
    let layers = problem.hiddenLayers
    let chain = chain(part)
    let directions = chain[0].columns
    // First pass: which undecided units have a form at all. Columns are the undecided units, then v.
    var undecided: [Int] = []
    for step in 0..<layers {
      let layer = isTransposed ? layers - 1 - step : step
      // Units with one slope only are linear, whatever their phase.
      undecided += problem.unitRange(layer).filter {
        pattern[$0] == .undecided && !problem.slopes[$0].isLinear
      }
    }
    let width = undecided.count + directions
    var hidden = Matrix(rows: directions, columns: width) { $1 == undecided.count + $0 ? 1 : 0 }
    var kept: [(unit: Int, slopes: UnitSlopes, layer: Int, column: Int)] = []
    var rows: [Double] = []
    var column = 0
    for step in 0..<layers {
      let layer = isTransposed ? layers - 1 - step : step
      let pre = chain[step] * hidden
      var next = Matrix(rows: pre.rows, columns: width)
      for (i, unit) in problem.unitRange(layer).enumerated() {
        if pattern[unit] == .undecided, !problem.slopes[unit].isLinear {
          if pre.row(i).contains(where: { $0 != 0 }) {
            next[i, column] = 1
            kept.append((unit, problem.slopes[unit], step, column))
            rows.append(contentsOf: pre.row(i))
          }
          column += 1
        } else {
          let slope = problem.slope(pattern[unit], unit: unit)
          if slope != 0 { for j in 0..<width { next[i, j] = slope * pre[i, j] } }
        }
      }
      hidden = next
    }
    let output = chain[layers] * hidden
    guard !output.isZero else { return nil }
    let columns = kept.map(\.column) + (undecided.count..<width)
    let pre = Matrix(rows: kept.count, columns: width, elements: rows).selecting(columns: columns)
    let selected = output.selecting(columns: columns)
    return Forms(
      units: kept.map(\.unit), slopes: kept.map(\.slopes), layers: kept.map(\.layer), pre: pre,
      output: Matrix.product(selected, transposed: true, selected, transposed: false), directions: directions)
  }

  /// Bounds the norm of a part of J(σ) over the completions of `pattern`.
  ///
  /// - Parameters:
  ///   - cutoff: stop as soon as the bound is at most this (the node is pruned).
  ///   - warm: the parent's multipliers and bound, feasible here by construction.
  ///   - tolerance: the relative accuracy in λ that ends the minimisation anyway.
  ///   - patience: end once the node certainly cannot be pruned and λ is known to this share of its distance to the
  ///     cutoff; 0 to go on to `tolerance`.
  func bound(
    _ pattern: PartialPattern, part: JacobianPart = .all, cutoff: Double,
    warm: (multipliers: [Double], bound: Double)? = nil,
    tolerance: Double = 1e-8, patience: Double = 0, shouldStop: () -> Bool = { false }
  ) -> Result {
    let multipliers = [Double](repeating: 0, count: problem.units)
    guard let forms = forms(pattern, part) else {
      return Result(bound: rounding, multipliers: multipliers, units: [], newtonSteps: 0, isZero: true)
    }
    guard !forms.units.isEmpty else {
      if hasSigns { return signedRow(forms, multipliers) }
      // Every unit is decided: OᵀO is JᵀJ.
      let top = ((try? forms.output.largestEigenvalue()) ?? .infinity) * (1 + 1e-12)
      return Result(
        bound: (top * (1 + 1e-12)).squareRoot().nextUp + rounding, multipliers: multipliers, units: [],
        newtonSteps: 0)
    }
    var barrier = Barrier(
      pre: forms.pre, output: forms.output, slopes: forms.slopes, directions: forms.directions,
      groups: groups(forms), hasSigns: hasSigns)
    // The relaxation's own bound must be below the cutoff by what rounding can hide.
    let reduced = max(0, cutoff - rounding) * (1 - 1e-15)
    let squaredCutoff = reduced * reduced
    if let warm, sharing == .neuron {
      barrier.start(
        level: warm.bound * warm.bound * (1 + 1e-9),
        weights: Array(warm.multipliers.dropFirst(problem.units)),
        multipliers: forms.units.map { warm.multipliers[$0] })
    }
    if !barrier.isFeasible { barrier.startCold(layers: forms.layers) }
    guard barrier.isFeasible else {
      return Result(bound: .infinity, multipliers: multipliers, units: [], newtonSteps: 0)
    }
    barrier.minimize(
      cutoff: squaredCutoff, tolerance: tolerance, patience: patience, shouldStop: shouldStop)
    let bound =
      barrier.verifiedLevel(cutoff: squaredCutoff).map { $0.squareRoot().nextUp + rounding } ?? .infinity
    var result = Result(
      bound: bound, multipliers: multipliers, units: [], newtonSteps: barrier.steps)
    for (i, t) in barrier.unitMultipliers.enumerated() { result.multipliers[forms.units[i]] = t }
    if hasSigns { result.multipliers += barrier.levels }
    for (i, (slope, weight)) in barrier.relaxedSlopes().enumerated() {
      result.units.append((forms.units[i], slope, weight))
    }
    return result
  }

  /// All that matters of J is decided: with row o, Λ_jj = |o_j| Σ |o_k|.
  private func signedRow(_ forms: Forms, _ multipliers: [Double]) -> Result {
    let row = (0..<forms.directions).map { forms.output[$0, $0].squareRoot() }
    let sum = row.reduce(0, +)
    return Result(
      bound: sum * (1 + 4 * Double(row.count + 4) * unitRoundoff) + rounding,
      multipliers: multipliers + row.map { $0 * sum }, units: [], newtonSteps: 0)
  }

  private func groups(_ forms: Forms) -> [Int] {
    switch sharing {
    case .neuron: return Array(forms.units.indices)
    case .layer:
      var names: [Int] = []
      return forms.layers.map { layer in
        if names.last != layer { names.append(layer) }
        return names.count - 1
      }
    }
  }
}

extension PatternProblem {
  /// How the multipliers of the semidefinite relaxation are shared.
  public enum MultiplierSharing: Sendable {
    case neuron, layer
  }

  /// LipSDP over all free patterns, to a relative accuracy of about 1e-8 above the relaxation's optimum: a
  /// floating-point upper bound on FGL. O(N³) a Newton step, N = min(inputs, outputs) + units; 25 to 60 steps.
  ///
  /// - Returns: the bound, infinity where no feasible multipliers were found before `shouldStop`; and the multipliers by
  ///   unit.
  public func semidefiniteBound(
    sharing: MultiplierSharing = .neuron, shouldStop: () -> Bool = { false }
  ) -> (bound: Double, multipliers: [Double]) {
    let pattern = openPattern
    let shares: SemidefiniteRelaxation.Sharing = sharing == .neuron ? .neuron : .layer
    let result = SemidefiniteRelaxation(problem: self, sharing: shares, transposed: false)
      .bound(pattern, cutoff: 0, shouldStop: shouldStop)
    return (result.bound, result.multipliers)
  }

  /// Greedy ascent over single flips from the all-ones pattern and from `restarts` random ones; the best value found.
  /// An estimate from below of the free maximum.
  public func greedyMaximum(
    restarts: Int, seed: UInt64, shouldStop: () -> Bool = { false }
  ) -> (value: Double, pattern: PartialPattern) {
    let search = LocalSearch(problem: self)
    var random = SplitMix64(seed: seed)
    var best = search.greedyFlips(from: PartialPattern(repeating: .on, count: units), shouldStop: shouldStop)
    var bestValue = search.value(best)
    for _ in 0..<restarts where !shouldStop() {
      let start = (0..<units).map { _ in random.next() & 1 == 0 ? Phase.off : .on }
      let pattern = search.greedyFlips(from: start, shouldStop: shouldStop)
      let value = search.value(pattern)
      if value > bestValue { (best, bestValue) = (pattern, value) }
    }
    return (bestValue, best)
  }
}
