import Bounds
import ExactArithmetic
import LinearAlgebra
import Networks
import PatternSearch
import Problems
import QuadraticSearch
import RandomNumbers

/// The constant, in the 2-norm, of a two-layer network whose Jacobian is a vector, as the root of a quadratic 0/1 maximum in exact integers:
///
///     J(σ) = Σ σᵢ gᵢ,     max ‖J(σ)‖² = max σᵀ H σ with H_ij = gᵢ·gⱼ
///
/// Over free patterns for one output or one input; over all of Rⁿ for one output with nonnegative weights, where the best
/// pattern is attained at x = Σ σᵢ gᵢ (`LipCST.isAttained`) and, far enough out, whatever the biases are.
struct IntegerConstant {
  let question: BoundQuestion
  let isAttainable: Bool
  /// Units' vectors gᵢ as rows, output weights 1: the same J(σ).
  private let problem: LipCST

  /// Nil where the constant is no such maximum.
  init?(_ question: BoundQuestion, _ patterns: ExactConstant.Patterns) {
    let network = question.network
    guard question.norm == .two, network.layers.count == 2, network.activations == [.relu],
      network.passing.allSatisfy(\.isEmpty)
    else { return nil }
    let (inner, outer) = (network.layers[0].weights, network.layers[1].weights)
    isAttainable = patterns == .attainable
    let vectors: RationalMatrix
    if outer.rows == 1, !isAttainable || (question.domain == .all && outer.elements.allSatisfy { $0 >= 0 }) {
      vectors = RationalMatrix(rows: inner.rows, columns: inner.columns) {
        Rational(outer[0, $0]) * Rational(inner[$0, $1])
      }
    } else if inner.columns == 1, !isAttainable {
      vectors = RationalMatrix(rows: inner.rows, columns: outer.rows) {
        Rational(outer[$1, $0]) * Rational(inner[$0, 0])
      }
    } else {
      return nil
    }
    self.question = question
    problem = LipCST(inner: vectors, outer: RationalMatrix(rows: 1, columns: inner.rows) { _, _ in 1 })
  }

  /// Whether `auto` comes this way: whole numbers, so that the constant's square is an integer found exactly, and not too
  /// many of them for exact products.
  static func isAutomatic(_ question: BoundQuestion) -> Bool {
    let weights = question.network.layers.map(\.weights)
    guard weights.count == 2,
      weights.allSatisfy({ $0.elements.allSatisfy { $0.rounded() == $0 && abs($0) < 0x1p15 } })
    else { return false }
    let inner = weights[0]
    let products = (0..<inner.columns).reduce(0.0) { sum, column in
      let count = Double((0..<inner.rows).count { inner[$0, column] != 0 })
      return sum + count * count
    }
    return products <= 4e6
  }

  /// - Throws: `UnsupportedProblem` where the engine does not apply or the numbers are too long for it.
  func solve(engine: QuadraticEngine?, proof: (any SpinProofSink)? = nil, sink: @escaping SearchSink) throws
    -> ExactConstant.Found
  {
    let settings = question.settings
    var quadratic = QuadraticSettings(
      engine: engine, relativeGap: 0, timeLimit: settings.timeLimit, nodeLimit: settings.nodeLimit,
      seed: settings.seed, tree: settings.tree, isInterrupted: settings.isInterrupted)
    quadratic.proof = proof
    quadratic.progress = { value, bound, counts, open in
      sink(
        .progress(
          Enclosure(
            lower: max(value ?? 0, 0).squareRootRoundedDown, upper: max(bound, 0).squareRootRoundedUp,
            witness: nil),
          statistics: Self.statistics(counts), open: open))
    }
    let threshold = settings.threshold.map {
      switch $0 {
      case .atMost(let squared): OptimumThreshold(.atMost, squared)
      case .atLeast(let squared): OptimumThreshold(.atLeast, squared)
      }
    }
    let answer = try Maximization(
      ProblemInstance(name: question.network.name, problem: problem), threshold: threshold,
      settings: quadratic)
    let found = try witness(answer)
    if let found { sink(.incumbent(found)) }
    let lower = found?.lower ?? 0
    let upper = answer.isOptimal && found != nil ? answer.value : answer.bound
    let enclosure = Enclosure(lower: lower, upper: max(lower, upper.squareRootRoundedUp), witness: found)
    let reason: StopReason =
      switch answer.result.reason {
      case .gap: .gap
      case .decided: .decided
      case .time: .time
      case .nodes: .nodes
      case .interrupt: .interrupt
      case .memory: .memory
      case .failure: .thin
      }
    var result = SearchResult(
      enclosure: enclosure, reason: enclosure.relativeGap <= settings.relativeGap ? .gap : reason,
      engine: Engine(rawValue: answer.result.engine.rawValue) ?? .semidefinite,
      explanation: "J is a vector: a quadratic problem in exact integers; \(answer.result.explanation)",
      statistics: Self.statistics(answer.result.statistics), seconds: answer.result.seconds,
      verdict: answer.verdict)
    result.warnings = answer.result.warnings
    return (result, upper, answer.result.boundSoundness)
  }

  /// The pattern found, at a point of its cell where one is needed; nil for the zero map.
  private func witness(_ answer: Maximization) throws -> Witness? {
    guard answer.value.signum > 0 else { return nil }
    let pattern = answer.solution.map { $0 == 1 ? Phase.on : .off }
    guard isAttainable else { return question.freeProblem.exactWitness(pattern: pattern) }
    let problem = question.attainableProblem
    let point = self.problem.attainingPoint(answer.solution).map(\.approximation)
    // Far out biases lose: each step doubles the distance. A unit without weight may have its kink at x: a small step aside.
    var random = SplitMix64(seed: question.settings.seed)
    for doubling in 0..<200 {
      let scale = Double(sign: .plus, exponent: doubling, significand: 1)
      for aside in [0, 0x1p-6, 0x1p-16] {
        let x = point.map { scale * ($0 + aside * random.gaussian()) }
        guard x.allSatisfy({ abs($0) < 1e60 }) else { break }
        if let found = problem.exactWitness(at: x), found.ratioSquared == answer.value { return found }
      }
    }
    throw ContradictedSearch(
      "\(question.network.name): no point attains the pattern of value \(answer.value)")
  }

  private static func statistics(_ counts: QuadraticStatistics) -> SearchStatistics {
    var statistics = SearchStatistics()
    statistics.nodes = counts.nodes
    statistics.relaxations = counts.relaxations
    statistics.newtonSteps = counts.iterations
    return statistics
  }
}
