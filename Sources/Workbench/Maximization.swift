public import ExactArithmetic
public import Problems
public import QuadraticSearch
public import Reductions

/// A question about the optimum of a problem: is there a solution at least as good as a value?
public struct OptimumThreshold: Sendable, Equatable {
  public enum Relation: String, Sendable {
    case atMost = "≤"
    case atLeast = "≥"

    public var opposite: Relation { self == .atMost ? .atLeast : .atMost }
  }

  public let relation: Relation
  /// In the problem's own value (for LIP-CST: the square of the constant).
  public let value: Rational

  public init(_ relation: Relation, _ value: Rational) {
    self.relation = relation
    self.value = value
  }

  /// The question as a statement about `name`, and what holds where it is false.
  public func claim(about name: String) -> (yes: String, no: String) {
    ("\(name) \(relation.rawValue) \(value)", "\(name) \(relation == .atMost ? ">" : "<") \(value)")
  }
}

extension Problem {
  /// What a threshold in a file of this kind asks: LIP-CST whether L² ≤ ℓ², the others whether a solution is at least as
  /// good.
  public var ownRelation: OptimumThreshold.Relation {
    kind == .lipCST || sense == .minimize ? .atMost : .atLeast
  }
}

/// A search's answer that the instance's own exact arithmetic contradicts: a defect of LipBench.
public struct ContradictedSearch: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description + "; please report this instance" }
}

extension UnsupportedProblem {
  fileprivate static func zonotope(_ kind: ProblemKind) -> UnsupportedProblem {
    UnsupportedProblem(
      "engine zonotope takes a qcmh, or a lip-cst that is one; this is a \(kind.rawValue)",
      remedy: "use --engine semidefinite", isRequest: true)
  }
}

/// The optimum of a problem in its own sense, value and variables, found as a QCMH of low rank, or by carrying it to spins
/// and back.
public struct Maximization: Sendable {
  public let instance: ProblemInstance
  /// From the instance's kind to ising, or to qcmh.
  public let chain: ReductionChain
  public let result: QuadraticResult
  /// The solution's value, exactly, in the instance's own terms.
  public let value: Rational
  /// No solution is better than this. For partition: the least discrepancy is at least this, rounded down to a double.
  public let bound: Rational
  public let solution: [Int]
  public let threshold: OptimumThreshold?
  /// The answer to the threshold question, where one was asked and it was decided.
  public let verdict: Bool?
  /// Where one was asked for.
  public internal(set) var certificate: CertificateReport?

  /// The same with a certificate.
  ///
  /// - Throws: what the search throws, and errors of writing and reading the files.
  public static func solve(
    _ instance: ProblemInstance, threshold: OptimumThreshold? = nil,
    settings: QuadraticSettings = QuadraticSettings(), certificate request: CertificateRequest?
  ) throws -> Maximization {
    guard let request else { return try Maximization(instance, threshold: threshold, settings: settings) }
    return try CertifiedMaximization(instance, request).solve(threshold, settings)
  }

  /// - Throws: `UnsupportedProblem` where no chain of reductions leads to spins, or the engine does not apply;
  ///   `ContradictedSearch` where the search's value is not that of its solution, or its bound excludes the planted one.
  public init(
    _ instance: ProblemInstance, threshold: OptimumThreshold? = nil,
    settings: QuadraticSettings = QuadraticSettings()
  ) throws {
    let sense = instance.problem.sense
    // Existence of a good solution, or the complement of the existence of a strictly better one.
    let asksExistence = (threshold?.relation == .atLeast) == (sense == .maximize)
    let isStrict = !asksExistence
    let (chain, reduced, result) = try Self.solve(instance.problem, settings) { law in
      threshold.map { .init(value: law.pushThreshold($0.value), isStrict: isStrict) }
    }
    self.instance = instance
    self.chain = chain
    self.result = result
    self.threshold = threshold
    solution = reduced.invert(result.solution)
    guard let value = instance.problem.value(of: solution) else {
      preconditionFailure("a solution of \(instance.problem.kind.rawValue) is always feasible")
    }
    guard reduced.law.push(value) == result.value else {
      throw ContradictedSearch(
        "engine \(result.engine.rawValue) reports \(result.value), its solution has \(reduced.law.push(value))"
      )
    }
    self.value = value
    let pulled = reduced.law.pull(result.bound)
    if result.bound == result.value {
      bound = value
    } else if reduced.law.squaresSource {
      bound = Rational(max(pulled, 0).squareRootRoundedDown)
    } else {
      bound = pulled
    }
    if let planted = instance.planted, sense.prefers(planted.value, to: bound) {
      throw ContradictedSearch(
        "engine \(result.engine.rawValue) proves the bound \(bound), the planted solution has \(planted.value)"
      )
    }
    guard let threshold else {
      verdict = nil
      return
    }
    let exists = sense.prefers(value, to: threshold.value) || (!isStrict && value == threshold.value)
    let mayExist = sense.prefers(bound, to: threshold.value) || (!isStrict && bound == threshold.value)
    verdict = exists ? asksExistence : mayExist ? nil : !asksExistence
  }

  private typealias Answer = (chain: ReductionChain, reduced: ReducedProblem, result: QuadraticResult)

  /// As a QCMH where it is one of low rank, over spins otherwise.
  private static func solve(
    _ problem: any Problem, _ settings: QuadraticSettings, goal: (ValueLaw) -> QuadraticSettings.Goal?
  ) throws -> Answer {
    if let answer = try solveLowRank(problem, settings, goal: goal) { return answer }
    let (chain, reduced) = try problem.reduced(to: .ising)
    guard let ising = reduced.target as? Ising else {
      preconditionFailure("a chain to ising ends at an Ising problem")
    }
    return (chain, reduced, try ising.solve(settings.carried(by: reduced.law, goal)))
  }

  /// Nil where another engine is asked for, or none and the rank is not low.
  private static func solveLowRank(
    _ problem: any Problem, _ settings: QuadraticSettings, goal: (ValueLaw) -> QuadraticSettings.Goal?
  ) throws -> Answer? {
    let isAsked = settings.engine == .zonotope
    // Without certificates.
    guard isAsked || settings.engine == nil, settings.proof == nil else { return nil }
    guard [.qcmh, .lipCST].contains(problem.kind) else {
      if isAsked { throw UnsupportedProblem.zonotope(problem.kind) }
      return nil
    }
    let (chain, reduced) = try problem.reduced(to: .qcmh)
    guard let qcmh = reduced.target as? QCMH else {
      preconditionFailure("a chain to qcmh ends at a QCMH")
    }
    let result = qcmh.solveLowRank(
      settings.carried(by: reduced.law, goal), rankLimit: isAsked ? nil : QCMH.automaticRank)
    return result.map { (chain, reduced, $0) }
  }

  /// Whether the solution alone answers the threshold question.
  var isSettledBySolution: Bool {
    guard let threshold, verdict != nil else { return false }
    let asksExistence = (threshold.relation == .atLeast) == (instance.problem.sense == .maximize)
    return verdict == asksExistence
  }

  /// What the bound rests on.
  public var boundSoundness: ExactConstant.UpperSoundness {
    certificate?.isAccepted == true && !isSettledBySolution ? .certified : result.boundSoundness
  }

  /// Whether the optimum is proved: no gap is left.
  public var isOptimal: Bool { bound == value }
  /// The lower and upper end of what the optimum is known to lie in.
  public var enclosure: (lower: Rational, upper: Rational) {
    instance.problem.sense == .maximize ? (value, bound) : (bound, value)
  }
}

extension QuadraticSettings {
  /// The same for a problem that another was carried to: with its goal, and progress in the other's own values.
  fileprivate func carried(by law: ValueLaw, _ goal: (ValueLaw) -> Goal?) -> QuadraticSettings {
    @Sendable func own(_ value: Rational) -> Rational {
      let pulled = law.pull(value)
      return law.squaresSource ? Rational(max(pulled, 0).squareRootRoundedDown) : pulled
    }
    var settings = self
    settings.goal = goal(law)
    settings.progress = { [progress] value, bound, counts, open in
      progress(value.map(own), own(bound), counts, open)
    }
    return settings
  }
}
