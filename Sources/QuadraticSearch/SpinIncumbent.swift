import RandomNumbers
import Synchronization
import TreeSearch

/// What the workers of one search over spins share: the best spins, the largest bound of what they are done with, and the
/// cutoff that follows from both the best value and what is asked.
final class SpinIncumbent<Scalar: FixedWidthInteger & SignedInteger & Sendable>: Sendable {
  struct State: Sendable {
    var energy: Scalar
    var spins: [Int8]
    /// The largest bound of what was pruned, in energy; nil before.
    var settled: Int128?
    var violation: TripwireViolation?
  }

  /// Tabu searches before the first node.
  private static var initialRestarts: Int { 20 }

  private let form: SpinForm<Scalar>
  private let relativeGap: Double
  /// What belongs to the problem's value beside this energy.
  private let offset: Double
  /// The search ends once this is reached, and does not look for less.
  private let goal: Scalar?
  /// Known spins and their energy; both they and their opposite, where those are worth the same.
  private let tripwire: (spins: [[Int8]], energy: Scalar)?
  /// What rounding coefficients and sums to doubles can hide.
  let margin: Double
  private let shared: Mutex<State>

  init(
    form: SpinForm<Scalar>, relativeGap: Double, offset: Double = 0, goal: Scalar?, tripwire: [Int8]? = nil
  ) {
    self.form = form
    self.relativeGap = relativeGap
    self.offset = offset
    self.goal = goal
    self.tripwire = tripwire.map { known in
      (form.hasFields ? [known] : [known, known.map { -$0 }], form.energy(known))
    }
    margin = Double(form.absoluteSum) * 0x1p-50
    let start = [Int8](repeating: 1, count: form.spins)
    shared = Mutex(State(energy: form.energy(start), spins: start))
  }

  var state: State { shared.withLock { $0 } }
  var energy: Scalar { shared.withLock { $0.energy } }

  /// A part of the search space whose bound is below this holds nothing better, or nothing that is asked for.
  var cutoff: Double {
    let energy = energy
    let gap = relativeGap * abs(offset + Double(energy))
    let next = Double(energy) + Swift.max(Double(form.step), gap)
    return Swift.max(next, goal.map { Double($0) } ?? next) - margin
  }

  /// The same for bounds that are integers.
  var integerCutoff: Int128 {
    let energy = energy
    let gap = (relativeGap * abs(offset + Double(energy))).rounded(.down)
    let next = Int128(energy) + Swift.max(Int128(form.step), gap < 0x1p120 ? Int128(gap) + 1 : 0)
    return Swift.max(next, goal.map { Int128($0) } ?? next)
  }

  /// Whether the goal is reached.
  var isDone: Bool { goal.map { energy >= $0 } ?? false }

  func offer(_ candidate: (energy: Scalar, spins: [Int8])) {
    shared.withLock { state in
      guard candidate.energy > state.energy else { return }
      state.energy = candidate.energy
      state.spins = candidate.spins
    }
  }

  /// First spins, before any node.
  func seed(_ tabu: TabuSearch<Scalar>, _ limits: SearchLimits, _ random: inout SplitMix64) {
    for _ in 0..<Self.initialRestarts where !isDone && !limits.shouldStop() {
      limits.statistics.restarts += 1
      offer(tabu.restart(&random, shouldStop: limits.shouldStop))
    }
  }

  /// A part of the search space with this bound is done with.
  func settle(_ bound: Int128) {
    shared.withLock { $0.settled = Swift.max($0.settled ?? bound, bound) }
  }

  /// Whether a part of the search space, 0 where a spin is free, may have this bound.
  func check(_ fixed: [Int8], bound: Double) {
    guard let tripwire, bound + margin < Double(tripwire.energy) else { return }
    let holds = tripwire.spins.contains { known in
      zip(fixed, known).allSatisfy { $0 == 0 || $0 == $1 }
    }
    guard holds else { return }
    shared.withLock {
      $0.violation =
        $0.violation
        ?? TripwireViolation(
          "bound \(bound) excludes known energy \(tripwire.energy) at \(SpinText.text(fixed))")
    }
  }

  /// Goes on from what an earlier run held.
  func resume(_ header: SpinCheckpointHeader<Scalar>, file: String) throws(CheckpointError) {
    let counts = header.statistics
    guard
      [counts.nodes, counts.relaxations, counts.iterations, counts.width, counts.restarts].allSatisfy({
        (0...1 << 52).contains($0)
      })
    else { throw CheckpointError("\(file):1: its counts are out of range") }
    guard let spins = SpinText.spins(header.spins), spins.count == form.spins, !spins.contains(0) else {
      throw CheckpointError("\(file):1: its spins are not those of this problem")
    }
    offer((form.energy(spins), spins))
    if let text = header.settled {
      guard let settled = Int128(text) else { throw CheckpointError("\(file):1: its bound is no integer") }
      settle(settled)
    }
  }
}
