import Foundation
import LinearAlgebra
import RandomNumbers

/// A walk over the network's cells towards larger ‖J‖: from a cell across the facet that promises most to the cell behind it, until
/// no facet promises more; then again from a point elsewhere (steepest ascent within iterated local search: Lourenço, Martin
/// and Stützle 2003).
///
/// The cells on both sides of the facet of unit i differ in its slope only, so that with u and v of J, uᵀJv = ‖J‖,
///
///     ‖J'‖ ≥ uᵀJ'v = ‖J‖ + (slope' - slope) (sensitivity of uᵀJv to unit i) (gradient of its pre-activation · v)
///
/// which ranks all units for the price of one pass. Whether a unit has a facet is asked of the ray across it, which meets its hyperplane
/// first or does not, and then, where the programs are small, of the linear program for a point behind it.
///
/// O(Σ n_k n_{k-1} n_0) a cell, and a singular value decomposition in the 2-norm. A heuristic: what it finds is evaluated in exact
/// arithmetic, and proves a lower bound.
struct CellWalk {
  /// Facets that a cell's neighbours are tried across.
  private static let width = 8
  /// Points elsewhere, of which the best is where the next walk starts.
  private static let kicks = 4
  /// Units times inputs up to which linear programs are asked for points behind facets.
  private static let programSize = 20_000
  /// A linear program counts as one Jacobian, and one more for so many units times inputs.
  private static let programUnit = 1000
  /// Smaller gains, relatively, are rounding.
  private static let leastGain = 1e-9

  private let state: SearchState
  private let problem: PatternProblem
  private let transposes: [Matrix]
  private let scale: Double
  private let usesPrograms: Bool
  private var oracle: CellOracle
  private var random: SplitMix64
  /// Jacobians that may still be formed; linear programs count, too.
  private var budget: Int
  private var best: Place?
  /// Cells that no facet of theirs leads up from.
  private var summits: Set<PartialPattern> = []

  private struct Place {
    let x: [Double]
    let pattern: PartialPattern
    let value: Double
  }

  init(state: SearchState, budget: Int) {
    precondition(state.problem.isAttainable)
    self.state = state
    self.budget = budget
    problem = state.problem
    transposes = problem.chain.map { $0.transposed() }
    scale = problem.kinkDistance
    usesPrograms = problem.units * problem.freeInputs.count <= Self.programSize
    oracle = CellOracle(problem: problem)
    random = SplitMix64(seed: state.settings.seed &+ 0xCE11)
  }

  /// Walks until the budget is spent or the search must stop. The same steps for the same seed: a larger budget only adds to them.
  ///
  /// - Parameter starts: points of the free inputs.
  mutating func run(from starts: [[Double]]) {
    guard problem.hiddenLayers > 0, !problem.freeInputs.isEmpty else { return }
    for x in starts where !isSpent { climb(from: x) }
    while !isSpent {
      let places = (0..<Self.kicks).compactMap { _ in isSpent ? nil : place(at: kick()) }
      if let start = places.max(by: { $0.value < $1.value }) { climb(from: start) }
    }
    state.statistics.linearPrograms += oracle.linearPrograms
  }

  private var isSpent: Bool { budget <= 0 || state.shouldStop(countingNodes: false) }

  /// The cell at x; nil where its Jacobian is beyond doubles, or x outside the domain.
  private mutating func place(at x: [Double]) -> Place? {
    budget -= 1
    guard let pattern = problem.pattern(at: x), problem.contains(x, pattern),
      let value = try? problem.norm.value(problem.jacobian(pattern)), value.isFinite
    else { return nil }
    return Place(x: x, pattern: pattern, value: value)
  }

  /// Steepest ascent from beside x, where x itself is on a kink.
  private mutating func climb(from x: [Double]) {
    let start = problem.exactPattern(at: x) == nil ? problem.pointBeside(x, &random)?.x : x
    if let start, let place = place(at: start) { climb(from: place) }
  }

  /// Steepest ascent.
  private mutating func climb(from start: Place) {
    var here = start
    while !isSpent, !summits.contains(here.pattern) {
      guard let next = neighbour(of: here) else {
        summits.insert(here.pattern)
        break
      }
      here = next
    }
    guard here.value > best?.value ?? 0 else { return }
    state.offer(point: here.x)
    // At a kink there may be no such cell.
    if state.lower >= here.value * (1 - Self.leastGain) { best = here }
  }

  // MARK: Facets

  /// The first cell with a larger norm, behind the facets that promise most.
  private mutating func neighbour(of here: Place) -> Place? {
    budget -= 1
    let local = LocalForms(problem, here.pattern, at: here.x)
    guard let (value, u, v) = problem.norm.maximizers(local.jacobian) else { return nil }
    let gains = gains(local, here.pattern, u, v)
    let candidates = gains.indices.filter { gains[$0] > Self.leastGain * value }
      .sorted { (gains[$0], $1) > (gains[$1], $0) }.prefix(Self.width)
    for unit in candidates {
      if isSpent { return nil }
      if let x = local.pointBehind(unit, of: problem, from: here.x), let next = place(at: x),
        next.value > here.value * (1 + Self.leastGain)
      {
        return next
      }
      guard usesPrograms else { continue }
      var flipped = here.pattern
      flipped[unit] = flipped[unit] == .on ? .off : .on
      budget -= 1 + problem.units * problem.freeInputs.count / Self.programUnit
      if let x = oracle.point(of: flipped), let next = place(at: x),
        next.value > here.value * (1 + Self.leastGain)
      {
        return next
      }
    }
    return nil
  }

  /// uᵀJ'v - uᵀJv for each unit's other slope.
  private func gains(
    _ local: LocalForms, _ pattern: PartialPattern, _ u: [Double], _ v: [Double]
  ) -> [Double] {
    var gains = [Double](repeating: 0, count: problem.units)
    var sensitivity = u
    for layer in (0..<problem.hiddenLayers).reversed() {
      sensitivity = transposes[layer + 1] * sensitivity
      let pre = local.gradients[layer] * v
      for (i, unit) in problem.unitRange(layer).enumerated() {
        let slopes = problem.slopes[unit]
        let slope = problem.slope(pattern[unit], unit: unit)
        if !problem.constraintUnits.contains(unit) {
          gains[unit] = (slopes.on + slopes.off - 2 * slope) * sensitivity[i] * pre[i]
        }
        sensitivity[i] *= slope
      }
    }
    return gains
  }

  // MARK: Starts

  /// A point elsewhere: about as often near the best cell as anywhere.
  private mutating func kick() -> [Double] {
    let isNear = random.next() & 1 == 0
    let box = problem.freeBox
    func clamped(_ x: [Double]) -> [Double] {
      box.map { box in x.indices.map { min(max(x[$0], box.lower[$0]), box.upper[$0]) } } ?? x
    }
    if let best, isNear {
      // A step of any size, up to that of the box or of the point.
      let step = pow(2, -8 * random.uniform())
      let size = best.x.reduce(scale) { max($0, abs($1)) }
      return clamped(
        best.x.indices.map { j in
          let width = box.map { $0.upper[j] - $0.lower[j] } ?? size
          return best.x[j] + step * (width.isFinite ? width : size) * random.gaussian()
        })
    }
    if let box, (box.lower + box.upper).allSatisfy(\.isFinite) {
      return box.lower.indices.map { box.lower[$0] + random.uniform() * (box.upper[$0] - box.lower[$0]) }
    }
    // The best cell over all of Rⁿ may be far out.
    if case .box(let lower, let upper) = state.settings.usualInputs, random.next() & 1 == 0 {
      return clamped(lower.indices.map { lower[$0] + random.uniform() * (upper[$0] - lower[$0]) })
    }
    let radius = scale * pow(10, 5 * random.uniform() - 1)
    return clamped(problem.freeInputs.indices.map { _ in radius * random.gaussian() })
  }
}

/// The pre-activations on a cell as affine forms in the free inputs, in doubles.
private struct LocalForms {
  /// By layer, n_k × n_0.
  private(set) var gradients: [Matrix] = []
  /// At a point, flat.
  private var values: [Double] = []
  let jacobian: Matrix

  init(_ problem: PatternProblem, _ pattern: PartialPattern, at x: [Double]) {
    var product = problem.chain[0]
    var activations = problem.inputPoint(x)
    for layer in 0..<problem.hiddenLayers {
      gradients.append(product)
      let slopes = problem.diagonal(pattern, layer: layer)
      let pre = zip(problem.weights[layer] * activations, problem.biases[layer]).map { $0 + $1 }
      values += pre
      activations = zip(pre, slopes).map { $0 * $1 }
      product = problem.chain[layer + 1] * product.scalingRows(by: slopes)
    }
    jacobian = product
  }

  /// A point behind the unit's hyperplane, on the ray from x straight to it, before any other is met; nil where another one, or the end of
  /// the domain, comes first.
  func pointBehind(_ unit: Int, of problem: PatternProblem, from x: [Double]) -> [Double]? {
    let layer = problem.offsets.lastIndex { $0 <= unit } ?? 0
    let gradient = gradients[layer].row(unit - problem.offsets[layer])
    let direction = values[unit] >= 0 ? gradient.map { -$0 } : Array(gradient)
    let length = direction.reduce(0) { $0 + $1 * $1 }
    guard length > 0 else { return nil }
    let kink = abs(values[unit]) / length
    var next = Double.infinity
    if let box = problem.freeBox {
      for (j, d) in direction.enumerated() where d != 0 {
        next = min(next, ((d > 0 ? box.upper[j] : box.lower[j]) - x[j]) / d)
      }
    }
    for (other, forms) in gradients.enumerated() {
      let speeds = forms * direction
      for (i, flat) in problem.unitRange(other).enumerated()
      where flat != unit && (!problem.slopes[flat].isLinear || problem.constraintUnits.contains(flat)) {
        let time = -values[flat] / speeds[i]
        if time > 0 || time == 0 && values[flat] * speeds[i] < 0 { next = min(next, time) }
      }
      if next <= kink { return nil }
    }
    // Halfway to the next one, not farther behind than before.
    let time = kink + 0.5 * min(next - kink, max(kink, 1e-9 / length.squareRoot()))
    return zip(x, direction).map { $0 + time * $1 }
  }
}

extension PatternProblem {
  /// Whether a point with this pattern is in the domain, in double precision.
  fileprivate func contains(_ x: [Double], _ pattern: PartialPattern) -> Bool {
    (freeBox?.contains(x) ?? true) && constraintUnits.allSatisfy { pattern[$0] == .on }
  }

  private static let samplesBeforeWalk = 200

  /// The best exact witness on a walk over cells that starts from the best of some samples, among others: a proved lower bound on
  /// L(f, X).
  ///
  /// - Parameters:
  ///   - budget: Jacobians that may be formed.
  ///   - settings: the seed, the limits, points to start from and where the inputs usually lie.
  /// - Returns: the witness, and whether a limit cut the walk short.
  public func bestWalk(budget: Int, settings: SearchSettings) -> (witness: Witness?, isStopped: Bool) {
    precondition(isAttainable)
    let state = SearchState(problem: self, settings: settings, sink: { _ in })
    state.offerStartingPoints()
    let samples = samplePoints(
      count: Self.samplesBeforeWalk, seed: settings.seed, usual: settings.usualInputs)
    for point in samples.prefix(budget) where !state.shouldStop() { state.offer(point: point) }
    state.walkCells(budget: budget - samples.count)
    return (state.witness, state.shouldStop())
  }
}

extension SearchState {
  /// Walks over cells from the middle of the box, or the origin, and from the best point so far.
  ///
  /// - Parameter budget: Jacobians that may be formed.
  func walkCells(budget: Int) {
    let centre = problem.centre
    let known = witness?.x.map { x in problem.freeInputs.map { x[$0] } }
    var walk = CellWalk(state: self, budget: budget)
    walk.run(from: [known, centre.allSatisfy(\.isFinite) ? centre : nil].compactMap { $0 })
  }
}
