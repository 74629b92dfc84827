import Bounds
public import ComputationGraphs
import ExactArithmetic
import Foundation
import LinearAlgebra
import Networks
public import Training

/// What was trained, how well, and AutoLip of it.
public struct TrainingReport: Sendable {
  public let name: String
  public let model: Model
  public let settings: Trainer.Settings
  public let loss: Loss
  public let epochs: Int
  /// Whether all epochs were run.
  public let isFinished: Bool
  public let trainingData: DataSet
  public let testData: DataSet
  public let training: (loss: Double, accuracy: Double?)
  /// Nil where nothing was held out.
  public let test: (loss: Double, accuracy: Double?)?
  /// AutoLip over all inputs.
  public let autoLip: UpperNumber
  public let seconds: Double

  /// Of the network rounded to single precision, which `write` writes.
  ///
  /// - Throws: `LAPACKFailure`.
  public init(
    _ trainer: Trainer, name: String, train: DataSet, test: DataSet, seconds: Double
  ) throws {
    self.name = name
    model = trainer.model.rounded
    settings = trainer.settings
    loss = trainer.loss
    epochs = trainer.curve.count
    isFinished = trainer.isFinished
    (trainingData, testData) = (train, test)
    training = Trainer.score(model, train, loss)
    self.test = test.count > 0 ? Trainer.score(model, test, loss) : nil
    let graph = model.graph(batch: 1).graph
    autoLip = try GraphAutoLip(graph, over: .all(shape: graph.nodes[0].shape)).constant
    self.seconds = seconds
  }

  /// Writes the network in the format of the path's ending.
  ///
  /// - Throws: `InputError`.
  public func write(to path: String) throws {
    if let perceptron = try model.perceptron(name: name, box: trainingData.box) {
      try NetworkFile.write(perceptron, to: path)
    } else {
      try TextFile.write(try model.onnx(name: name), to: path)
    }
  }

  public var text: String {
    func score(_ score: (loss: Double, accuracy: Double?)) -> String {
      let accuracy = score.accuracy.map { String(format: ", %.2f %% right", 100 * $0) } ?? ""
      return "\(loss.rawValue) \(directedDecimal(score.loss, digits: 4, .nearest))\(accuracy)"
    }
    let layers = model.layers.map { layer in
      switch layer {
      case .dense(_, let outputs): "\(outputs)"
      case .convolution(let map):
        "\(map.outputChannels) × \(map.vertical.output) × \(map.horizontal.output)"
      }
    }
    let shape = model.sampleShape.map(String.init).joined(separator: " × ")
    var lines = [
      "network   \(name): \(([shape] + layers).joined(separator: " - ")), \(model.parameterCount) parameters",
      "data      \(trainingData.name): \(trainingData.count) samples, \(testData.count) held out",
      "trained   \(score(training)); \(epochs) epochs, \(secondsText(seconds)) s",
    ]
    if let names = trainingData.classNames {
      let numbered = names.enumerated().map { "\($0.offset) \($0.element)" }
      lines.append("classes   \(numbered.joined(separator: ", "))")
    }
    if !isFinished { lines.append("stopped   before the last epoch") }
    if let test { lines.append("held out  \(score(test))") }
    lines.append(
      autoLip.isFinite
        ? "autolip   \(directedDecimal(autoLip.value, digits: 7, .up))   (upper bound, soundness: floating-point)"
        : "autolip   no finite value")
    return lines.joined(separator: "\n")
  }

  public var json: String {
    struct Score: Encodable {
      var samples: Int
      var loss: Double
      var accuracy: Double?
    }
    struct Report: Encodable {
      var network: String
      var parameters: Int
      var data: String
      var lossName: String
      var epochs: Int
      var stopped: Bool
      var rate: Double
      var penalty: Double
      var seed: UInt64
      var classes: [String]?
      var training: Score
      var heldOut: Score?
      var autolip: Double?
      var seconds: Double
    }
    return JSONReport.text(
      Report(
        network: name, parameters: model.parameterCount, data: trainingData.name, lossName: loss.rawValue,
        epochs: epochs, stopped: !isFinished, rate: settings.rate, penalty: settings.penalty,
        seed: settings.seed, classes: trainingData.classNames,
        training: Score(samples: trainingData.count, loss: training.loss, accuracy: training.accuracy),
        heldOut: test.map { Score(samples: testData.count, loss: $0.loss, accuracy: $0.accuracy) },
        autolip: autoLip.isFinite ? autoLip.value : nil, seconds: seconds))
  }
}
