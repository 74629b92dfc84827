import Bounds
import ExactArithmetic
import Foundation
import PatternSearch

/// One number of the chain L ≤ FGL ≤ SeqLip ≤ AutoLip ≤ Frobenius, as far as it is known.
public struct WaterfallEnd: Sendable {
  public enum Knowledge: String, Sendable, Encodable {
    /// A search closed it to the asked gap.
    case exact
    /// Computed in floating point, up to rounding.
    case rounding = "floating-point"
    /// A search was stopped: only its two ends are known.
    case stopped
  }

  /// A side of the interval: what it is, what it rests on, and which method or search it comes from.
  public struct Side: Sendable {
    public var value: Double
    public var soundness: String
    public var source: String
  }

  /// `exact`, or the method's name.
  public let name: String
  public let knowledge: Knowledge
  public internal(set) var lower: Side
  public internal(set) var upper: Side
  /// The number that stands for it: of L the witness's value, of the others the upper end.
  public var value: Double { witness.map { min($0, upper.value) } ?? upper.value }
  /// The value of L's witness; nil at the other ends.
  var witness: Double?
  /// Why the search was stopped, where that is known.
  let stop: String?

  /// What is known of it, in words.
  public var words: String {
    switch knowledge {
    case .exact: "exact to the asked gap; \(restsOn)"
    case .rounding: "up to rounding; \(restsOn)"
    case .stopped: "not known, \(stop ?? "search stopped"); \(restsOn)"
    }
  }

  /// What its two ends rest on.
  var restsOn: String {
    func text(_ side: Side) -> String {
      side.soundness + (side.source == name ? "" : " (by \(side.source))")
    }
    let (low, high) = (text(lower), text(upper))
    return low == high ? "both ends \(low)" : "lower end \(low), upper end \(high)"
  }

  /// The chain of what was run. A lower end holds for every later number, an upper end for every earlier one, and the bounds that
  /// allow all patterns hold for FGL.
  static func chain(exact: ExactConstant, methods: [LabelledBound]) -> [WaterfallEnd] {
    let enclosure = exact.result.enclosure
    var ends = [
      WaterfallEnd(
        name: "exact", knowledge: exact.result.isOptimal ? .exact : .stopped,
        lower: Side(value: enclosure.lower, soundness: "proved", source: "exact"),
        upper: Side(value: enclosure.upper, soundness: exact.upperSoundness.rawValue, source: "exact"),
        witness: exact.value, stop: exact.stopText)
    ]
    for bound in methods where bound.side == .lower {
      guard case .witness(let witness)? = bound.evidence, witness.lower > ends[0].lower.value else {
        continue
      }
      ends[0].lower = Side(value: witness.lower, soundness: "proved", source: bound.method)
      ends[0].witness = witness.lower
    }
    for name in [FormalGlobalLipschitz.name, SeqLip.name, AutoLip.name, Frobenius.name] {
      // A search without a finite upper end has a lower one all the same.
      guard let bound = methods.first(where: { $0.method == name }),
        let value = bound.value ?? bound.ownLower.map({ _ in .infinity })
      else { continue }
      let isSearch = name == FormalGlobalLipschitz.name || name == SeqLip.name
      let before = ends[ends.count - 1].lower
      var lower = before
      if let own = bound.ownLower, own >= before.value {
        // FGL's is a pattern's norm in exact arithmetic, the others are products.
        lower = Side(
          value: own, soundness: name == FormalGlobalLipschitz.name ? "proved" : "floating-point",
          source: name)
      }
      ends.append(
        WaterfallEnd(
          name: name, knowledge: bound.isStopped ? .stopped : isSearch ? .exact : .rounding, lower: lower,
          upper: Side(value: value, soundness: bound.soundness.rawValue, source: name), witness: nil,
          stop: nil))
    }
    // Every upper bound but the exact one allows all patterns.
    for k in ends.indices where k == 0 || ends[k].name == FormalGlobalLipschitz.name {
      for bound in methods where bound.side == .upper {
        guard let value = bound.value, value < ends[k].upper.value else { continue }
        ends[k].upper = Side(value: value, soundness: bound.soundness.rawValue, source: bound.method)
      }
    }
    for k in ends.indices.dropLast().reversed() where ends[k + 1].upper.value < ends[k].upper.value {
      ends[k].upper = ends[k + 1].upper
    }
    // An audit that contradicts itself says so elsewhere.
    for k in ends.indices where ends[k].upper.value < ends[k].lower.value {
      ends[k].upper.value = ends[k].lower.value
    }
    return ends.filter(\.upper.value.isFinite)
  }
}

/// One link of the chain L ≤ FGL ≤ SeqLip ≤ AutoLip ≤ Frobenius: how much it loses, and why.
public struct WaterfallStep: Sendable {
  /// The cause of the loss.
  public let cause: String
  public let start: WaterfallEnd
  public let end: WaterfallEnd
  /// Its part of the loss of all steps, log factor / log total; nil where nothing is lost or the constant is 0.
  public let share: ClosedRange<Double>?

  /// The two ends' names.
  public var names: (from: String, to: String) { (start.name, end.name) }
  public var from: Double { start.value }
  public var to: Double { end.value }
  /// Whether each end is known to the asked gap or up to rounding.
  public var isFromExact: Bool { start.knowledge != .stopped }
  public var isToExact: Bool { end.knowledge != .stopped }
  public var isExact: Bool { isFromExact && isToExact }

  /// How the true factor compares with `factor`: `=`, `≤`, `≥`, or `≈` where either may be.
  public var relation: String {
    let isFromTooSmall = !isFromExact && names.from == "exact"
    let isFromTooLarge = !isFromExact && !isFromTooSmall
    if isFromTooLarge { return isToExact ? "≥" : "≈" }
    return isToExact && !isFromTooSmall ? "=" : "≤"
  }

  public var factor: Double { Self.ratio(to, from) }

  /// The true factor lies between.
  public var factors: ClosedRange<Double> { Self.factors(start, end) }

  static func factors(_ start: WaterfallEnd, _ end: WaterfallEnd) -> ClosedRange<Double> {
    let least = max(1, ratio(end.lower.value, start.upper.value).nextDown)
    return least...max(least, ratio(end.upper.value, start.lower.value).nextUp)
  }

  private static func ratio(_ to: Double, _ from: Double) -> Double {
    from > 0 ? to / from : to > 0 ? .infinity : 1
  }

  static func steps(exact: ExactConstant, methods: [LabelledBound]) -> [WaterfallStep] {
    let causes = [
      FormalGlobalLipschitz.name: "unattainable patterns", SeqLip.name: "splitting",
      AutoLip.name: "misalignment", Frobenius.name: "spectral vs Frobenius",
    ]
    let ends = WaterfallEnd.chain(exact: exact, methods: methods)
    return zip(ends.indices, ends.dropFirst()).map { k, end in
      WaterfallStep(
        cause: causes[end.name] ?? end.name, start: ends[k], end: end, share: share(of: k, in: ends))
    }
  }

  /// The part of step k, over all numbers within the intervals that are in the order of the chain.
  private static func share(of k: Int, in ends: [WaterfallEnd]) -> ClosedRange<Double>? {
    let (constant, product) = (ends[0], ends[ends.count - 1])
    guard constant.upper.value > 0, product.upper.value > constant.lower.value * (1 + 1e-6) else {
      return nil
    }
    let (isFirst, isLast) = (k == 0, k == ends.count - 2)
    /// (log b - log a) / (log d - log c), which is 1 in the limit of a = c = 0.
    func part(_ a: Double, _ b: Double, of c: Double, _ d: Double) -> Double {
      if b <= a { return 0 }
      if a == 0 { return 1 }
      if c == 0 { return 0 }
      return min(1, (log(b) - log(a)) / (log(d) - log(c)))
    }
    let (least, most) = (ends[k + 1].lower.value, ends[k + 1].upper.value)
    let high = min(ends[k].upper.value, least)
    let low = ends[k].lower.value
    let below = part(
      high, least, of: isFirst ? high : constant.lower.value, isLast ? least : product.upper.value)
    let above = part(
      low, most, of: isFirst ? low : min(constant.upper.value, low),
      isLast ? most : max(product.lower.value, most))
    return min(below, above)...max(below, above)
  }
}

// MARK: In words

extension Audit {
  /// L, FGL, SeqLip, AutoLip and Frobenius, as far as they were run.
  public var waterfallEnds: [WaterfallEnd] {
    waterfall.first.map { [$0.start] + waterfall.map(\.end) } ?? []
  }

  /// The cause of a step's loss as reports say it: on a part of Rⁿ, patterns need only be unattainable there.
  func causeText(_ step: WaterfallStep) -> String {
    step.start.name == "exact" && step.end.name == FormalGlobalLipschitz.name && question.domain != .all
      ? "unattainable on the domain" : step.cause
  }

  /// Where values stand between the constant and the Frobenius product, 0 … 1 on a logarithmic scale; nil where there is no more than
  /// rounding to show.
  func waterfallScale() -> ((Double) -> Double)? {
    let ends = waterfallEnds
    let values = ends.flatMap { [$0.lower.value, $0.upper.value] }.filter { $0 > 0 && $0.isFinite }
    guard let least = values.min(), let most = values.max(), most > least * (1 + 1e-6) else { return nil }
    let span = log(most) - log(least)
    return { $0 > least ? min(1, (log($0) - log(least)) / span) : 0 }
  }

  /// Where the gap between L and the Frobenius product comes from, on a logarithmic scale.
  var waterfallLines: [String] {
    guard let first = waterfall.first, let last = waterfall.last else {
      return ["gap waterfall: no bound to compare with"]
    }
    guard last.end.upper.value > 0 else { return ["gap waterfall: every bound is 0, nothing is lost"] }
    let width = 30.0
    let scale = waterfallScale()
    var table = TextTable(
      header: ["gap waterfall", "from", "to", "factor", "share", "lost by (log scale)"],
      alignments: [.left, .right, .right, .right, .right, .left])
    for step in waterfall {
      table.rows.append([
        causeText(step), step.start.text, step.end.text, step.factorText, step.shareText,
        scale.map { scale in step.bar { Int((scale($0) * width).rounded()) } } ?? "·",
      ])
    }
    table.rows.append([
      "together", first.start.text, last.end.text,
      factorText(
        WaterfallStep.factors(first.start, last.end), isExact: first.isFromExact && last.isToExact),
      first.share == nil ? "–" : "100 %", "",
    ])
    let lines = table.lines()
    let legend = lines.contains { $0.contains("░") } ? ["░ may be lost here or not: an end is not known"] : []
    return lines + legend + [""] + endsTable.lines()
  }

  /// Which ends are exact, which are bounds, and which are not known.
  var endsTable: TextTable {
    TextTable(
      header: ["end", "at least", "at most", "known"], alignments: [.left, .right, .right, .left],
      rows: waterfallEnds.map {
        [
          $0.name, directedDecimal($0.lower.value, digits: 8, .down),
          directedDecimal($0.upper.value, digits: 8, .up), $0.words,
        ]
      })
  }
}

extension WaterfallEnd {
  /// The name, and the number or the interval.
  var text: String {
    let nearest = directedDecimal(value, digits: 5, .nearest)
    let (low, high) = (
      directedDecimal(lower.value, digits: 5, .down), directedDecimal(upper.value, digits: 5, .up)
    )
    return "\(name) " + (knowledge != .stopped || low == high ? nearest : "\(low)…\(high)")
  }
}

extension WaterfallStep {
  var factorText: String { Workbench.factorText(factors, isExact: isExact) }

  var shareText: String {
    guard let share else { return "–" }
    func text(_ part: Double) -> String { String(format: "%.1f", 100 * part) }
    let (low, high) = (text(share.lowerBound), text(share.upperBound))
    return low == high ? "\(low) %" : "\(low)…\(high) %"
  }

  /// What is lost in any case, and what may be, between columns.
  func bar(column: (Double) -> Int) -> String {
    let (first, last) = (column(start.lower.value), column(end.upper.value))
    let (low, high) = (column(start.upper.value), column(end.lower.value))
    func bar(_ symbol: String, _ from: Int, _ to: Int) -> String {
      String(repeating: symbol, count: max(0, to - from))
    }
    let body =
      low < high
      ? bar("░", first, low) + bar("█", low, high) + bar("░", high, last) : bar("░", first, last)
    return body.isEmpty ? "·" : bar(" ", 0, first) + body
  }
}

/// `× 1.0726`, or both ends where they differ.
private func factorText(_ factors: ClosedRange<Double>, isExact: Bool) -> String {
  func text(_ ratio: Double) -> String { ratio.isFinite ? ratioText(ratio) : "∞" }
  let (low, high) = (text(factors.lowerBound), text(factors.upperBound))
  return low == high || isExact ? "× \(high)" : "× \(low)…\(high)"
}
