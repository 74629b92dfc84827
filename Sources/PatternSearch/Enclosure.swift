public import ExactArithmetic
public import TreeSearch

/// Why a search ended.
public enum StopReason: String, Sendable, Codable {
  /// The asked relative gap was reached.
  case gap
  case time
  case nodes
  case interrupt
  /// The open nodes took more memory than allowed.
  case memory
  /// The threshold question was decided by a single pattern before the search space was exhausted.
  case decided
  /// Some cell is too thin to hold a double-precision witness; its bound stays in `upper`.
  case thin
}

/// A point where the Jacobian's norm was evaluated exactly, or a free pattern.
public struct Witness: Sendable {
  /// The input, all coordinates; nil for free patterns.
  public var x: [Double]?
  /// v with ‖J v‖ / ‖v‖ = the claimed ratio.
  public var direction: [Double]
  /// The pattern, complete.
  public var pattern: PartialPattern
  /// ‖J v‖² / ‖v‖², exactly.
  public var ratioSquared: Rational
  /// v to the last bit: with one output Jᵀ itself; all inputs' coordinates.
  package var exactDirection: [Dyadic]

  /// The largest double not above ‖J v‖ / ‖v‖: a proved lower bound.
  public var lower: Double { ratioSquared.squareRootRoundedDown }
}

/// What a search holds: lower ≤ maximum ≤ upper at every moment.
public struct Enclosure: Sendable {
  package init(lower: Double, upper: Double, witness: Witness?) {
    self.lower = lower
    self.upper = upper
    self.witness = witness
  }

  /// Proved in exact arithmetic by `witness`.
  public var lower: Double
  /// A floating-point bound: every relaxation behind it was checked with a margin for rounding. With engine `milp` what GLPK
  /// says, unchecked.
  public var upper: Double
  public var witness: Witness?

  /// (upper - lower) / upper; 1 where upper is infinite.
  public var relativeGap: Double { upper <= lower ? 0 : upper.isFinite ? (upper - lower) / upper : 1 }
}

/// The outcome of a search: the enclosure, and apart from it why the search ended.
public struct SearchResult: Sendable {
  public var enclosure: Enclosure
  public var reason: StopReason
  public var engine: Engine
  /// Why this engine was chosen.
  public var explanation: String
  public var statistics: SearchStatistics
  public var seconds: Double
  /// The answer to the threshold question, where one was asked and it was decided.
  public var verdict: Bool?
  /// What did not go as asked and does not touch the numbers.
  public var warnings: [String] = []

  package init(
    enclosure: Enclosure, reason: StopReason, engine: Engine, explanation: String,
    statistics: SearchStatistics,
    seconds: Double, verdict: Bool?
  ) {
    self.enclosure = enclosure
    self.reason = reason
    self.engine = engine
    self.explanation = explanation
    self.statistics = statistics
    self.seconds = seconds
    self.verdict = verdict
  }

  public var isOptimal: Bool { reason == .gap }
}

/// Counts, the same on every machine for the same seed.
public struct SearchStatistics: Sendable, Equatable, Codable {
  public var nodes = 0
  public var cells = 0
  public var linearPrograms = 0
  public var exactDecisions = 0
  public var relaxations = 0
  public var newtonSteps = 0
  public var exactWitnesses = 0

  public init() {}
}

/// The engines that solve a pattern problem; all of them agree.
public enum Engine: String, Sendable, CaseIterable, Codable {
  /// Every pattern, by Gray code; attainability of the best ones by linear programs.
  case enumerate
  /// Every full-dimensional cell: polygons for two inputs, linear programs otherwise.
  case cells
  /// Best-first branch and bound with the semidefinite relaxation.
  case semidefinite
  /// Free patterns of two layers with one output or one input: branch and bound over the support direction.
  case zonotope
  /// Two layers, one output or one input, carried to spins in exact integers: dynamic programming.
  case elimination
  /// The same by branch and cut over linear programs.
  case linear
  /// Mixed-integer programs for GLPK: of the spins where there are some, of deep networks in the norms 1, inf and 1:inf on boxes
  /// (LipMIP). A comparison, whose upper end is GLPK's word.
  case milp

  /// The engines that take attainable patterns.
  public static let forAttainable: [Engine] = [.enumerate, .cells, .semidefinite]

  /// Whether the engine searches a tree: with threads, checkpoints and a memory limit.
  public var keepsTree: Bool { self == .semidefinite || self == .linear }
}

/// A question about the maximum M instead of its value: the decision problems of the paper (LIP-CST is `atMost`).
public enum Threshold: Sendable, Equatable {
  /// Is M² ≤ this number?
  case atMost(squared: Rational)
  /// Is M² ≥ this number?
  case atLeast(squared: Rational)

  var squared: Rational {
    switch self {
    case .atMost(let q), .atLeast(let q): q
    }
  }

  /// A part of the search space with this bound or a smaller one has no say in the answer.
  var cutoff: Double {
    let root = squared.squareRootRoundedDown
    guard case .atLeast = self, Rational(Dyadic(root) * Dyadic(root), Dyadic(1)) == squared else {
      return root
    }
    return root.nextDown
  }

  /// Whether one pattern whose squared norm compares so settles the question (against `atMost`, for `atLeast`).
  func isSettled(by difference: Definiteness) -> Bool {
    switch self {
    case .atMost: difference == .notSemidefinite
    case .atLeast: difference != .positiveDefinite
    }
  }

  /// The answer once some pattern settled the question, or once none can.
  func answer(settled: Bool) -> Bool {
    switch self {
    case .atMost: !settled
    case .atLeast: settled
    }
  }
}

/// Limits and settings of a search.
public struct SearchSettings: Sendable {
  /// nil chooses by size.
  public var engine: Engine?
  /// Stop when (upper - lower) / upper is at most this.
  public var relativeGap: Double
  /// Wall-clock seconds; nil for none.
  public var timeLimit: Double?
  public var nodeLimit: Int?
  public var seed: UInt64
  /// Threads, memory and checkpoints of branch and bound; the other engines run on one thread and are not resumed.
  public var tree: TreeSettings
  /// Where the inputs usually lie: only a hint for where to look for witnesses when the domain is all of Rⁿ.
  public var usualInputs: Domain = .all
  /// Points to look at for a first witness, all coordinates: those of the domain are.
  public var startingPoints: [[Double]] = []
  /// A pattern known to be allowed: in tests, a tripwire. A branch and bound that excludes it throws `TripwireViolation`.
  public var tripwire: PartialPattern?
  /// Where the steps that prove the upper bound go; nil for none. Only branch and bound proves, without reductions first.
  public var proof: (any PatternProofSink)?
  /// In tests, a bug to be caught.
  package var plantedFault: PlantedPatternFault?
  /// Decide this instead of closing the gap.
  public var threshold: Threshold?
  /// Asked now and then; true stops the search with its enclosure.
  public var isInterrupted: @Sendable () -> Bool

  public init(
    engine: Engine? = nil, relativeGap: Double = 1e-6, timeLimit: Double? = nil, nodeLimit: Int? = nil,
    seed: UInt64 = 0, tree: TreeSettings = TreeSettings(), threshold: Threshold? = nil,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.engine = engine
    self.relativeGap = relativeGap
    self.timeLimit = timeLimit
    self.nodeLimit = nodeLimit
    self.seed = seed
    self.tree = tree
    self.threshold = threshold
    self.isInterrupted = isInterrupted
  }
}

extension SearchSettings {
  /// For a few exact evaluations of what was found before a limit.
  var withoutLimits: SearchSettings {
    var copy = self
    (copy.timeLimit, copy.nodeLimit, copy.isInterrupted) = (nil, nil, { false })
    return copy
  }
}

/// A search that cannot run as asked.
public struct UnsupportedSearch: Error, Sendable, CustomStringConvertible {
  public let description: String
}
