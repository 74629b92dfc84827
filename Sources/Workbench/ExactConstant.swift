public import Bounds
public import ExactArithmetic
public import PatternSearch
import QuadraticSearch

/// The exact Lipschitz constant of a network on a domain, in the 2-norm: the enclosure found, with its witness.
public struct ExactConstant: Sendable {
  public let question: BoundQuestion
  public let patterns: Patterns
  public let result: SearchResult
  /// The exact square of `upper`; where the constant was found in integers, its own square.
  public let upperSquared: Rational
  public let upperSoundness: UpperSoundness

  /// What `upper` rests on.
  public enum UpperSoundness: String, Sendable, Encodable {
    /// Integers all the way.
    case exact
    /// Relaxations with margins for rounding.
    case floatingPoint = "floating-point"
    /// The word of a mixed-integer solver.
    case unchecked

    /// As reports say it.
    var text: String {
      switch self {
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
    _ question: BoundQuestion, patterns: Patterns = .attainable, sink: @escaping SearchSink = { _ in }
  ) throws {
    self.question = question
    self.patterns = patterns
    if let answer = try Self.inIntegers(question, patterns, sink) {
      (result, upperSquared, upperSoundness) = answer
      return
    }
    let problem = patterns == .attainable ? question.attainableProblem : question.freeProblem
    var result = try problem.solve(question.settings, sink: sink)
    if result.enclosure.relativeGap > question.settings.relativeGap {
      for method in [CombettesPesquet.self, ECLipsEFast.self] as [any BoundMethod.Type] {
        if let value = method.init().run(question).value {
          result.enclosure.upper = max(result.enclosure.lower, min(result.enclosure.upper, value))
        }
      }
    }
    self.result = result
    upperSquared = result.enclosure.upper.isFinite ? Rational(squareOf: result.enclosure.upper) : .zero
    upperSoundness = .floatingPoint
  }

  /// By way of a quadratic problem in integers, where that is asked for or the better way; nil elsewhere.
  private static func inIntegers(
    _ question: BoundQuestion, _ patterns: Patterns, _ sink: @escaping SearchSink
  ) throws -> (SearchResult, Rational, UpperSoundness)? {
    let asked = question.settings.engine
    let engine = asked.flatMap { QuadraticEngine(rawValue: $0.rawValue) }
    switch asked {
    case .elimination?, .linear?, .milp?: break
    case nil where IntegerConstant.isAutomatic(question): break
    default: return nil
    }
    guard let route = IntegerConstant(question, patterns) else { return nil }
    return try route.solve(engine: engine, sink: sink)
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
