public import Bounds
import ExactArithmetic
import Generators
import LinearAlgebra
import Networks
import PatternSearch
public import Pictures

/// Figure 2, the ideal scenario: layers U diag(1, r, …, r) Vᵀ with random orthogonal U, V, so that AutoLip is 1; how SeqLip falls with the number
/// of layers, beside what it should tend to and what the paper could not compute: its exact value at width 100, and bounds below it.
///
/// A network of K layers is the first K layers of the deepest one.
///
/// - Reference: Scaman & Virmaux 2018, section 7 and Theorem 3.
public struct FigureTwo: Sendable {
  public struct Settings: Sendable {
    public var width = 100
    public var ratios = [0, 0.1, 0.3, 0.5]
    public var largestDepth = 10
    public var seed: UInt64 = 0
    /// Seconds for each network's SeqLip; nil for as long as it takes.
    public var timeLimit: Double?
    /// Units up to which LipSDP-Neuron is computed: its cost is cubic.
    public var semidefiniteUnits = 300
    public var isInterrupted: @Sendable () -> Bool = { false }

    public init() {}
  }

  public struct Row: Sendable {
    public let ratio: Double
    public let layers: Int
    public let seqLip: LabelledBound
    public let greedy: Double?
    public let theoremThree: Double?
    /// Π max over σ of |⟨σ·v_{k+1}, u_k⟩|: SeqLip at r = 0.
    public let overlaps: Double
    public let combettesPesquet: Double?
    public let lipSDP: Double?

    /// (1/π)^(K-1).
    public var limit: Double { (1..<layers).reduce(1) { product, _ in product / .pi } }
    /// How far greedy stays below the exact SeqLip, as a share, at least.
    public var greedyShortfall: Double? {
      greedy.flatMap { seqLip.shortfall(of: $0) }
    }
  }

  public let settings: Settings
  public private(set) var rows: [Row] = []

  /// Runs everything, reporting each row as it is done; ends early where it is interrupted.
  public init(_ settings: Settings, report: (Row) -> Void = { _ in }) throws {
    self.settings = settings
    for ratio in settings.ratios {
      let generated = try generate(
        IdealNetwork.name,
        parameters: [
          "layers": "\(settings.largestDepth)", "width": "\(settings.width)", "ratio": "\(ratio)",
        ], seed: settings.seed)
      guard case .network(let deepest) = generated else { preconditionFailure("a family of networks") }
      let decompositions = try deepest.layers.map { try $0.weights.singularValueDecomposition() }
      var overlaps = 1.0
      for layers in stride(from: 2, through: settings.largestDepth, by: 1) {
        if settings.isInterrupted() { return }
        let (before, after) = (decompositions[layers - 2], decompositions[layers - 1])
        overlaps *= TheoremThree.alignment(
          before.leftVectors.column(0), Array(after.rightVectorsTransposed.row(0)))
        let network = try MultilayerPerceptron(
          name: "\(deepest.name)-\(layers)", layers: Array(deepest.layers.prefix(layers)),
          activations: Array(deepest.activations.prefix(layers - 1)))
        let row = try row(network, ratio: ratio, overlaps: overlaps)
        rows.append(row)
        report(row)
      }
    }
  }

  private func row(_ network: MultilayerPerceptron, ratio: Double, overlaps: Double) throws -> Row {
    var search = SearchSettings()
    search.timeLimit = settings.timeLimit
    search.seed = settings.seed
    search.isInterrupted = settings.isInterrupted
    let question = try BoundQuestion(network, settings: search)
    return Row(
      ratio: ratio, layers: network.layers.count, seqLip: SeqLip().run(question),
      greedy: GreedySeqLip().run(question).value, theoremThree: TheoremThree().run(question).value,
      overlaps: overlaps, combettesPesquet: CombettesPesquet().run(question).value,
      lipSDP: network.hiddenUnits <= settings.semidefiniteUnits ? LipSDPNeuron().run(question).value : nil)
  }

  /// The mean of Π max over σ of |⟨σ·v_{k+1}, u_k⟩|, whose factors are independent.
  private func meanOverlaps(_ layers: Int) -> Double {
    let mean = LemmaTwo.expected(settings.width)
    return (1..<layers).reduce(1) { product, _ in product * mean }
  }

  public var table: ExperimentTable {
    var table = ExperimentTable(
      title:
        "Figure 2: the ideal scenario, \(settings.width) units a layer, seed \(settings.seed); AutoLip is 1",
      columns: [
        .init("r", "second singular value over the first"), .init("layers", "affine layers K"),
        .init(
          "seqlip",
          "Eq. (8), upper bound (floating-point); each factor solved exactly unless a note says otherwise"),
        .init("greedy", "Greedy SeqLip (estimate)"),
        .init("greedy low by %", "how far greedy stays below the exact SeqLip, at least (floating-point)"),
        .init("theorem3", "Theorem 3, upper bound; 1 where r + r ≥ 1"),
        .init("overlaps", "Π max over σ of |⟨σ·v, u⟩|, which SeqLip is at r = 0"),
        .init("mean", "of the product of overlaps at this width, by Lemma 2's closed form"),
        .init("(1/π)^(K-1)", "the limit for r = 0 and many units, Eq. (10)"),
        .init("combettes-pesquet", "Combettes-Pesquet (LipLT), upper bound (floating-point)"),
        .init(
          "lipsdp-neuron",
          "LipSDP-Neuron, upper bound (floating-point); up to \(settings.semidefiniteUnits) units"),
      ])
    func upper(_ value: Double?) -> ExperimentTable.Cell { value.map { .number($0, .up) } ?? .none }
    for row in rows {
      let greedy = row.greedy.map(ExperimentTable.Cell.nearest) ?? .none
      let shortfall = row.greedyShortfall.map { ExperimentTable.Cell.number(100 * $0, .down) } ?? .none
      table.append([
        .setting(row.ratio), .integer(row.layers), upper(row.seqLip.value), greedy, shortfall,
        upper(row.theoremThree), .nearest(row.overlaps), .nearest(meanOverlaps(row.layers)),
        .nearest(row.limit), upper(row.combettesPesquet),
        upper(row.lipSDP),
      ])
    }
    table.notes = rows.filter(\.seqLip.isStopped).map {
      "SeqLip of r = \($0.ratio), \($0.layers) layers was stopped: an upper bound of it all the same."
    }
    return table
  }

  public var picture: Chart {
    let depths = Array(stride(from: 2, through: settings.largestDepth, by: 1))
    var series = settings.ratios.map { ratio in
      Chart.Series(
        "SeqLip, r = \(ratio)", .linesAndPoints,
        rows.filter { $0.ratio == ratio }.compactMap { row in
          row.seqLip.value.map { Chart.Point(Double(row.layers), $0) }
        })
    }
    series += settings.ratios.filter { $0 > 0 && $0 < 0.5 }.map { ratio in
      Chart.Series(
        "Theorem 3, r = \(ratio)", .dashedLine,
        rows.filter { $0.ratio == ratio }.compactMap { row in
          row.theoremThree.map { Chart.Point(Double(row.layers), $0) }
        })
    }
    series.append(
      Chart.Series(
        "mean at r = 0", .dashedLine, depths.map { Chart.Point(Double($0), meanOverlaps($0)) }))
    series.append(
      Chart.Series(
        "(1/π)^(K-1)", .dashedLine,
        depths.map { depth in
          Chart.Point(Double(depth), (1..<depth).reduce(1) { product, _ in product / Double.pi })
        }))
    return Chart(
      title: "SeqLip in the ideal scenario (AutoLip = 1)", xLabel: "layers", yLabel: "SeqLip",
      yScale: .logarithmic, series: series)
  }
}

extension LabelledBound {
  /// How far a number stays below the one that this method defines, as a share, at least; nil where its searches were stopped.
  func shortfall(of number: Double) -> Double? {
    guard let least = ownLower, !isStopped else { return nil }
    return max(0, 1 - number / least)
  }
}
