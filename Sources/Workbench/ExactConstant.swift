public import Bounds
import Certificates
public import ExactArithmetic
public import PatternSearch
import QuadraticSearch

/// The exact Lipschitz constant of a network on a domain, in an operator norm: the enclosure found, with its witness.
public struct ExactConstant: Sendable {
  public let question: BoundQuestion
  public let patterns: Patterns
  public private(set) var result: SearchResult
  /// The exact square of `upper`; where the constant was found in integers, its own square.
  public let upperSquared: Rational
  public let upperSoundness: UpperSoundness
  /// Where one was asked for.
  public let certificate: CertificateReport?

  /// What `upper` rests on.
  public enum UpperSoundness: String, Sendable, Encodable {
    /// A certificate that the independent checker accepted.
    case certified
    /// Integers all the way.
    case exact
    /// Relaxations with margins for rounding.
    case floatingPoint = "floating-point"
    /// The word of a mixed-integer solver.
    case unchecked

    /// As reports say it.
    var text: String {
      switch self {
      case .certified: "certified: the checker accepts the proof"
      case .exact: "exact: in integers"
      case .floatingPoint: "floating-point bound, with margins for rounding"
      case .unchecked: "GLPK's bound, not checked"
      }
    }
  }

  public enum Patterns: String, Sendable, Codable {
    /// L(f, X).
    case attainable
    /// FGL.
    case free
  }

  /// Searches. Where the search is stopped early the upper end is the least of what it had left and the cheap closed-form
  /// bounds, so it is always finite.
  public init(
    _ question: BoundQuestion, patterns: Patterns = .attainable,
    certificate request: CertificateRequest? = nil,
    sink: @escaping SearchSink = { _ in }
  ) throws {
    guard let request else {
      self.init(question, patterns, try Self.search(question, patterns, sink), nil)
      return
    }
    let session = try CertificateSession(request)
    let found = try session.constant(question, patterns, sink: sink)
    self.init(question, patterns, found, try session.finish())
  }

  /// What a search holds: the result, the square of its upper end where that is not just the result's, and what the
  /// upper end rests on.
  typealias Found = (result: SearchResult, upperSquared: Rational?, soundness: UpperSoundness)

  /// An answer, and what the checker said of its certificate: where it was accepted, the upper end is the one proved.
  init(_ question: BoundQuestion, _ patterns: Patterns, _ found: Found, _ report: CertificateReport?) {
    self.question = question
    self.patterns = patterns
    certificate = report
    var result = found.result
    if let report, report.isAccepted, let squared = found.upperSquared {
      result.enclosure.upper = max(result.enclosure.lower, squared.squareRootRoundedUp)
      (upperSquared, upperSoundness) = (squared, .certified)
    } else if report == nil, let squared = found.upperSquared {
      (upperSquared, upperSoundness) = (squared, found.soundness)
    } else {
      let upper = result.enclosure.upper
      (upperSquared, upperSoundness) = (upper.isFinite ? Rational(squareOf: upper) : .zero, found.soundness)
    }
    self.result = result
  }

  private static func search(
    _ question: BoundQuestion, _ patterns: Patterns, _ sink: @escaping SearchSink
  ) throws -> Found {
    if let (route, engine) = route(question, patterns) { return try route.solve(engine: engine, sink: sink) }
    let problem = patterns == .attainable ? question.attainableProblem : question.freeProblem
    var result = try problem.solve(question.settings, sink: sink)
    if result.enclosure.relativeGap > question.settings.relativeGap {
      for method in [CombettesPesquet.self, ECLipsEFast.self] as [any BoundMethod.Type] {
        if let value = method.init().run(question).value {
          result.enclosure.upper = max(result.enclosure.lower, min(result.enclosure.upper, value))
        }
      }
    }
    let isUnchecked = result.engine == .milp && problem.hiddenLayers > 0
    return (result, nil, isUnchecked ? .unchecked : .floatingPoint)
  }

  /// A quadratic problem in integers that gives the constant, where that is asked for or the better way; nil elsewhere.
  static func route(
    _ question: BoundQuestion, _ patterns: Patterns
  ) -> (constant: IntegerConstant, engine: QuadraticEngine?)? {
    let asked = question.settings.engine
    switch asked {
    case .elimination?, .linear?, .milp?: break
    case nil where IntegerConstant.isAutomatic(question): break
    default: return nil
    }
    return IntegerConstant(question, patterns).map {
      ($0, asked.flatMap { QuadraticEngine(rawValue: $0.rawValue) })
    }
  }

  /// The same with another answer to the threshold question: for one that was asked in other words.
  public func answering(_ verdict: Bool) -> ExactConstant {
    var copy = self
    copy.result.verdict = verdict
    return copy
  }

  /// The exact square of the lower bound: ‖J v‖² / ‖v‖² of the witness.
  public var lowerSquared: Rational { result.enclosure.witness?.ratioSquared ?? .zero }

  /// The witness's value to the nearest double.
  public var value: Double {
    guard let witness = result.enclosure.witness else { return 0 }
    let low = witness.lower
    // √q is nearer to low or to the next double: compare q with the square of their midpoint.
    let middle = (Dyadic(low) + Dyadic(low.nextUp)) * Dyadic(0.5)
    return Rational(middle * middle, Dyadic(1)) < witness.ratioSquared ? low.nextUp : low
  }

  /// x2 = x + ε v in the witness's cell and domain, so that ‖f(x2) - f(x)‖ / ‖x2 - x‖ is the witness's value up to
  /// rounding in any runtime; nil where there is no witness point.
  public var secondPoint: [Double]? {
    guard let witness = result.enclosure.witness, let x = witness.x else { return nil }
    let problem = question.attainableProblem
    // As far as the cell allows up to the size of x, so that single precision sees the difference, too.
    var step = x.reduce(1) { max($0, abs($1)) }
    let smallest = 16 * (x.reduce(0) { max($0, abs($1)) }).ulp
    while step > smallest {
      for sign in [1.0, -1.0] {
        let candidate = zip(x, witness.direction).map { $0 + sign * step * $1 }
        if problem.hasPattern(witness.pattern, at: candidate), question.domain.contains(candidate) {
          return candidate
        }
      }
      step /= 2
    }
    return nil
  }
}

extension QuadraticResult {
  /// What the bound rests on.
  var boundSoundness: ExactConstant.UpperSoundness {
    boundSource == .solver ? .unchecked : isExact ? .exact : .floatingPoint
  }
}
