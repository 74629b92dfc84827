public import Bounds
public import PatternSearch

/// Every bound side by side with the exact constant.
public struct Audit: Sendable {
  public let question: BoundQuestion
  public let exact: ExactConstant
  /// In the order of the question's methods.
  public let methods: [LabelledBound]
  public let waterfall: [WaterfallStep]
  /// Pairs (lower, upper) that contradict each other: a bug in one of the two.
  public let violations: [String]
  /// One for the constant and all methods that have a proof, where it was asked for.
  public let certificate: CertificateReport?

  public var isConsistent: Bool { violations.isEmpty }

  /// Runs the exact search and then every method, each within the question's time limit.
  ///
  /// - Parameter progress: told the name of what runs next.
  public init(
    _ question: BoundQuestion, certificate request: CertificateRequest? = nil,
    sink: @escaping SearchSink = { _ in }, progress: (String) -> Void = { _ in }
  ) throws {
    self.question = question
    progress("exact")
    if let request {
      let session = try CertificateSession(request)
      let constant = try session.constant(question, .attainable, sink: sink)
      var bounds: [(bound: LabelledBound, certified: Double?)] = []
      for method in question.methods {
        progress(method.name)
        bounds.append(try session.bound(method, question))
      }
      progress("the checker")
      let report = try session.finish()
      certificate = report
      exact = ExactConstant(question, .attainable, constant, report)
      methods = bounds.map { $0.bound.certified($0.certified, report) }
    } else {
      certificate = nil
      exact = try ExactConstant(question, sink: sink)
      methods = question.methods.map {
        progress($0.name)
        return $0.init().run(question)
      }
    }
    waterfall = WaterfallStep.steps(exact: exact, methods: methods)
    violations = Self.violations(exact: exact.result.enclosure, methods: methods)
  }

  /// The largest proved lower bound on L(f, X) of all that was run.
  public var bestLower: Double {
    methods.reduce(exact.result.enclosure.lower) { $1.side == .lower ? max($0, $1.value ?? $0) : $0 }
  }

  /// The smallest upper bound on L(f, X) of all that was run.
  public var bestUpper: Double {
    methods.reduce(exact.result.enclosure.upper) { $1.side == .upper ? min($0, $1.value ?? $0) : $0 }
  }

  private static func violations(exact: Enclosure, methods: [LabelledBound]) -> [String] {
    let lowers =
      [("exact (lower)", exact.lower)]
      + methods.compactMap { bound in bound.side == .lower ? bound.value.map { (bound.method, $0) } : nil }
    let uppers =
      [("exact (upper)", exact.upper)]
      + methods.compactMap { bound in bound.side == .upper ? bound.value.map { (bound.method, $0) } : nil }
    return lowers.flatMap { lower in
      uppers.filter { lower.1 > $0.1 }.map { "\(lower.0) = \(lower.1) exceeds \($0.0) = \($0.1)" }
    }
  }
}
