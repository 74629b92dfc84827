import ExactArithmetic
import LowRankSearch
public import Problems

extension QCMH {
  /// The largest rank of H for which the search over support directions is taken by itself.
  public static let automaticRank = 6

  /// The optimum where H has low rank: a value with its solution, a bound, and why the search ended. Branch and bound over
  /// the support direction (`SupportSearch`); values are exact, bounds are moved to the values that the data allow.
  ///
  /// Anytime: limits and interruption leave a valid enclosure. Exponential in the rank.
  ///
  /// - Parameter rankLimit: nil for any rank.
  /// - Returns: nil where the rank is above the limit.
  public func solveLowRank(
    _ settings: QuadraticSettings = QuadraticSettings(), rankLimit: Int? = automaticRank
  ) -> QuadraticResult? {
    let limits = SearchLimits(settings)
    guard let form = LowRankForm(self, rankLimit: rankLimit ?? .max) else { return nil }
    let search = LowRankSolve(form: form, settings: settings, limits: limits)
    return search.run()
  }
}

/// One search: the exact incumbent and the limits.
private final class LowRankSolve: SupportSearchClient {
  private let form: LowRankForm
  private let settings: QuadraticSettings
  private let limits: SearchLimits
  /// The least F that reaches the goal; nil without one.
  private let goal: Rational?
  private var best: (value: Rational, pattern: [Bool])
  /// The largest bound of what is done with but for single patterns; nil before.
  private var settled: Double?
  private(set) var cutoff = 0.0

  init(form: LowRankForm, settings: QuadraticSettings, limits: SearchLimits) {
    self.form = form
    self.settings = settings
    self.limits = limits
    goal = settings.goal.map { form.reaching(-$0.value, isStrict: $0.isStrict) }
    let nothing = [Bool](repeating: false, count: form.units)
    best = (form.value(nothing), nothing)
    updateCutoff()
  }

  func run() -> QuadraticResult {
    var search = SupportSearch(form.support, client: self)
    let open = search.run()
    let doubts = [open, settled].compactMap { $0.map(form.roundedDown) }
    let bound = doubts.reduce(best.value) { max($0, $1) }
    let isClosed =
      bound == best.value || bound - best.value <= Rational(settings.relativeGap) * best.value.magnitude
    let isDecided = goal.map { best.value >= $0 || bound < $0 } ?? false
    return QuadraticResult(
      value: -best.value, bound: -bound, solution: best.pattern.map { $0 ? 1 : 0 },
      reason: isClosed ? .gap : isDecided ? .decided : limits.stop ?? .gap, boundSource: .relaxation,
      engine: .zonotope,
      explanation:
        "\(form.units) variables, H has rank \(form.rank): branch and bound over the support direction in "
        + "R^\(form.rank)",
      statistics: limits.statistics, seconds: limits.seconds)
  }

  /// Below the next value, below what the asked gap leaves, below the goal.
  private func updateCutoff() {
    let gap = Rational(settings.relativeGap) * best.value.magnitude
    var target = best.value + max(form.step, gap)
    if let goal { target = max(target, goal) }
    cutoff = form.below(target)
  }

  func offer(_ pattern: [Bool]) {
    let value = form.value(pattern)
    guard value > best.value else { return }
    best = (value, pattern)
    updateCutoff()
  }

  func settle(_ pattern: [Bool]) { offer(pattern) }
  func settle(bound: Double) { settled = max(settled ?? bound, bound) }
  func settleThin(bound: Double) { settle(bound: bound) }
  func shouldStop() -> Bool { goal.map { best.value >= $0 } == true || limits.shouldStop() }

  func visited(openBound: Double, open: Int) {
    limits.statistics.nodes += 1
    limits.statistics.relaxations += 2
    limits.report(-best.value, -form.roundedDown(openBound), open: open)
  }
}
