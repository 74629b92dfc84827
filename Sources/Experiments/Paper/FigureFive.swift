import ComputationGraphs
import ExactArithmetic
import LinearAlgebra
import Networks
import PatternSearch
public import Pictures
public import Training
public import Workbench

/// Figure 5: convolutional networks on pictures, with lower bounds beside AutoLip and SeqLip.
///
/// The paper's architectures stand in a supplement that is not at hand. These: K - 2 convolutions of 16 channels, 3 × 3, the first two
/// of stride 2 and the others of stride 1, padded with zeros by one; a dense layer of 64 units, and the output layer.
///
/// - Reference: Scaman & Virmaux 2018, section 7.
public struct FigureFive: Sendable {
  public struct Settings: Sendable {
    /// Layers with weights of each network; at least 3.
    public var depths = [4, 5, 7, 10]
    public var epochs = 3
    /// Pictures of the test set whose gradients are taken.
    public var pictures = 500
    /// Norms that annealing may take.
    public var annealingSteps = 1000
    /// Singular vectors of each layer for SeqLip.
    public var vectors = 200
    public var seed: UInt64 = 0
    public var isInterrupted: @Sendable () -> Bool = { false }

    public init() {}
  }

  public struct Row: Sendable {
    public let model: Model
    public let layers: Int
    public let loss: Double
    public let accuracy: Double
    public let dataset: Double
    /// That the gradient was taken at.
    public let pictures: Int
    public let annealing: Double
    public let seqLip: GraphBound
    public let greedy: GraphBound
    public let autoLip: GraphBound
  }

  public let settings: Settings
  private let dataName: String
  public private(set) var rows: [Row] = []

  /// The hidden layers of a network of K layers.
  public static func architecture(_ layers: Int) throws -> Architecture {
    let strides = (0..<max(0, layers - 2)).map { $0 < 2 ? "c16s2" : "c16" }
    return try Architecture((strides + ["64"]).joined(separator: ","))
  }

  /// Trains and bounds the networks; ends early where it is interrupted.
  ///
  /// - Parameter trained: handed each network before its bounds.
  /// - Throws: `InputError` where a loss is not finite, `LAPACKFailure`.
  public init(
    _ settings: Settings, train: DataSet, test: DataSet, progress: (_ what: String) -> Void = { _ in },
    trained: (_ layers: Int, Model) throws -> Void = { _, _ in }
  ) throws {
    self.settings = settings
    dataName = train.name
    for layers in settings.depths {
      let architecture = try Self.architecture(layers)
      let model = try Model(
        architecture, sampleShape: train.sampleShape, outputs: train.targets.outputs,
        seed: settings.seed &+ UInt64(layers))
      var training = Trainer.Settings()
      training.epochs = settings.epochs
      training.schedule = .cosine
      training.rate = 2e-3
      training.seed = settings.seed
      var trainer = Trainer(model, data: train, settings: training)
      while !trainer.isFinished {
        if settings.isInterrupted() { return }
        let epoch = try trainer.runEpoch()
        progress(
          "\(layers) layers: epoch \(epoch.number), loss " + directedDecimal(epoch.loss, digits: 4, .nearest))
      }
      let final = trainer.model.rounded
      try trained(layers, final)
      guard let row = try row(final, layers: layers, test: test, progress) else { return }
      rows.append(row)
    }
  }

  /// Nil where it is interrupted.
  private func row(
    _ model: Model, layers: Int, test: DataSet, _ progress: (String) -> Void
  ) throws -> Row? {
    let graph = model.graph(batch: 1).graph
    let shape = graph.nodes[0].shape
    let size = test.features
    let (loss, accuracy) = Trainer.score(model, test, .crossEntropy)
    progress("\(layers) layers: dataset")
    let points = (0..<min(settings.pictures, test.count)).map {
      Array(test.inputs[$0 * size..<($0 + 1) * size])
    }
    let dataset = try GraphSampling(graph, at: points, shouldStop: settings.isInterrupted)
    progress("\(layers) layers: annealing")
    let range = TensorRange(shape: shape, lower: test.box.lower, upper: test.box.upper)
    let annealing = try GraphAnnealing(
      graph, over: range,
      annealing: SimulatedAnnealing(chains: 2, steps: settings.annealingSteps / 2, seed: settings.seed),
      start: dataset.x, shouldStop: settings.isInterrupted)
    let search = GraphBound.Settings(
      vectors: settings.vectors, seed: settings.seed, isInterrupted: settings.isInterrupted)
    let bounds = try [GraphBound.Method.seqlip, .greedySeqLip, .autolip].map { method in
      progress("\(layers) layers: \(method.rawValue)")
      return try GraphBound(method, graph, name: "figure5-\(layers)", domain: .all, settings: search)
    }
    if settings.isInterrupted() { return nil }
    return Row(
      model: model, layers: layers, loss: loss, accuracy: accuracy ?? 0, dataset: dataset.value,
      pictures: dataset.points,
      annealing: annealing.value, seqLip: bounds[0], greedy: bounds[1], autoLip: bounds[2])
  }

  public var table: ExperimentTable {
    var table = ExperimentTable(
      title: "Figure 5: convolutional networks on \(dataName), seed \(settings.seed)",
      columns: [
        .init("layers", "K: K - 2 convolutions (16 channels, 3 × 3, strides 2, 2, 1, …), 64 units, output"),
        .init("parameters", "of the network"),
        .init("right %", "of the test set"),
        .init(
          "dataset",
          "largest gradient at \(rows.first?.pictures ?? 0) pictures of the test set, lower bound (floating-point)"
        ),
        .init(
          "annealing",
          "largest gradient that simulated annealing finds from there, lower bound (floating-point)"),
        .init("seqlip", "SeqLip over all chains of layers, upper bound (floating-point)"),
        .init("greedy-seqlip", "Greedy SeqLip with \(settings.vectors) singular vectors a layer (estimate)"),
        .init("autolip", "upper bound (floating-point)"),
        .init("autolip over greedy", "what SeqLip gains, estimate"),
        .init("autolip over annealing", "how many times too large, at most"),
      ])
    for row in rows {
      func cell(_ bound: GraphBound, _ rounding: DirectedRounding) -> ExperimentTable.Cell {
        bound.value.map { .number($0, rounding) } ?? .none
      }
      func ratio(_ below: Double?, _ rounding: DirectedRounding) -> ExperimentTable.Cell {
        guard let below, below > 0, let value = row.autoLip.value else { return .none }
        return .number(value / below, rounding)
      }
      table.append([
        .integer(row.layers), .integer(row.model.parameterCount), .nearest(100 * row.accuracy),
        .number(row.dataset, .down), .number(row.annealing, .down), cell(row.seqLip, .up),
        cell(row.greedy, .nearest), cell(row.autoLip, .up), ratio(row.greedy.value, .nearest),
        ratio(row.annealing, .up),
      ])
    }
    table.isTransposed = true
    return table
  }

  public var picture: Chart {
    func series(_ name: String, _ style: Chart.Style, _ value: (Row) -> Double?) -> Chart.Series {
      Chart.Series(
        name, style, rows.compactMap { row in value(row).map { Chart.Point(Double(row.layers), $0) } })
    }
    return Chart(
      title: "Bounds of convolutional networks on \(dataName)", xLabel: "layers",
      yLabel: "Lipschitz constant", yScale: .logarithmic,
      series: [
        series("autolip", .linesAndPoints) { $0.autoLip.value },
        series("seqlip", .linesAndPoints) { $0.seqLip.value },
        series("greedy-seqlip", .linesAndPoints) { $0.greedy.value },
        series("annealing", .linesAndPoints) { $0.annealing },
        series("dataset", .linesAndPoints) { $0.dataset },
      ])
  }
}
