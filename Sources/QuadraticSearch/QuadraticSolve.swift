import BigInt
public import ExactArithmetic
public import Problems
import RandomNumbers
import TreeSearch

extension Ising {
  /// The optimum of this problem, in exact integers: a value with its spins, a bound, and why the search ended.
  ///
  /// Anytime: limits and interruption leave a valid enclosure. Deterministic for a given seed. Exponential in the worst
  /// case: the problem is NP-hard.
  ///
  /// - Throws: `UnsupportedProblem` where the engine asked for does not apply, or the coefficients span more than 120
  ///   bits; `CheckpointError` where a checkpoint cannot be read or written.
  public func solve(_ settings: QuadraticSettings = QuadraticSettings()) throws -> QuadraticResult {
    if let form = SpinForm<Int>(self) { return try QuadraticSolve(form: form, settings: settings).run() }
    if let form = SpinForm<Int128>(self) { return try QuadraticSolve(form: form, settings: settings).run() }
    throw UnsupportedProblem(
      "the coefficients of the problem span more than 120 bits",
      remedy:
        "give smaller integers, or fractions of a common denominator; for a partition, products of two numbers count"
    )
  }

  /// Tabu searches from random starts until one reaches `value` or better.
  ///
  /// - Returns: how many starts that took; nil where `limit` of them did not suffice.
  public func restartsToReach(_ value: Rational, limit: Int, seed: UInt64) -> Int? {
    guard let form = SpinForm<Int>(self) else { return nil }
    let tabu = TabuSearch(form: form)
    var random = SplitMix64(seed: seed)
    for restart in 1...max(limit, 1) {
      let found = tabu.restart(&random)
      let reached = form.unit * Rational(BigInt(found.energy))
      if reached == value || sense.prefers(reached, to: value) { return restart }
    }
    return nil
  }
}

/// One search: presolves, solves what is left part by part, and puts the parts together.
private struct QuadraticSolve<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  let form: SpinForm<Scalar>
  let settings: QuadraticSettings

  func run() throws -> QuadraticResult {
    guard settings.engine != .zonotope else {
      throw UnsupportedProblem(
        "engine zonotope takes a qcmh, or a lip-cst that is one; this problem is over spins",
        remedy: "use --engine semidefinite", isRequest: true)
    }
    if settings.proof != nil {
      guard settings.engine != .milp else {
        throw UnsupportedProblem(
          "engine milp proves nothing: its bound is a solver's word",
          remedy: "leave the engine to auto where a proof is wanted", isRequest: true)
      }
      guard settings.tree.checkpoint == nil else {
        throw UnsupportedProblem(
          "a proof has to be told from the beginning: a checkpoint does not hold it",
          remedy: "ask for either a proof or a checkpoint", isRequest: true)
      }
    }
    let limits = SearchLimits(settings)
    let presolve = presolve(limits)
    let components =
      presolve?.components ?? [.init(form: form, factor: 1, spins: Array(0..<form.spins))]
    let scale = presolve?.scale ?? 1
    var value = presolve?.constant ?? 0
    var bound = value
    var parts: [SpinPart<Scalar>.Answer] = []
    let isGrid = settings.engine == nil && presolve != nil && SpinLinearBranchAndBound.suits(form)
    for (k, component) in components.enumerated() {
      // Small parts first, to the end; the question and the checkpoint are the last one's.
      var part = SpinPart(form: component.form, limits: limits, settings: settings)
      part.isOfGrid = isGrid
      if k < components.count - 1 {
        part.settings.tree.checkpoint = nil
        part.settings.relativeGap = 0
      } else {
        part.offset = Double(value) / Double(component.factor)
        part.goal = goal.map { ceiling($0 * scale - value, component.factor) }
      }
      if let sink = settings.proof, component.form.spins > 0 {
        part.proof = SpinPartProof(
          sink, form: component.form, spins: component.spins, anchor: form.spins, fault: settings.plantedFault
        )
      }
      let answer = try part.run()
      value += component.factor * answer.energy
      bound += component.factor * answer.bound
      parts.append(answer)
    }
    let spins = presolve?.lift(parts.map(\.spins)) ?? parts[0].spins
    // Values of solutions are multiples of the scale; a bound is moved down to one that a solution can have.
    let energy = value / scale
    precondition(energy * scale == value && form.energy(spins) == energy, "presolve carries values exactly")
    var upper = form.roundedDown(floor(bound, scale))
    let gap = upper - energy
    let isProved = gap < form.step
    let isClosed = isProved || Double(gap) <= settings.relativeGap * abs(Double(energy))
    if isProved { upper = energy }
    let last = parts.last
    return QuadraticResult(
      value: rational(energy), bound: rational(upper), solution: spins.map { Int($0) },
      reason: isClosed
        ? .gap : goal.map { energy >= $0 || upper < $0 } == true ? .decided : limits.stop ?? .failure,
      boundSource: parts.map(\.source).max() ?? .presolve,
      engine: last?.engine ?? settings.engine ?? .elimination,
      explanation: explanation(presolve, last), statistics: limits.statistics, seconds: limits.seconds,
      warnings: limits.warnings)
  }

  /// Nil where it is not wanted, or the problem is too large for its tables.
  private func presolve(_ limits: SearchLimits) -> SpinPresolve<Scalar>? {
    let count = form.neighbours.reduce(0) { $0 + $1.count } / 2
    guard settings.presolves, count <= SpinPresolve<Scalar>.couplingLimit else { return nil }
    return SpinPresolve(form, proof: settings.proof, shouldStop: limits.shouldStop)
  }

  private func explanation(_ presolve: SpinPresolve<Scalar>?, _ last: SpinPart<Scalar>.Answer?) -> String {
    guard let presolve else { return last?.explanation ?? "" }
    guard let last else { return "presolve decides all \(form.spins) spins" }
    let count = presolve.components.count
    if count == 1, presolve.spinsLeft == form.spins { return last.explanation }
    return "presolve leaves \(presolve.spinsLeft) of \(form.spins) spins"
      + (count == 1 ? "; " : " in \(count) components; the largest: ") + last.explanation
  }

  private func rational(_ energy: Scalar) -> Rational { form.unit * Rational(BigInt(energy)) }

  /// The least E that reaches the goal; nil without one.
  private var goal: Scalar? {
    guard let goal = settings.goal else { return nil }
    let exact = goal.value / form.unit
    var (floor, rest) = exact.numerator.quotientAndRemainder(dividingBy: exact.denominator)
    if rest.signum() < 0 {
      floor -= 1
      rest = 1
    }
    let least = rest.isZero && !goal.isStrict ? floor : floor + 1
    // Beyond Σ |c| + Σ |h| either way nothing changes.
    let limit = form.absoluteSum + 1
    guard let least = Scalar(fitting: least) else { return least.signum() < 0 ? -limit : limit }
    return max(-limit, min(limit, least))
  }
}

private func floor<Scalar: FixedWidthInteger & SignedInteger>(_ a: Scalar, _ b: Scalar) -> Scalar {
  let (quotient, rest) = a.quotientAndRemainder(dividingBy: b)
  return rest < 0 ? quotient - 1 : quotient
}

private func ceiling<Scalar: FixedWidthInteger & SignedInteger>(_ a: Scalar, _ b: Scalar) -> Scalar {
  let (quotient, rest) = a.quotientAndRemainder(dividingBy: b)
  return rest > 0 ? quotient + 1 : quotient
}
