public import ExactArithmetic
import Foundation
public import TreeSearch

/// The engines for quadratic problems; all of them agree.
public enum QuadraticEngine: String, Sendable, CaseIterable, Codable {
  /// Every assignment in Gray code order, in integers.
  case enumerate
  /// Dynamic programming: spins are eliminated one by one, in integers.
  case elimination
  /// Best-first branch and bound with the semidefinite relaxation of max-cut and triangle inequalities.
  case semidefinite
  /// Best-first branch and cut with odd-cycle inequalities, bounds proved in integers.
  case linear
  /// GLPK's branch and cut on the linearised problem: a comparison, whose bound nobody checks.
  case milp
  /// Branch and bound over the support direction, for a QCMH of low rank as it is.
  case zonotope

  /// The engines that take any problem over spins.
  public static let forSpins: [QuadraticEngine] = [.enumerate, .elimination, .semidefinite, .linear, .milp]

  /// Whether the engine searches a tree: with threads, checkpoints and a memory limit.
  public var keepsTree: Bool { self == .semidefinite || self == .linear }
}

/// Why a search ended.
public enum QuadraticStopReason: String, Sendable, Codable {
  /// The asked gap was reached; with gap 0 the optimum is proved.
  case gap
  /// The goal was reached, or cannot be.
  case decided
  case time
  case nodes
  case interrupt
  /// The open nodes took more memory than allowed.
  case memory
  /// The engine could do no more: GLPK failed again and again.
  case failure
}

/// What a bound rests on, strongest first; a problem in parts has the weakest of theirs.
public enum QuadraticBoundSource: Int, Sendable, Comparable {
  /// Reductions in integers left nothing to search.
  case presolve
  /// Every assignment was visited, in integers.
  case enumeration
  /// Variable elimination, in integers.
  case dynamicProgramming
  /// No Σ c s s exceeds Σ |c|, in integers: all that a stopped exact engine knows.
  case sumOfMagnitudes
  /// Linear programming duality with odd-cycle inequalities, evaluated in integers.
  case linearMultipliers
  /// A floating-point bound with margins for rounding.
  case relaxation
  /// A mixed-integer solver's word, unchecked.
  case solver

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// Counts, the same on every machine for the same seed.
public struct QuadraticStatistics: Sendable, Equatable, Codable {
  /// Branch and bound nodes; assignments visited; table entries computed.
  public var nodes = 0
  public var relaxations = 0
  public var iterations = 0
  /// The largest table of an elimination is 2^width.
  public var width = 0
  /// Local searches from a new start.
  public var restarts = 0

  public init() {}
}

public struct QuadraticSettings: Sendable {
  /// A value that settles a decision problem: the search ends as soon as a solution reaches it (exceeds it, where
  /// `isStrict`), or none can.
  public struct Goal: Sendable, Equatable {
    public let value: Rational
    public let isStrict: Bool

    public init(value: Rational, isStrict: Bool) {
      self.value = value
      self.isStrict = isStrict
    }
  }

  /// nil chooses.
  public var engine: QuadraticEngine?
  /// Stop when |bound - value| ≤ relativeGap · |value|.
  public var relativeGap: Double
  public var timeLimit: Double?
  public var nodeLimit: Int?
  public var seed: UInt64
  /// Threads, memory and checkpoints of the branch and bound engines; the others run on one thread and are not resumed.
  public var tree: TreeSettings
  /// Reduce the problem first; off, engines can be compared on it as it is.
  public var presolves = true
  /// Spins known to be good: in tests, a tripwire. A search that bounds a part holding them below their value throws
  /// `TripwireViolation`. Only where the problem is not reduced first.
  public var tripwire: [Int]?
  /// Decide whether this can be reached instead of finding the optimum.
  public var goal: Goal?
  /// Takes the proof of the bound, step by step. Engines that prove nothing are then refused, as are checkpoints.
  public var proof: (any SpinProofSink)?
  /// In tests, what the checker must find.
  package var plantedFault: PlantedFault?
  public var isInterrupted: @Sendable () -> Bool
  /// Called now and then with the best value, the bound, and the counts.
  public var progress:
    @Sendable (_ value: Rational?, _ bound: Rational, QuadraticStatistics, _ open: Int) -> Void

  public init(
    engine: QuadraticEngine? = nil, relativeGap: Double = 0, timeLimit: Double? = nil, nodeLimit: Int? = nil,
    seed: UInt64 = 0, tree: TreeSettings = TreeSettings(),
    isInterrupted: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Rational?, Rational, QuadraticStatistics, Int) -> Void = { _, _, _, _ in }
  ) {
    self.engine = engine
    self.relativeGap = relativeGap
    self.timeLimit = timeLimit
    self.nodeLimit = nodeLimit
    self.seed = seed
    self.tree = tree
    self.isInterrupted = isInterrupted
    self.progress = progress
  }
}

/// What a search holds at its end.
public struct QuadraticResult: Sendable {
  /// The value of `solution`, exactly.
  public let value: Rational
  /// No solution is better than this (above it where the value is maximised, below where it is minimised), moved to the
  /// nearest value the data allow.
  public let bound: Rational
  public let solution: [Int]
  public let reason: QuadraticStopReason
  public let boundSource: QuadraticBoundSource
  public let engine: QuadraticEngine
  public let explanation: String
  public let statistics: QuadraticStatistics
  public let seconds: Double
  /// What did not go as asked and does not touch the numbers.
  public var warnings: [String] = []

  /// Whether no floating-point bound is behind `bound`.
  public var isExact: Bool { boundSource != .relaxation && boundSource != .solver }
  /// Whether the optimum is proved: no gap is left.
  public var isOptimal: Bool { bound == value }
}

/// The limits and counts of one search, asked often, answered cheaply, and shared by its workers.
///
/// `@unchecked Sendable`: every stored variable is read and written under `lock`.
final class SearchLimits: @unchecked Sendable {
  private let settings: QuadraticSettings
  private let lock = NSLock()
  private let start = ContinuousClock.now
  private var lastReport = ContinuousClock.now
  private var stopReason: QuadraticStopReason?
  private var counts = QuadraticStatistics()
  private var warningTexts: [String] = []
  /// Seconds of the runs that this one resumes.
  private var earlier = 0.0

  init(_ settings: QuadraticSettings) { self.settings = settings }

  /// Goes on from the counts and seconds of an earlier run; the time limit is this run's own.
  func resume(_ statistics: QuadraticStatistics, seconds: Double) {
    lock.withLock {
      counts = statistics
      earlier = seconds
    }
  }

  var seconds: Double { lock.withLock { earlier + elapsed } }
  private var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }
  var stop: QuadraticStopReason? { lock.withLock { stopReason } }

  /// What is left of the time limit; nil without one.
  var remainingSeconds: Double? { settings.timeLimit.map { $0 - elapsed } }

  /// The search ended by what only its engine saw.
  func end(_ reason: QuadraticStopReason) { lock.withLock { stopReason = stopReason ?? reason } }

  var statistics: QuadraticStatistics {
    get { lock.withLock { counts } }
    _modify {
      lock.lock()
      defer { lock.unlock() }
      yield &counts
    }
  }

  func shouldStop() -> Bool { lock.withLock { checkLimits() } }

  /// The same, before work that leads to so many nodes and cannot be cut short.
  func shouldStop(before nodes: Int) -> Bool {
    lock.withLock {
      if stopReason == nil, let limit = settings.nodeLimit, nodes > limit { stopReason = .nodes }
      return checkLimits()
    }
  }

  /// Goes into the result's warnings.
  func warn(_ text: String) { lock.withLock { warningTexts.append(text) } }
  var warnings: [String] { lock.withLock { warningTexts } }

  private func checkLimits() -> Bool {
    if stopReason != nil { return true }
    if settings.isInterrupted() {
      stopReason = .interrupt
    } else if let limit = settings.nodeLimit, counts.nodes >= limit {
      stopReason = .nodes
    } else if let limit = settings.timeLimit, elapsed >= limit {
      stopReason = .time
    }
    return stopReason != nil
  }

  func report(_ value: @autoclosure () -> Rational?, _ bound: @autoclosure () -> Rational, open: Int) {
    let current: QuadraticStatistics? = lock.withLock {
      guard ContinuousClock.now - lastReport > .milliseconds(500) else { return nil }
      lastReport = .now
      return counts
    }
    if let current { settings.progress(value(), bound(), current, open) }
  }
}
