public import Networks
public import PatternSearch

/// L_ij, the Lipschitz constant of f_i - f_j on a domain, for every two classes: a point with margin m over class j keeps its class
/// within the radius m / L_ij, wherever it is.
public struct ClassPairConstants: Sendable {
  public let network: MultilayerPerceptron
  public let domain: Domain
  public let norm: OperatorNorm
  /// For i < j, in order; fewer where the run was interrupted.
  public let pairs: [Pair]
  public let isInterrupted: Bool

  public struct Pair: Sendable {
    public var first: Int
    public var second: Int
    /// Proved, as for every exact constant.
    public var lower: Double
    public var upper: Double
    /// Whether it was found to the asked gap.
    public var isClosed: Bool
    public var autolip: Double
    public var seconds: Double
  }

  /// - Parameters:
  ///   - settings: limits of each constant.
  ///   - progress: told the pairs so far.
  public init(
    _ network: MultilayerPerceptron, domain: Domain = .all, norm: OperatorNorm = .two,
    settings: SearchSettings = SearchSettings(), progress: (_ pairs: [Pair]) -> Void = { _ in }
  ) throws {
    var differences = ClassDifferences(network, domain: domain, norm: norm, settings: settings)
    let classes = ClassDifferences.classes(network)
    var pairs: [Pair] = []
    for i in 0..<classes {
      for j in i + 1..<max(classes, i + 1) where !settings.isInterrupted() {
        let start = ContinuousClock.now
        let constant = try differences.constant(i, j, on: domain)
        let autolip = try differences.autolip(i, j)
        pairs.append(
          Pair(
            first: i, second: j, lower: constant.lower, upper: constant.upper, isClosed: constant.isClosed,
            autolip: autolip, seconds: (ContinuousClock.now - start) / .seconds(1)))
        progress(pairs)
      }
    }
    self.network = network
    self.domain = domain
    self.norm = norm
    self.pairs = pairs
    isInterrupted = settings.isInterrupted()
  }

  public var isClosed: Bool { pairs.allSatisfy(\.isClosed) }

  /// With those that an interruption left out.
  public var pairCount: Int {
    let classes = ClassDifferences.classes(network)
    return classes * (classes - 1) / 2
  }
}
