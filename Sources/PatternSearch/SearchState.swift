import BigInt
import ExactArithmetic
import Foundation
import LinearAlgebra
import TreeSearch

/// What happens in a search, for whoever listens: progress lines, statistics, proof writers. The search knows none
/// of them.
public enum SearchEvent: Sendable {
  /// A better proved lower bound.
  case incumbent(Witness)
  /// Now and then: the enclosure and how many nodes are open.
  case progress(Enclosure, statistics: SearchStatistics, open: Int)
}

/// Listens to a search.
public typealias SearchSink = @Sendable (SearchEvent) -> Void

/// What all engines share, and all workers of one: the incumbent, the largest bound of what was set aside, counts and
/// limits.
///
/// `@unchecked Sendable`: the variables of `Values` are read and written under `lock`, everything else is constant.
final class SearchState: @unchecked Sendable {
  private struct Values {
    var statistics = SearchStatistics()
    var witness: Witness?
    var lower = 0.0
    var settled = 0.0
    var thin = 0.0
    var cap = Double.infinity
    var stop: StopReason?
    var lastReport = ContinuousClock.now
    var earlier = 0.0
    var violation: TripwireViolation?
    var warnings: [String] = []
  }

  let problem: PatternProblem
  let settings: SearchSettings
  private let sink: SearchSink
  private let start = ContinuousClock.now
  private let thresholdCutoff: Double?
  private let tripwireNorm: Double
  /// A point of the known pattern's cell, if there is one.
  private let tripwirePoint: [Double]?
  /// |J| of the known pattern, for the norms of its parts.
  private let tripwireMagnitudes: Matrix?
  private let lock = NSLock()
  private var values = Values()

  init(problem: PatternProblem, settings: SearchSettings, sink: @escaping SearchSink) {
    self.problem = problem
    self.settings = settings
    self.sink = sink
    thresholdCutoff = settings.threshold?.cutoff
    tripwireMagnitudes = settings.tripwire.map { problem.jacobian($0).magnitudes }
    tripwirePoint = settings.tripwire.flatMap { pattern in
      guard problem.isAttainable else { return nil }
      var oracle = CellOracle(problem: problem)
      return oracle.point(of: pattern)
    }
    tripwireNorm = settings.tripwire.flatMap { problem.exactWitness(pattern: $0)?.lower } ?? 0
  }

  private func locked<Result>(_ body: (inout Values) -> Result) -> Result { lock.withLock { body(&values) } }

  var statistics: SearchStatistics {
    get { locked { $0.statistics } }
    _modify {
      lock.lock()
      defer { lock.unlock() }
      yield &values.statistics
    }
  }

  var witness: Witness? { locked { $0.witness } }
  var lower: Double { locked { $0.lower } }
  /// The largest bound among the parts of the search space that are done with.
  var settled: Double { locked { $0.settled } }
  /// The largest bound among parts that hold no nameable witness.
  var thin: Double { locked { $0.thin } }
  var stop: StopReason? { locked { $0.stop } }
  /// A bound of the whole search space, whatever those of its parts are.
  var cap: Double { locked { $0.cap } }

  /// Of this run and of those that it resumes.
  var seconds: Double { locked { $0.earlier } + elapsed }
  private var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }
  /// What is left of the time limit; nil without one.
  var remainingSeconds: Double? { settings.timeLimit.map { $0 - elapsed } }

  /// A part of the search space whose bound is at most this is done with. A sixteenth of the asked gap: the
  /// relaxation's last digits are cheap, and tables that compare bounds want them.
  var cutoff: Double { thresholdCutoff ?? lower / (1 - settings.relativeGap / 16) * (1 - 1e-14) }

  /// The squared norm that parts with a bound up to `cutoff` are below.
  var level: Rational {
    // For `atLeast` the cutoff is below the threshold, as a proof of "no" needs.
    if case .atMost(let squared)? = settings.threshold { return squared }
    return Rational(squareOf: cutoff)
  }

  func settle(bound: Double) { locked { $0.settled = max($0.settled, bound) } }
  func cap(bound: Double) { locked { $0.cap = min($0.cap, bound) } }
  func settleThin(bound: Double) { locked { $0.thin = max($0.thin, bound) } }
  /// A decision stands, whatever else ended the search.
  private func stop(_ reason: StopReason) {
    locked { $0.stop = reason == .decided ? reason : $0.stop ?? reason }
  }
  func outOfMemory() { stop(.memory) }
  /// Goes into the result's warnings.
  func warn(_ text: String) { locked { $0.warnings.append(text) } }

  /// Whether the known pattern is a completion of this one.
  func holdsTripwire(_ pattern: PartialPattern) -> Bool {
    settings.tripwire.map { zip(pattern, $0).allSatisfy { $0 == .undecided || $0 == $1 } } ?? false
  }

  /// A part of the search space with this bound, or one that is dropped (bound 0), must not hold the known pattern with more in
  /// that part of J.
  ///
  /// - Parameter box: what of the domain the part is about; nil for all of it.
  func check(_ pattern: PartialPattern, _ part: JacobianPart, in box: FreeBox?, bound: Double) {
    guard let magnitudes = tripwireMagnitudes, holdsTripwire(pattern) else { return }
    if let box {
      guard let point = tripwirePoint, box.contains(point) else { return }
    }
    let known = part == .all ? tripwireNorm : problem.norm.monotoneBound(magnitudes, part) * (1 - 1e-9)
    guard bound < known else { return }
    let violation = TripwireViolation(
      "bound \(bound) excludes known norm \(known) at \(PatternText.text(pattern))")
    locked { $0.violation = $0.violation ?? violation }
  }

  var violation: TripwireViolation? { locked { $0.violation } }

  /// Goes on from what an earlier run held; the time limit is this run's own.
  func resume(_ header: PatternCheckpointHeader) {
    locked {
      $0.settled = header.settled
      $0.thin = header.thin
      $0.cap = header.cap ?? .infinity
      $0.statistics = header.statistics
      $0.earlier = header.seconds
    }
    // The witness is evaluated anew: nothing is believed that can be checked.
    if case .attainable(let domain) = problem.patterns {
      if let x = header.x, x.count == problem.freeInputs.count, domain.contains(problem.inputPoint(x)) {
        offer(point: x)
      }
    } else if let pattern = header.pattern, pattern.count == problem.units, !pattern.contains(.undecided) {
      offer(pattern: pattern)
    }
  }

  /// A bound of a partial pattern (nil: the root), for parts of the space that are set aside unexplored.
  func relaxedBound(_ pattern: PartialPattern?) -> Double {
    let pattern = pattern ?? problem.openPattern
    guard problem.norm == .two else {
      return problem.norm.monotoneBound(IntervalJacobian(problem).magnitudes(pattern))
    }
    return SemidefiniteRelaxation(problem: problem).bound(pattern, cutoff: 0, tolerance: 1e-4).bound
  }

  /// Above the square of a bound by more than rounding can hide.
  static func level(above bound: Double) -> Rational { Rational(squareOf: bound * (1 + 0x1p-46)) }

  /// One pattern, known to be allowed, at a point of its cell where patterns must be attainable: its value is ‖J(σ)‖.
  /// A threshold question is answered by exact arithmetic here.
  ///
  /// - Parameter node: its number in a proof.
  func settle(
    pattern: PartialPattern, at point: [Double]?, inherited: Double = .infinity, node: Int = 0
  ) {
    if let point { offer(point: point, pattern: pattern) } else { offer(pattern: pattern) }
    let value = min(inherited, problem.normUpperBound(pattern, enough: cutoff))
    guard let threshold = settings.threshold, value > cutoff else {
      settings.proof?.evaluated(node, level: value <= cutoff ? level : Self.level(above: value))
      return settle(bound: value)
    }
    if threshold.isSettled(by: problem.norm.compare(problem.exactJacobian(pattern), with: threshold.squared))
    {
      // A certificate of this answer needs a direction whose ratio is beyond the threshold, too.
      if settings.proof != nil {
        accept(
          problem.exactWitness(
            pattern: pattern, x: point.map(problem.inputPoint), beyond: threshold.squared), settles: true)
      }
      stop(.decided)
      settle(bound: value)
    } else {
      settings.proof?.evaluated(node, level: provedLevel(pattern, threshold))
      // Below or at the threshold, exactly: no more than the next double above its root.
      settle(bound: min(value, threshold.squared.squareRootRoundedDown.nextUp))
    }
  }

  /// A level for a Jacobian that exact arithmetic found not to settle a threshold: for `atLeast` one below the threshold.
  private func provedLevel(_ pattern: PartialPattern, _ threshold: Threshold) -> Rational {
    guard case .atLeast(let squared) = threshold else { return threshold.squared }
    let jacobian = problem.exactJacobian(pattern)
    for power in 1..<400 {
      let candidate = squared * Rational(Dyadic(1) + -Dyadic(mantissa: 1, exponent: -power), Dyadic(1))
      if problem.norm.compare(jacobian, with: candidate) != .notSemidefinite { return candidate }
    }
    return squared
  }

  /// True once a limit is reached; remembers which.
  ///
  /// - Parameter countingNodes: whether the node limit is one of them.
  func shouldStop(countingNodes: Bool = true) -> Bool {
    locked {
      if let stop = $0.stop, countingNodes || stop != .nodes { return true }
      if settings.isInterrupted() {
        $0.stop = .interrupt
      } else if countingNodes, let limit = settings.nodeLimit, $0.statistics.nodes >= limit {
        $0.stop = .nodes
      } else if let limit = settings.timeLimit, elapsed >= limit {
        $0.stop = .time
      }
      return $0.stop.map { countingNodes || $0 != .nodes } ?? false
    }
  }

  func reportProgress(openBound: Double, open: Int) {
    let isDue = locked {
      guard ContinuousClock.now - $0.lastReport > .milliseconds(500) else { return false }
      $0.lastReport = .now
      return true
    }
    if isDue { sink(.progress(enclosure(openBound: openBound), statistics: statistics, open: open)) }
  }

  /// Evaluates the network's piece at x (free inputs), and takes it as incumbent if exact arithmetic confirms that it
  /// is better.
  ///
  /// - Parameter pattern: the pattern at x where it is known.
  func offer(point x: [Double], pattern known: PartialPattern? = nil) {
    guard let pattern = known ?? problem.pattern(at: x), problem.mayExceed(lower, pattern) else { return }
    accept(problem.exactWitness(at: x))
  }

  /// Offers a free pattern.
  func offer(pattern: PartialPattern) {
    guard problem.mayExceed(lower, pattern) else { return }
    accept(problem.exactWitness(pattern: pattern))
  }

  /// - Parameter settles: it was looked for to settle a question, and may be better by less than a double tells.
  private func accept(_ candidate: Witness?, settles: Bool = false) {
    let isBetter = locked {
      $0.statistics.exactWitnesses += 1
      guard let candidate, candidate.lower > $0.lower || settles else { return false }
      $0.lower = candidate.lower
      $0.witness = candidate
      switch settings.threshold {
      case .atMost(let q)? where candidate.ratioSquared > q: $0.stop = .decided
      case .atLeast(let q)? where candidate.ratioSquared >= q: $0.stop = .decided
      default: break
      }
      return true
    }
    if isBetter, let candidate { sink(.incumbent(candidate)) }
  }

  func enclosure(openBound: Double) -> Enclosure {
    locked {
      Enclosure(
        lower: $0.lower, upper: max($0.lower, min($0.cap, max($0.settled, $0.thin, openBound))),
        witness: $0.witness)
    }
  }

  /// The result, with the largest bound still open (0 where the search is complete).
  func result(openBound: Double, engine: Engine, explanation: String) -> SearchResult {
    let enclosure = enclosure(openBound: openBound)
    let isComplete = min(cap, max(openBound, thin)) <= cutoff
    var verdict: Bool?
    if let threshold = settings.threshold, stop == .decided || isComplete {
      verdict = threshold.answer(settled: stop == .decided)
    }
    // Norms are never negative, witness or not.
    if case .atLeast(.zero)? = settings.threshold { verdict = true }
    let closed = enclosure.relativeGap <= settings.relativeGap
    var result = SearchResult(
      enclosure: enclosure, reason: closed ? .gap : verdict != nil ? .decided : stop ?? .thin, engine: engine,
      explanation: explanation, statistics: statistics, seconds: seconds, verdict: verdict)
    result.warnings = locked { $0.warnings }
    return result
  }
}

extension PatternProblem {
  /// The pattern at x in double precision (kinks count as on); an estimate to be confirmed exactly.
  func pattern(at x: [Double]) -> PartialPattern? {
    guard x.allSatisfy(\.isFinite) else { return nil }
    var pattern: PartialPattern = []
    pattern.reserveCapacity(units)
    var value = inputPoint(x)
    for layer in 0..<hiddenLayers {
      let pre = zip(weights[layer] * value, biases[layer]).map { $0 + $1 }
      let phases = zip(pre, unitRange(layer)).map { $0 >= 0 || slopes[$1].isLinear ? Phase.on : .off }
      value = zip(pre, zip(phases, unitRange(layer))).map { $0 * slope($1.0, unit: $1.1) }
      pattern += phases
    }
    return pattern
  }
}

extension PatternProblem {
  /// Whether the network has this pattern at the full input x, in double precision, except where a unit's
  /// pre-activation vanishes.
  public func hasPattern(_ pattern: PartialPattern, at x: [Double]) -> Bool {
    var value = x
    for layer in 0..<hiddenLayers {
      let pre = zip(weights[layer] * value, biases[layer]).map { $0 + $1 }
      for (z, unit) in zip(pre, unitRange(layer))
      where z != 0 && (z > 0) != (pattern[unit] == .on) && !slopes[unit].isLinear {
        return false
      }
      value = zip(pre, unitRange(layer)).map { $0 * slope($0 >= 0 ? .on : .off, unit: $1) }
    }
    return true
  }
}
