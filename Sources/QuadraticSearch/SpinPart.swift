import LinearProgramming
import Problems
import RandomNumbers

/// One connected part of a problem: chooses the engine and runs it.
struct SpinPart<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  struct Answer {
    let energy: Scalar
    let spins: [Int8]
    /// No spins have more energy.
    let bound: Scalar
    let source: QuadraticBoundSource
    let engine: QuadraticEngine
    let explanation: String

    fileprivate init(_ held: Held, _ engine: QuadraticEngine, _ explanation: String) {
      (energy, spins, bound, source) = held
      self.engine = engine
      self.explanation = explanation
    }
  }

  let form: SpinForm<Scalar>
  let limits: SearchLimits
  var settings: QuadraticSettings
  var proof: SpinPartProof<Scalar>?
  /// The energy that decides a question.
  var goal: Scalar?
  /// The problem that this is a part of is one for linear programs; reductions may have hidden that.
  var isOfGrid = false
  /// What the rest of the problem adds to this part's energy: relative gaps are those of the whole.
  var offset = 0.0

  init(form: SpinForm<Scalar>, limits: SearchLimits, settings: QuadraticSettings) {
    self.form = form
    self.limits = limits
    self.settings = settings
  }

  /// Where elimination is taken by itself: 2²¹ table entries take a fraction of a second.
  private static var automaticWidth: Int { 21 }
  private static var automaticSpins: Int { 24 }
  /// What is enumerated is proved by elimination, whose tables are twice as large for each spin.
  private static var provedSpins: Int { 22 }

  func run() throws -> Answer {
    let isPlanned = settings.engine == nil || settings.engine == .elimination
    let elimination = isPlanned ? VariableElimination(form: form, shouldStop: limits.shouldStop) : nil
    let (engine, explanation) = try choose(elimination)
    func answer(_ held: Held) -> Answer { Answer(held, engine, explanation) }
    // Nothing more is begun once a limit is reached.
    if limits.stop != nil { return answer(stopped()) }
    switch engine {
    case .enumerate: return answer(enumerate())
    case .elimination: return answer(eliminate(elimination))
    case .semidefinite: return answer(try searchSemidefinite())
    case .linear: return answer(try searchLinear())
    case .milp: return answer(try searchIntegerProgram())
    case .zonotope: preconditionFailure("refused before")
    }
  }

  fileprivate typealias Held = (energy: Scalar, spins: [Int8], bound: Scalar, source: QuadraticBoundSource)

  private func enumerate() -> Held {
    let left = settings.nodeLimit.map { max(0, $0 - limits.statistics.nodes) } ?? .max
    let result = GrayCode(form: form).maximum(limit: left, shouldStop: limits.shouldStop)
    limits.statistics.nodes += result.visited
    if result.isComplete { proof?.eliminated(order: Array(0..<form.spins), energy: result.energy) }
    return result.isComplete
      ? (result.energy, result.spins, result.energy, .enumeration)
      : stopped(with: (result.energy, result.spins))
  }

  private func eliminate(_ elimination: VariableElimination<Scalar>?) -> Held {
    var entries = 0
    let before = limits.statistics.nodes
    let plan = elimination.flatMap { $0.isComplete ? $0 : nil }
    let result = plan?.maximum(entries: &entries) { limits.shouldStop(before: before + $0) }
    limits.statistics.width = max(limits.statistics.width, elimination?.width ?? 0)
    limits.statistics.nodes += entries
    if let result, let plan { proof?.eliminated(order: plan.order, energy: result.energy) }
    return result.map { ($0.energy, $0.spins, $0.energy, .dynamicProgramming) } ?? stopped()
  }

  private var incumbent: SpinIncumbent<Scalar> {
    SpinIncumbent(
      form: form, relativeGap: settings.relativeGap, offset: offset, goal: goal, tripwire: tripwire)
  }

  /// Known spins; reductions may exclude one optimum for another.
  private var tripwire: [Int8]? { settings.presolves ? nil : settings.tripwire?.map { Int8($0) } }

  private func searchSemidefinite() throws -> Held {
    let incumbent = incumbent
    let search = SpinBranchAndBound(
      form: form, limits: limits, incumbent: incumbent, seed: settings.seed, proof: proof)
    let tree = SpinTree(form: form, limits: limits, incumbent: incumbent, settings: settings)
    let upper = try tree.run(
      .semidefinite, goal: goal, isOpen: { $0.bound >= incumbent.cutoff },
      isValid: { $0.isValid(spins: form.spins) }, root: search.root,
      close: search.close, worker: { work in work({ true }, search.expand) })
    return held(incumbent, upper, .relaxation)
  }

  private func searchLinear() throws -> Held {
    let incumbent = incumbent
    let search = SpinLinearBranchAndBound(
      form: form, limits: limits, incumbent: incumbent, seed: settings.seed, tripwire: tripwire,
      proof: proof)
    let tree = SpinTree(form: form, limits: limits, incumbent: incumbent, settings: settings)
    let upper = try tree.run(
      .linear, goal: goal, isOpen: { $0.energyBound >= incumbent.integerCutoff }, isValid: search.isValid,
      root: search.root, close: search.close, worker: search.work)
    return held(incumbent, upper, .linearMultipliers)
  }

  private func held(
    _ incumbent: SpinIncumbent<Scalar>, _ upper: Int128?, _ source: QuadraticBoundSource
  ) -> Held {
    let found = incumbent.state
    let bound = upper.map(form.roundedDown(clamping:)) ?? found.energy
    return (found.energy, found.spins, max(found.energy, bound), source)
  }

  private func searchIntegerProgram() throws -> Held {
    let answer: (found: (energy: Scalar, spins: [Int8])?, claim: Scalar?)
    do throws(GLPKFailure) {
      answer = try SpinIntegerProgram(form: form).maximum(settings, limits, goal: goal)
    } catch {
      throw UnsupportedProblem("\(error)", remedy: "use another engine", isRequest: true)
    }
    if let claim = answer.claim, let found = answer.found {
      return (found.energy, found.spins, max(claim, found.energy), .solver)
    }
    let held = stopped(with: answer.found)
    guard let claim = answer.claim, claim < held.bound else { return held }
    return (held.energy, held.spins, max(claim, held.energy), .solver)
  }

  /// What a stopped engine holds: the better of its spins and a local search's, and the trivial bound.
  private func stopped(with partial: (energy: Scalar, spins: [Int8])? = nil) -> Held {
    // The node limit ends an enumeration by itself; this puts it on record.
    _ = limits.shouldStop()
    proof?.sumOfMagnitudes()
    limits.statistics.restarts += 1
    var random = SplitMix64(seed: settings.seed)
    // What is left to do after a limit must be short: some hundred million operations.
    var checks = 0
    let found = TabuSearch(form: form).restart(&random) {
      checks += 1
      return checks > 100
    }
    let best = partial.map { $0.energy > found.energy ? $0 : found } ?? found
    return (best.energy, best.spins, form.absoluteSum, .sumOfMagnitudes)
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
        remedy: "leave the engine to auto", isRequest: true)
    case .enumerate? where proof != nil && n > Self.provedSpins:
      throw UnsupportedProblem(
        "engine enumerate proves problems of at most \(Self.provedSpins) spins, this one has \(n)",
        remedy: "leave the engine to auto, or ask for no proof", isRequest: true)
    case .elimination? where elimination.map { $0.width > widthLimit } ?? false:
      throw UnsupportedProblem(
        "engine elimination takes a width of at most \(widthLimit), this problem's is larger",
        remedy: "leave the engine to auto", isRequest: true)
    case .semidefinite? where n > spinLimit:
      throw UnsupportedProblem(
        "engine semidefinite takes at most \(spinLimit) spins, this problem has \(n)",
        remedy: "leave the engine to auto", isRequest: true)
    case .linear? where edges > SpinLinearBranchAndBound<Scalar>.edgeLimit:
      throw UnsupportedProblem(
        "engine linear takes at most \(SpinLinearBranchAndBound<Scalar>.edgeLimit) couplings and fields, this problem has \(edges)",
        remedy: "leave the engine to auto", isRequest: true)
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
    if n <= (proof == nil ? Self.automaticSpins : Self.provedSpins) {
      return (.enumerate, "\(n) spins: all 2^\(n) assignments in Gray code order")
    }
    let measured =
      width.map { "elimination width \($0)" }
      ?? ((elimination?.width ?? 0) > widthLimit
        ? "elimination width above \(widthLimit)" : "elimination width unknown")
    if SpinLinearBranchAndBound.suits(form)
      || isOfGrid && edges <= SpinLinearBranchAndBound<Scalar>.edgeLimit
    {
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
