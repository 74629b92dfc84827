public import Bounds
import ExactArithmetic
import Foundation
import LinearAlgebra
public import Networks
import PatternSearch
public import Pictures
public import Training
public import Workbench

/// Figure 4: perceptrons of two inputs and 20 units a layer that learnt a Gaussian process, and every bound of their Lipschitz constants
/// beside the exact one, which the paper could not have.
///
/// The data are 15,000 points of a surface with an RBF kernel of variance 1 and length scale 1 over [-3,3]²; the paper states neither the
/// square nor the scale. A network of K layers has K - 1 hidden ones.
///
/// - Reference: Scaman & Virmaux 2018, section 7.
public struct FigureFour: Sendable {
  public struct Settings: Sendable {
    /// Affine layers of each network.
    public var depths = [4, 5, 7, 10]
    public var width = 20
    public var samples = 15_000
    public var epochs = 200
    public var seed: UInt64 = 0
    public var gridPointsPerAxis = 2000
    /// Seconds for each search; its enclosure is valid where it is cut.
    public var timeLimit: Double? = 60
    public var isInterrupted: @Sendable () -> Bool = { false }

    public init() {}

    /// The surface, and the points on it.
    public var surface: GaussianProcess { GaussianProcess(seed: seed) }
    public var data: DataSet { surface.samples(count: samples, seed: seed) }

    func search() -> SearchSettings {
      SearchSettings(timeLimit: timeLimit, seed: seed, isInterrupted: isInterrupted)
    }
  }

  public struct Row: Sendable {
    public let network: MultilayerPerceptron
    /// Mean squared error on the data.
    public let error: Double
    /// Over the square of the data, and over the plane.
    public let box: ExactConstant
    public let plane: ExactConstant
    /// By name.
    public let bounds: [String: LabelledBound]

    public var layers: Int { network.layers.count }

    /// The best lower bounds of the constants: of an interrupted search nothing may be known.
    var boxLower: Double {
      FigureFour.lowerMethods.reduce(box.result.enclosure.lower) { max($0, bounds[$1.name]?.value ?? 0) }
    }
    var planeLower: Double { max(plane.result.enclosure.lower, boxLower) }

    /// How far greedy stays below the exact SeqLip, as a share, at least.
    public var greedyShortfall: Double? {
      guard let greedy = bounds[GreedySeqLip.name]?.value else { return nil }
      return bounds[SeqLip.name]?.shortfall(of: greedy)
    }

    /// Searches that a limit cut.
    public var stopped: [String] {
      (box.result.isOptimal ? [] : ["The exact constant over the square"])
        + (plane.result.isOptimal ? [] : ["The exact constant over the plane"])
        + bounds.values.filter(\.isStopped).map(\.method).sorted()
    }
  }

  public let settings: Settings
  public private(set) var rows: [Row] = []
  /// Where the networks come from, a sentence.
  private let training: String

  /// Over the square of the data: true gradients, which bound from below.
  fileprivate static let lowerMethods: [any BoundMethod.Type] = [
    Dataset.self, Annealing.self, GridSearch.self,
  ]
  /// Over the plane, from the tightest to the loosest by theory.
  private static let upperMethods: [any BoundMethod.Type] = [
    FormalGlobalLipschitz.self, LipSDPNeuron.self, SeqLipRescaled.self, CombettesPesquet.self, SeqLip.self,
    GreedySeqLip.self, AutoLip.self, Frobenius.self,
  ]

  /// Trains the networks, one on each core.
  ///
  /// - Parameters:
  ///   - report: told layers and epoch, from several threads.
  ///   - finished: handed each network when it is trained, from several threads.
  /// - Throws: `InputError` where a loss is not finite.
  public static func train(
    _ settings: Settings, report: @escaping @Sendable (_ layers: Int, Trainer.Epoch) -> Void = { _, _ in },
    finished: @escaping @Sendable (MultilayerPerceptron) throws -> Void = { _ in }
  ) throws -> [MultilayerPerceptron] {
    let data = settings.data
    // The deepest first: it takes longest.
    let order = settings.depths.sorted(by: >)
    let networks = Parallel.map(count: order.count) { index -> Result<MultilayerPerceptron, any Error> in
      Result {
        let network = try train(settings, depth: order[index], data: data, report)
        if !settings.isInterrupted() { try finished(network) }
        return network
      }
    }
    return try zip(order, networks).map { ($0, try $1.get()) }.sorted { $0.0 < $1.0 }.map(\.1)
  }

  private static func train(
    _ settings: Settings, depth: Int, data: DataSet, _ report: (Int, Trainer.Epoch) -> Void
  ) throws -> MultilayerPerceptron {
    let text = "\(settings.width)x\(depth - 1)"
    let model = try Model(
      try Architecture(text), sampleShape: [2], outputs: 1, seed: settings.seed &+ UInt64(depth))
    var training = Trainer.Settings()
    training.epochs = settings.epochs
    training.schedule = .cosine
    training.rate = 3e-3
    training.seed = settings.seed
    var trainer = Trainer(model, data: data, settings: training)
    while !trainer.isFinished, !settings.isInterrupted() { report(depth, try trainer.runEpoch()) }
    guard let network = try trainer.model.rounded.perceptron(name: "figure4-\(depth)", box: data.box) else {
      preconditionFailure("dense layers only")
    }
    return network
  }

  /// Bounds the networks; ends early where it is interrupted.
  ///
  /// - Parameters:
  ///   - networks: of two inputs and one output.
  ///   - source: the folder that they were read from; nil where `train` made them with these settings.
  public init(
    _ settings: Settings, networks: [MultilayerPerceptron], source: String? = nil,
    progress: (_ what: String) -> Void = { _ in }
  ) throws {
    self.settings = settings
    training =
      source.map { "The networks are those of \($0); the data are those of seed \(settings.seed)." }
      ?? "The networks were trained for \(settings.epochs) epochs by Adam on \(settings.samples) points."
    let data = settings.data
    for network in networks {
      if settings.isInterrupted() { return }
      rows.append(try row(network, data) { progress("\(network.layers.count) layers: \($0)") })
    }
  }

  private func row(
    _ network: MultilayerPerceptron, _ data: DataSet, _ progress: (String) -> Void
  ) throws -> Row {
    let square = Domain.box(lower: data.box.lower, upper: data.box.upper)
    var inBox = try BoundQuestion(network, domain: square, settings: settings.search())
    inBox.gridPointsPerAxis = settings.gridPointsPerAxis
    inBox.points = (0..<data.count).map { Array(data.inputs[2 * $0..<2 * $0 + 2]) }
    let everywhere = try BoundQuestion(network, settings: settings.search())
    var bounds: [String: LabelledBound] = [:]
    for (question, methods) in [(inBox, Self.lowerMethods), (everywhere, Self.upperMethods)] {
      for method in methods {
        progress(method.name)
        bounds[method.name] = method.init().run(question)
      }
    }
    progress("exact")
    let answers = (0..<data.count).map { network(Array(data.inputs[2 * $0..<2 * $0 + 2]))[0] }
    return Row(
      network: network,
      error: Loss.meanSquaredError.sum(answers, data.targets).value / Double(max(1, data.count)),
      box: try ExactConstant(inBox), plane: try ExactConstant(everywhere), bounds: bounds)
  }

  /// Whether no search for a constant was stopped.
  public var hasConstants: Bool { rows.allSatisfy { $0.box.result.isOptimal && $0.plane.result.isOptimal } }

  public var table: ExperimentTable {
    var table = ExperimentTable(
      title:
        "Figure 4: perceptrons of \(settings.width) units a layer on a Gaussian process over [-3,3]², seed "
        + "\(settings.seed)",
      columns: [
        .init("layers", "affine layers K"), .init("parameters", "of the network"),
        .init("mse", "mean squared error on the data, whose variance is near 1"),
        .init(
          "dataset", "largest gradient at a point of the data, lower bound (evaluated in exact arithmetic)"),
        .init(
          "annealing",
          "largest gradient that simulated annealing finds in the square, lower bound (evaluated in exact arithmetic)"
        ),
        .init(
          "grid",
          "largest gradient on a grid of \(settings.gridPointsPerAxis)² points of the square, lower bound (evaluated in exact arithmetic)"
        ),
        .init("exact on square", "L over the square, lower end (proved)"),
        .init("exact on square at most", "its upper end (floating-point bound)"),
        .init("exact", "L over the plane, lower end (proved)"),
        .init("exact at most", "its upper end (floating-point bound)"),
        .init("fgl", "largest norm over all patterns, upper bound (floating-point)"),
        .init("lipsdp-neuron", "LipSDP-Neuron, upper bound (floating-point)"),
        .init("seqlip-rescaled", "SeqLip after rescaling units and splittings, upper bound (floating-point)"),
        .init("combettes-pesquet", "Combettes-Pesquet (LipLT), upper bound (floating-point)"),
        .init("seqlip", "Eq. (8), each factor solved exactly, upper bound (floating-point)"),
        .init("greedy", "Greedy SeqLip (estimate)"),
        .init("greedy low by %", "how far greedy stays below the exact SeqLip, at least (floating-point)"),
        .init("autolip", "Π of the layers' norms, upper bound (floating-point)"),
        .init("frobenius", "Π of Frobenius norms, upper bound (floating-point)"),
        .init("seqlip over exact", "how many times the constant over the plane, at most"),
        .init("autolip over exact", "the same of AutoLip"),
      ])
    for row in rows {
      func cell(_ name: String, _ rounding: DirectedRounding) -> ExperimentTable.Cell {
        row.bounds[name]?.value.map { .number($0, rounding) } ?? .none
      }
      func over(_ name: String) -> ExperimentTable.Cell {
        let exact = row.planeLower
        return row.bounds[name]?.value.flatMap { exact > 0 ? .number($0 / exact, .up) : nil } ?? .none
      }
      let (box, plane) = (row.box.result.enclosure, row.plane.result.enclosure)
      table.append([
        .integer(row.layers), .integer(row.network.parameters), .nearest(row.error),
        cell(Dataset.name, .down), cell(Annealing.name, .down), cell(GridSearch.name, .down),
        .number(row.boxLower, .down), .number(box.upper, .up), .number(row.planeLower, .down),
        .number(plane.upper, .up), cell(FormalGlobalLipschitz.name, .up), cell(LipSDPNeuron.name, .up),
        cell(SeqLipRescaled.name, .up), cell(CombettesPesquet.name, .up), cell(SeqLip.name, .up),
        cell(GreedySeqLip.name, .nearest),
        row.greedyShortfall.map { .number(100 * $0, .down) } ?? .none, cell(AutoLip.name, .up),
        cell(Frobenius.name, .up), over(SeqLip.name), over(AutoLip.name),
      ])
    }
    table.isTransposed = true
    table.notes =
      [training]
      + rows.flatMap { row in
        row.stopped.map { "\($0) of \(row.layers) layers was stopped; what it says holds." }
      }
    return table
  }

  public var picture: Chart {
    func series(_ name: String, _ style: Chart.Style, _ value: (Row) -> Double?) -> Chart.Series {
      Chart.Series(
        name, style, rows.compactMap { row in value(row).map { Chart.Point(Double(row.layers), $0) } })
    }
    let upper = Self.upperMethods.reversed().filter { $0 != GreedySeqLip.self }.map { method in
      series(method.name, .linesAndPoints) { $0.bounds[method.name]?.value }
    }
    let lower = Self.lowerMethods.reversed().map { method in
      series(method.name, .linesAndPoints) { $0.bounds[method.name]?.value }
    }
    return Chart(
      title: "Bounds of perceptrons on a Gaussian process", xLabel: "layers", yLabel: "Lipschitz constant",
      yScale: .logarithmic,
      series: upper + [
        series("exact", .linesAndPoints) { $0.planeLower },
        series("exact on square", .linesAndPoints) { $0.boxLower },
      ] + lower)
  }
}
