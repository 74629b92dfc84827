public import ExactArithmetic

/// The engines for quadratic problems over spins; all of them agree.
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
}

/// What a bound rests on.
public enum QuadraticBoundSource: Sendable {
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
  /// Decide whether this can be reached instead of finding the optimum.
  public var goal: Goal?
  /// Spins of an optimum that a search by linear programming may not exclude: a tripwire for tests.
  package var knownOptimum: [Int8]?
  public var isInterrupted: @Sendable () -> Bool
  /// Called now and then with the best value, the bound, and the counts.
  public var progress:
    @Sendable (_ value: Rational?, _ bound: Rational, QuadraticStatistics, _ open: Int) -> Void

  public init(
    engine: QuadraticEngine? = nil, relativeGap: Double = 0, timeLimit: Double? = nil, nodeLimit: Int? = nil,
    seed: UInt64 = 0, isInterrupted: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Rational?, Rational, QuadraticStatistics, Int) -> Void = { _, _, _, _ in }
  ) {
    self.engine = engine
    self.relativeGap = relativeGap
    self.timeLimit = timeLimit
    self.nodeLimit = nodeLimit
    self.seed = seed
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

  /// Whether no floating-point bound is behind `bound`.
  public var isExact: Bool { boundSource != .relaxation && boundSource != .solver }
  /// Whether the optimum is proved: no gap is left.
  public var isOptimal: Bool { bound == value }
}

/// The limits of one search, asked often and answered cheaply.
final class SearchLimits {
  private let settings: QuadraticSettings
  private let start = ContinuousClock.now
  private var lastReport = ContinuousClock.now
  private(set) var stop: QuadraticStopReason?
  var statistics = QuadraticStatistics()

  init(_ settings: QuadraticSettings) { self.settings = settings }

  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  func shouldStop() -> Bool {
    if stop != nil { return true }
    if settings.isInterrupted() {
      stop = .interrupt
    } else if let limit = settings.nodeLimit, statistics.nodes >= limit {
      stop = .nodes
    } else if let limit = settings.timeLimit, seconds >= limit {
      stop = .time
    }
    return stop != nil
  }

  /// What is left of the time limit; nil without one.
  var remainingSeconds: Double? { settings.timeLimit.map { $0 - seconds } }

  /// The search ended by what only its engine saw.
  func end(_ reason: QuadraticStopReason) { stop = stop ?? reason }

  /// The same, before work that leads to so many nodes and cannot be cut short.
  func shouldStop(before nodes: Int) -> Bool {
    if stop == nil, let limit = settings.nodeLimit, nodes > limit { stop = .nodes }
    return shouldStop()
  }

  func report(_ value: Rational?, _ bound: Rational, open: Int) {
    guard ContinuousClock.now - lastReport > .milliseconds(500) else { return }
    lastReport = .now
    settings.progress(value, bound, statistics, open)
  }
}
