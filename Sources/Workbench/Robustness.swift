import ExactArithmetic
public import Networks
public import PatternSearch

/// How far a point may move before a network can change its class: for the class c of x and every other class j, with the margin
/// m_j = f_c(x) - f_j(x) and the Lipschitz constant L_cj(h) of f_c - f_j on the box of half-width h around x, no point of the domain at a
/// distance below
///
///     min_j  max_{h ≤ R}  min(h, m_j / L_cj(h))
///
/// has f_j above f_c. Margins are exact and rounded down, constants are upper ends of enclosures. The largest h is R; of the class that
/// limits the radius, smaller boxes are tried: L_cj grows with h, so that the best h is where h meets m_j / L_cj(h), found by
/// bisection.
public struct Robustness: Sendable {
  public let network: MultilayerPerceptron
  public let domain: Domain
  public let norm: OperatorNorm
  /// R.
  public let radius: Double
  public let data: DataFile
  /// One for each point of the file, in its order; fewer where the run was interrupted.
  public let rows: [Row]
  public let isInterrupted: Bool
  public let seconds: Double

  /// What is known of one point.
  public struct Row: Sendable {
    /// From 1, as in the file.
    public var point: Int
    /// In the file.
    public var line: Int
    /// Its label, or where there is none the class that the network gives it.
    public var label: Int
    public var outcome: Outcome
    /// Where the point is classified right: one for each other class.
    public var rivals: [Rival] = []

    /// The class that limits the radius.
    public var nearest: Rival? {
      rivals.min { ($0.radius, $0.quotient) < ($1.radius, $1.quotient) }
    }

    /// No point of the domain that is nearer changes the class; 0 where the class is wrong already.
    public var certifiedRadius: Double { outcome == .certified ? nearest?.radius ?? 0 : 0 }

    /// Whether every constant was found to the asked gap.
    public var isClosed: Bool { rivals.allSatisfy(\.isClosed) }
  }

  public enum Outcome: Sendable, Equatable {
    case certified
    /// Another class has a larger output.
    case misclassified(as: Int)
    /// Another class has the same output.
    case tie(with: Int)
    case outside
  }

  /// Another class than the point's.
  public struct Rival: Sendable {
    public var label: Int
    /// f_c(x) - f_j(x), rounded down.
    public var margin: Double
    /// At least L_cj on the box that gives the radius.
    public var constant: Double
    /// At least L_cj on the box of half-width R.
    public var largestConstant: Double
    /// A radius within which this class does not win.
    public var radius: Double
    /// Whether these constants were found to the asked gap.
    public var isClosed: Bool

    /// m / L rounded down.
    var quotient: Double { Robustness.quotient(margin, constant) }
  }

  /// - Parameters:
  ///   - norm: 2, 1 or inf: of the distances.
  ///   - steps: boxes tried for each class that limits a radius.
  ///   - settings: limits of each constant.
  ///   - progress: told the rows so far.
  /// - Throws: `InputError` where a label is no class or a point is too large.
  public init(
    _ network: MultilayerPerceptron, data: DataFile, radius: Double, domain: Domain = .all,
    norm: OperatorNorm = .two, steps: Int = 5, settings: SearchSettings = SearchSettings(),
    progress: (_ rows: [Row]) -> Void = { _ in }
  ) throws {
    precondition(radius > 0 && norm.from == norm.to)
    let start = ContinuousClock.now
    let labels = try data.classes(count: ClassDifferences.classes(network))
    for (point, line) in zip(data.points, data.lines) where point.contains(where: { abs($0) > Self.largest })
    {
      throw InputError(
        file: data.path, place: "\(line)", "a coordinate is larger than \(Self.largest)",
        remedy: "leave the point out")
    }
    var search = PointSearch(
      value: ExactForward(network), radius: radius, steps: steps,
      differences: ClassDifferences(network, domain: domain, norm: norm, settings: settings))
    var rows: [Row] = []
    for (index, x) in data.points.enumerated() {
      if settings.isInterrupted() { break }
      var row = try search.row(x, label: labels?[index])
      // What an interruption cut short is not shown.
      if settings.isInterrupted() { break }
      row.point = index + 1
      row.line = data.lines[index]
      rows.append(row)
      progress(rows)
    }
    self.network = network
    self.domain = domain
    self.norm = norm
    self.radius = radius
    self.data = data
    self.rows = rows
    isInterrupted = rows.count < data.points.count
    seconds = (ContinuousClock.now - start) / .seconds(1)
  }

  /// Of coordinates and radii.
  public static let largest = 1e50

  /// m / L rounded down, for m > 0.
  static func quotient(_ margin: Double, _ constant: Double) -> Double {
    guard constant > 0 else { return .infinity }
    let ratio = margin / constant
    return (-margin).addingProduct(ratio, constant) > 0 ? ratio.nextDown : ratio
  }

  // MARK: Sums

  /// Two classes, and what the points of the first say of the second.
  public struct Pair: Sendable {
    public var label: Int
    public var rival: Int
    public var points: Int
    /// The largest L_cj on the boxes of half-width R.
    public var largestConstant: Double
    public var smallestRadius: Double
    public var smallestPoint: Int
    public var isClosed: Bool
  }

  /// The pairs of classes that points were found in, in order.
  public var pairs: [Pair] {
    var pairs: [[Int]: Pair] = [:]
    for row in rows {
      for rival in row.rivals {
        var pair =
          pairs[[row.label, rival.label]]
          ?? Pair(
            label: row.label, rival: rival.label, points: 0, largestConstant: 0, smallestRadius: .infinity,
            smallestPoint: 0, isClosed: true)
        pair.points += 1
        pair.largestConstant = max(pair.largestConstant, rival.largestConstant)
        if rival.radius < pair.smallestRadius {
          (pair.smallestRadius, pair.smallestPoint) = (rival.radius, row.point)
        }
        pair.isClosed = pair.isClosed && rival.isClosed
        pairs[[row.label, rival.label]] = pair
      }
    }
    return pairs.values.sorted { ($0.label, $0.rival) < ($1.label, $1.rival) }
  }

  private var inside: [Row] { rows.filter { $0.outcome != .outside } }
  public var outsideCount: Int { rows.count - inside.count }
  /// Points whose radius is R.
  public var certifiedCount: Int { rows.count { $0.certifiedRadius >= radius } }
  public var misclassifiedCount: Int {
    rows.count { if case .misclassified = $0.outcome { true } else { false } }
  }
  public var tieCount: Int { rows.count { if case .tie = $0.outcome { true } else { false } } }
  /// Points of the domain.
  public var pointCount: Int { inside.count }
  public var isClosed: Bool { rows.allSatisfy(\.isClosed) }

  /// Of the points of the domain, the lower of two; nil where there is none.
  public var medianRadius: Double? {
    let radii = inside.map(\.certifiedRadius).sorted()
    return radii.isEmpty ? nil : radii[(radii.count - 1) / 2]
  }
}

/// The search for the radius of one point.
private struct PointSearch {
  let value: ExactForward
  let radius: Double
  let steps: Int
  var differences: ClassDifferences

  /// A rival while smaller boxes are tried.
  private struct State {
    var rival: Robustness.Rival
    /// No half-width from here on gives more.
    var end: Double
    /// Whether a box as small as the radius was looked at.
    var hasBracket = false
    var steps = 0
  }

  mutating func row(_ x: [Double], label: Int?) throws -> Robustness.Row {
    let scores = scores(x)
    let best = scores.indices.reduce(0) { scores[$0] < scores[$1] ? $1 : $0 }
    let c = label ?? best
    var row = Robustness.Row(point: 0, line: 0, label: c, outcome: .certified)
    guard differences.domain.containsExactly(x) else {
      row.outcome = .outside
      return row
    }
    if scores[c] < scores[best] {
      row.outcome = .misclassified(as: best)
      return row
    }
    if let tied = scores.indices.first(where: { $0 != c && scores[$0] == scores[c] }) {
      row.outcome = .tie(with: tied)
      return row
    }
    let others = scores.indices.filter { $0 != c }
    let part = differences.domain.around(x, halfWidth: radius)
    let bounds = try differences.upperBounds(c, others, on: part)
    var states = zip(others, bounds).map { j, bound in
      let margin = (scores[c] - scores[j]).truncated
      var state = State(
        rival: Robustness.Rival(
          label: j, margin: margin >= .leastNormalMagnitude ? margin : 0, constant: bound.value,
          largestConstant: bound.value, radius: 0, isClosed: bound.isClosed),
        end: radius)
      take(bound, halfWidth: radius, &state)
      return state
    }
    while let k = states.indices.min(by: { states[$0].rival.radius < states[$1].rival.radius }),
      canImprove(states[k])
    {
      try improve(&states[k], c, x)
    }
    row.rivals = states.map(\.rival)
    return row
  }

  /// f(x); of one output 0 and f(x).
  private func scores(_ x: [Double]) -> [Dyadic] {
    let outputs = value(x)
    return outputs.count == 1 ? [.zero] + outputs : outputs
  }

  private func canImprove(_ state: State) -> Bool {
    let low = state.rival.radius
    return state.steps < steps && low > 0 && low < radius && low * (1 + 1e-9) < state.end
      && !differences.settings.isInterrupted()
  }

  private mutating func improve(_ state: inout State, _ c: Int, _ x: [Double]) throws {
    let low = state.rival.radius
    state.steps += 1
    if state.hasBracket {
      try evaluate(&state, c, x, halfWidth: low + (state.end - low) / 2)
    } else {
      // L is smallest on the smallest box: m / L there is beyond what any larger one can give.
      state.hasBracket = true
      try evaluate(&state, c, x, halfWidth: low)
    }
  }

  private mutating func evaluate(_ state: inout State, _ c: Int, _ x: [Double], halfWidth: Double) throws {
    let part = differences.domain.around(x, halfWidth: halfWidth)
    take(try differences.upperBounds(c, [state.rival.label], on: part)[0], halfWidth: halfWidth, &state)
  }

  /// Keeps what a box says, if it is better.
  private func take(_ bound: (value: Double, isClosed: Bool), halfWidth: Double, _ state: inout State) {
    let quotient = Robustness.quotient(state.rival.margin, bound.value)
    if quotient < halfWidth {
      state.end = min(state.end, halfWidth)
    } else if halfWidth < radius {
      state.end = min(state.end, quotient)
    }
    guard min(halfWidth, quotient) > state.rival.radius else { return }
    state.rival.radius = min(halfWidth, quotient)
    state.rival.constant = bound.value
    state.rival.isClosed = bound.isClosed
  }
}
