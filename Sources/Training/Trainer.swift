import ComputationGraphs
import Foundation
import LinearAlgebra
public import Networks
import RandomNumbers

/// Stochastic gradient descent on the mean loss, epoch by epoch.
///
///     for batch of shuffled samples:
///       g ← Σ over shards of ∇ loss, by reverse accumulation on the computation graph
///       g ← g + λ ∇ Π σ₁(W_k)
///       step against g
///
/// A batch is cut into two shards whatever the machine, whose gradients are added in order: the same seed gives the same network
/// with one core and with two; of convolutions with more than a million multiplications a sample, only on machines of as many cores.
public struct Trainer: Sendable {
  public struct Settings: Sendable, Equatable, Codable {
    public enum Schedule: String, Sendable, Codable, CaseIterable {
      case constant
      /// rate · ½ (1 + cos(π · epoch / epochs)).
      case cosine
    }

    public var optimizer: Optimizer.Method = .adam()
    public var rate = 1e-3
    public var schedule = Schedule.constant
    public var batch = 100
    public var epochs = 100
    /// λ of the penalty λ · AutoLip.
    public var penalty = 0.0
    public var seed: UInt64 = 0

    public init() {}
  }

  /// One line of the loss curve.
  public struct Epoch: Sendable, Codable, Equatable {
    /// From 1.
    public let number: Int
    /// The mean over the epoch's batches, each before its step; without the penalty.
    public let loss: Double
    /// λ · AutoLip by the power method, at the last batch.
    public let penalty: Double
  }

  public let settings: Settings
  public let loss: Loss
  public private(set) var model: Model
  public private(set) var curve: [Epoch] = []
  private var optimizer: Optimizer
  private var penalty: AutoLipPenalty?
  private let data: DataSet

  public init(_ model: Model, data: DataSet, settings: Settings, loss: Loss? = nil) {
    precondition(settings.batch > 0 && settings.rate > 0 && settings.penalty >= 0 && data.count > 0)
    precondition(model.sampleShape == data.sampleShape && model.outputs == data.targets.outputs)
    self.model = model
    self.data = data
    self.settings = settings
    self.loss = loss ?? Loss(data.targets)
    optimizer = Optimizer(settings.optimizer, sizes: model.parameters.map(\.elements.count))
    penalty =
      settings.penalty > 0 ? AutoLipPenalty(weight: settings.penalty, model, seed: settings.seed) : nil
  }

  public var isFinished: Bool { curve.count >= settings.epochs }

  private var rate: Double {
    switch settings.schedule {
    case .constant: settings.rate
    case .cosine:
      settings.rate * (1 + cos(.pi * Double(curve.count) / Double(settings.epochs))) / 2
    }
  }

  /// One pass over the data.
  ///
  /// - Throws: `InputError` where the loss is no finite number any more.
  /// - Cost: three evaluations of the network a sample.
  @discardableResult
  public mutating func runEpoch() throws(InputError) -> Epoch {
    var random = SplitMix64(seed: settings.seed, stream: Stream.firstEpoch + UInt64(curve.count))
    let order = Array(0..<data.count).shuffled(using: &random)
    var graphs: [Int: (graph: ComputationGraph, parameters: [Int])] = [:]
    var total = 0.0
    var autoLip = 0.0
    for start in stride(from: 0, to: order.count, by: settings.batch) {
      let batch = data.selecting(order[start..<min(start + settings.batch, order.count)])
      let middle = (batch.count + 1) / 2
      let shards = [0..<middle, middle..<batch.count].filter { !$0.isEmpty }.map { range in
        let key = range.count
        if graphs[key] == nil { graphs[key] = model.graph(batch: key) }
        var (graph, nodes) = graphs[key]!
        for (node, value) in zip(nodes, model.parameters) { graph.replace(constant: node, with: value) }
        return Shard(graph: graph, parameters: nodes, data: batch.selecting(range))
      }
      let answers = Parallel.map(count: shards.count) { [loss] in
        shards[$0].gradients(loss, scale: 1 / Double(batch.count))
      }
      var gradients = answers[0].gradients
      for answer in answers.dropFirst() {
        for k in gradients.indices {
          for i in gradients[k].elements.indices {
            gradients[k].elements[i] += answer.gradients[k].elements[i]
          }
        }
      }
      total += answers.reduce(0) { $0 + $1.loss }
      if let (value, additions) = penalty?.gradients(model) {
        autoLip = value
        for (layer, addition) in additions.enumerated() {
          for i in addition.indices { gradients[2 * layer].elements[i] += addition[i] }
        }
      }
      optimizer.step(&model.parameters, gradients, rate: rate)
    }
    let epoch = Epoch(number: curve.count + 1, loss: total / Double(data.count), penalty: autoLip)
    let largest = Double(Float.greatestFiniteMagnitude)
    guard epoch.loss.isFinite, model.parameters.allSatisfy({ $0.elements.allSatisfy { abs($0) < largest } })
    else {
      throw InputError(
        "the loss or a weight is not finite in single precision after epoch \(epoch.number)",
        remedy: "give a smaller --rate or a smaller --penalty, or scale the data")
    }
    curve.append(epoch)
    return epoch
  }

  // MARK: Checkpoints

  /// Everything that the next epochs depend on.
  private struct State: Codable {
    let question: String
    let curve: [Epoch]
    let parameters: [[Double]]
    let optimizer: Optimizer
    let penalty: AutoLipPenalty?
  }

  /// What is trained, so that a checkpoint goes on with the same only.
  ///
  /// Once for all checkpoints: it reads all of the data.
  private lazy var question: String = {
    let layers = model.layers.map { "\($0.shapes.weights)" }.joined(separator: " ")
    var own = settings
    // More epochs may be asked for later, where none depends on their number.
    if own.schedule == .constant { own.epochs = 0 }
    return
      "\(data.name) \(data.fingerprint) of \(data.count), \(model.sampleShape), \(layers), \(loss.rawValue), \(own)"
  }()

  /// Writes a checkpoint: to a temporary file that then takes the old one's place.
  ///
  /// - Throws: `InputError` where the file cannot be written.
  public mutating func save(to file: String) throws(InputError) {
    let state = State(
      question: question, curve: curve, parameters: model.parameters.map(\.elements), optimizer: optimizer,
      penalty: penalty)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let text = try? encoder.encode(state) else {
      preconditionFailure("finite numbers can be encoded")
    }
    try TextFile.write(text, to: file)
  }

  /// Goes on where a checkpoint stands; does nothing where there is no such file.
  ///
  /// - Throws: `InputError` where it is damaged or belongs to another training.
  public mutating func resume(from file: String) throws {
    guard FileManager.default.fileExists(atPath: file) else { return }
    guard let state = try? JSONDecoder().decode(State.self, from: try InputFile.contents(file)) else {
      throw InputError(
        file: file, "is no checkpoint of a training", remedy: "give a file that lipbench train wrote")
    }
    let sizes = model.parameters.map(\.elements.count)
    guard state.question == question, state.parameters.map(\.count) == sizes,
      state.parameters.allSatisfy({ $0.allSatisfy(\.isFinite) }),
      state.optimizer.fits(settings.optimizer, sizes),
      state.penalty?.weight == penalty?.weight, state.penalty.map({ $0.fits(model) }) ?? true
    else {
      throw InputError(
        file: file, "belongs to another training",
        remedy: "resume with the same data, layers and settings, or give another file")
    }
    curve = state.curve
    for (k, values) in state.parameters.enumerated() { model.parameters[k].elements = values }
    optimizer = state.optimizer
    penalty = state.penalty
  }

  /// The loss curve: epoch, loss, penalty.
  public var curveCSV: String {
    "epoch,loss,penalty\n" + curve.map { "\($0.number),\($0.loss),\($0.penalty)\n" }.joined()
  }

  // MARK: The answer

  /// The mean loss of the model as it is, and of classes the share it gets right.
  public func score(of data: DataSet) -> (loss: Double, accuracy: Double?) {
    Self.score(model, data, loss)
  }

  public static func score(_ model: Model, _ data: DataSet, _ loss: Loss) -> (loss: Double, accuracy: Double?)
  {
    let outputs = model(data.inputs)
    return (
      loss.sum(outputs, data.targets).value / Double(max(1, data.count)),
      Loss.accuracy(outputs, data.targets)
    )
  }
}

/// What random numbers are for: each has a stream of its own, so that none knows of another.
enum Stream {
  static let weights: UInt64 = 1
  static let surface: UInt64 = 2
  static let points: UInt64 = 3
  static let split: UInt64 = 4
  static let penalty: UInt64 = 5
  static let sample: UInt64 = 6
  static let firstEpoch: UInt64 = 1 << 32
}

/// A part of a batch with the graph that evaluates it.
private struct Shard: Sendable {
  let graph: ComputationGraph
  let parameters: [Int]
  let data: DataSet

  /// The sum of losses, and the gradient of `scale` times it by the parameters.
  func gradients(_ loss: Loss, scale: Double) -> (loss: Double, gradients: [Tensor]) {
    let values = graph.values(at: Tensor(shape: graph.nodes[0].shape, elements: data.inputs))
    let (sum, gradient) = loss.sum(values[graph.output].elements, data.targets)
    let cotangent = Tensor(shape: graph.nodes[graph.output].shape, elements: gradient.map { scale * $0 })
    return (sum, graph.gradients(by: parameters, values, cotangent: cotangent))
  }
}
