import BigInt
public import ExactArithmetic
import LinearProgramming
public import Problems
import RandomNumbers

extension Ising {
  /// The optimum of this problem, in exact integers: a value with its spins, a bound, and why the search ended.
  ///
  /// Anytime: limits and interruption leave a valid enclosure. Deterministic for a given seed. Exponential in the worst
  /// case: the problem is NP-hard.
  ///
  /// - Throws: `UnsupportedProblem` where the engine asked for does not apply, or the coefficients span more than 120 bits.
  public func solve(_ settings: QuadraticSettings = QuadraticSettings()) throws(UnsupportedProblem)
    -> QuadraticResult
  {
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

/// One search: chooses the engine and runs it.
private struct QuadraticSolve<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  let form: SpinForm<Scalar>
  let settings: QuadraticSettings

  /// Where elimination is taken by itself: 2²¹ table entries take a fraction of a second.
  private static var automaticWidth: Int { 21 }
  private static var automaticSpins: Int { 24 }

  func run() throws(UnsupportedProblem) -> QuadraticResult {
    let limits = SearchLimits(settings)
    let isPlanned = settings.engine == nil || settings.engine == .elimination
    let elimination = isPlanned ? VariableElimination(form: form, shouldStop: limits.shouldStop) : nil
    let (engine, explanation) = try choose(elimination)
    let found: (energy: Scalar, spins: [Int8])
    var bound: Scalar
    var boundSource: QuadraticBoundSource
    switch engine {
    case .enumerate:
      let result = GrayCode(form: form).maximum(
        limit: settings.nodeLimit ?? .max, shouldStop: limits.shouldStop)
      limits.statistics.nodes = result.visited
      if result.isComplete {
        (found, bound, boundSource) = ((result.energy, result.spins), result.energy, .enumeration)
      } else {
        (found, bound, boundSource) = stopped(limits, with: (result.energy, result.spins))
      }
    case .elimination:
      var entries = 0
      let plan = elimination.flatMap { $0.isComplete ? $0 : nil }
      let result = plan?.maximum(entries: &entries, shouldStop: limits.shouldStop(before:))
      limits.statistics.width = elimination?.width ?? 0
      limits.statistics.nodes = entries
      if let result {
        (found, bound, boundSource) = (result, result.energy, .dynamicProgramming)
      } else {
        (found, bound, boundSource) = stopped(limits)
      }
    case .semidefinite where limits.stop != nil, .linear where limits.stop != nil,
      .milp where limits.stop != nil:
      (found, bound, boundSource) = stopped(limits)
    case .semidefinite:
      var search = SpinBranchAndBound(
        form: form, limits: limits, relativeGap: settings.relativeGap, goal: goal, seed: settings.seed
      ) { best, bound, open in
        limits.report(value(best), value(roundedDown(bound)), open: open)
      }
      let upper = search.run().map(roundedDown)
      found = search.best
      bound = max(found.energy, upper ?? found.energy)
      boundSource = .relaxation
    case .linear:
      var search = SpinLinearBranchAndBound(form: form, limits: limits, settings: settings, goal: goal) {
        best, bound, open in limits.report(value(best), value(bound), open: open)
      }
      let upper = search.run()
      found = search.best
      bound = max(found.energy, upper ?? found.energy)
      boundSource = .linearMultipliers
    case .milp:
      let answer = try integerProgram(limits)
      if let claim = answer.claim, let partial = answer.found {
        (found, bound, boundSource) = (partial, max(claim, partial.energy), .solver)
      } else {
        (found, bound, boundSource) = stopped(limits, with: answer.found)
        if let claim = answer.claim, claim < bound {
          (bound, boundSource) = (max(claim, found.energy), .solver)
        }
      }
    }
    let gap = bound - found.energy
    let isProved = gap < form.step
    let isClosed = isProved || Double(gap) <= settings.relativeGap * abs(Double(found.energy))
    if isProved { bound = found.energy }
    return QuadraticResult(
      value: value(found.energy), bound: value(bound), solution: found.spins.map { Int($0) },
      reason: isClosed
        ? .gap : goal.map { found.energy >= $0 || bound < $0 } == true ? .decided : limits.stop ?? .gap,
      boundSource: boundSource, engine: engine, explanation: explanation,
      statistics: limits.statistics, seconds: limits.seconds)
  }

  /// What a stopped engine holds: the better of its spins and a local search's, and the trivial bound.
  private func stopped(
    _ limits: SearchLimits, with partial: (energy: Scalar, spins: [Int8])? = nil
  ) -> (found: (energy: Scalar, spins: [Int8]), bound: Scalar, source: QuadraticBoundSource) {
    // The node limit ends an enumeration by itself; this puts it on record.
    _ = limits.shouldStop()
    limits.statistics.restarts += 1
    var random = SplitMix64(seed: settings.seed)
    // What is left to do after a limit must be short: some hundred million operations.
    var checks = 0
    let found = TabuSearch(form: form).restart(&random) {
      checks += 1
      return checks > 100
    }
    let best = partial.map { $0.energy > found.energy ? $0 : found } ?? found
    return (best, form.absoluteSum, .sumOfMagnitudes)
  }

  private func integerProgram(
    _ limits: SearchLimits
  ) throws(UnsupportedProblem) -> (found: (energy: Scalar, spins: [Int8])?, claim: Scalar?) {
    do throws(GLPKFailure) {
      return try SpinIntegerProgram(form: form).maximum(settings, limits)
    } catch {
      throw UnsupportedProblem("\(error)", remedy: "use another engine", isRequest: true)
    }
  }

  private func value(_ energy: Scalar) -> Rational { form.unit * Rational(BigInt(energy)) }

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

  private func roundedDown(_ bound: Double) -> Scalar {
    let total = form.absoluteSum
    return form.roundedDown(bound < Double(total) ? Scalar(bound.rounded(.down)) : total)
  }

  private func choose(
    _ elimination: VariableElimination<Scalar>?
  ) throws(UnsupportedProblem) -> (QuadraticEngine, String) {
    let n = form.spins
    let widthLimit = VariableElimination<Scalar>.widthLimit
    let spinLimit = SpinBranchAndBound<Scalar>.spinLimit
    let edges = form.edges
    switch settings.engine {
    case .enumerate? where n > GrayCode<Scalar>.spinLimit:
      throw UnsupportedProblem(
        "engine enumerate takes at most \(GrayCode<Scalar>.spinLimit) spins, this problem has \(n)",
        remedy: "use --engine semidefinite", isRequest: true)
    case .elimination? where elimination.map { $0.width > widthLimit } ?? false:
      throw UnsupportedProblem(
        "engine elimination takes a width of at most \(widthLimit), this problem's is larger",
        remedy: "use --engine semidefinite", isRequest: true)
    case .semidefinite? where n > spinLimit:
      throw UnsupportedProblem(
        "engine semidefinite takes at most \(spinLimit) spins, this problem has \(n)",
        remedy: "use --engine elimination if the problem is sparse", isRequest: true)
    case .linear? where edges > SpinLinearBranchAndBound<Scalar>.edgeLimit:
      throw UnsupportedProblem(
        "engine linear takes at most \(SpinLinearBranchAndBound<Scalar>.edgeLimit) couplings and fields, this problem has \(edges)",
        remedy: "use --engine semidefinite", isRequest: true)
    case .milp? where form.absoluteSum > SpinIntegerProgram<Scalar>.absoluteSumLimit:
      throw UnsupportedProblem(
        "engine milp takes coefficients whose magnitudes add up to 2^53, those of this problem exceed that",
        remedy: "use another engine: they calculate with integers of any size", isRequest: true)
    case let engine?: return (engine, "engine \(engine.rawValue) was asked for")
    case nil: break
    }
    let width = elimination.flatMap { $0.isComplete ? $0.width : nil }
    if let width, width <= Self.automaticWidth, width < n - 1 || n <= 2 {
      return (
        .elimination,
        "\(n) spins, elimination width \(width): dynamic programming with tables of at most 2^\(width) entries"
      )
    }
    if n <= Self.automaticSpins {
      return (.enumerate, "\(n) spins: all 2^\(n) assignments in Gray code order")
    }
    let measured =
      width.map { "elimination width \($0)" }
      ?? ((elimination?.width ?? 0) > widthLimit
        ? "elimination width above \(widthLimit)" : "elimination width unknown")
    if SpinLinearBranchAndBound.suits(form) {
      return (
        .linear,
        "\(n) spins, \(edges) couplings and fields, \(measured): branch and cut with odd-cycle inequalities"
      )
    }
    if n > spinLimit, let width = elimination?.width, width > Self.automaticWidth {
      throw UnsupportedProblem(
        "no engine takes a problem of \(n) spins, \(edges) couplings and fields and \(measured)",
        remedy:
          "the semidefinite engine takes \(spinLimit) spins, elimination a width of \(widthLimit), linear "
          + "\(SpinLinearBranchAndBound<Scalar>.edgeLimit) couplings")
    }
    return (
      .semidefinite,
      "\(n) spins, \(measured): branch and bound with the semidefinite relaxation of max-cut and triangle inequalities"
    )
  }
}
