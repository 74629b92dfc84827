import PatternSearch

/// FGL, the formal global Lipschitz constant: max ‖W_K D(σ_{K-1}) ⋯ D(σ_1) W_1‖ over all patterns at once.
///
/// - Network: any MLP.
/// - Side: upper bound on L (the search's upper end); equal to L where every pattern is attainable.
/// - Cost: exponential in the number of units in the worst case; stopped by the time limit with a valid bound.
/// - Reference: Scaman & Virmaux 2018, Eq. (7).
public struct FormalGlobalLipschitz: BoundMethod {
  public static let name = "fgl"
  public static let isForAllNorms = true
  public static let side = BoundSide.upper
  public static let soundness = Soundness.floatingPoint
  public static let summary = "joint maximum over all activation patterns, by exact search"
  public static let reference = "Scaman & Virmaux 2018, Eq. (7)"

  public init() {}

  public func bound(_ question: BoundQuestion) throws -> LabelledBound {
    guard question.weights.count > 1 else { return try Self.affine(question) }
    var settings = question.settings
    settings.engine = nil
    settings.proof = question.proofs?(0)
    let result = try question.freeProblem.solve(settings)
    let method = result.isOptimal ? "exact search" : "search, stopped: \(result.reason.rawValue)"
    return Self.answer(
      result.enclosure.upper,
      factors: [
        BoundFactor(
          name: "all layers", method: "\(method), at least \(result.enclosure.lower)", side: .upper,
          value: result.enclosure.upper, seconds: result.seconds)
      ], isStopped: !result.isOptimal,
      evidence: question.proofs == nil ? nil : .searches(result.enclosure.witness),
      ownLower: result.enclosure.lower)
  }
}
