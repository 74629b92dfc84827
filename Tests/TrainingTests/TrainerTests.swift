import ComputationGraphs
import Foundation
import LinearAlgebra
import Networks
import ONNXNetworks
import Testing
import Training

@Suite("Training")
struct TrainerTests {
  private static let exclusiveOr = DataSet(
    name: "xor", sampleShape: [2], inputs: [0, 0, 0, 1, 1, 0, 1, 1],
    targets: .values([0, 1, 1, 0], outputs: 1))

  private static func trainer(
    _ data: DataSet, layers: String = "8", _ change: (inout Trainer.Settings) -> Void = { _ in }
  ) throws -> Trainer {
    var settings = Trainer.Settings()
    settings.rate = 0.02
    settings.epochs = 300
    settings.batch = 4
    change(&settings)
    let model = try Model(
      try Architecture(layers), sampleShape: data.sampleShape, outputs: data.targets.outputs, seed: 1)
    return Trainer(model, data: data, settings: settings)
  }

  private static func run(_ trainer: inout Trainer) throws {
    while !trainer.isFinished { try trainer.runEpoch() }
  }

  @Test(
    "Exclusive or is learnt by each optimizer",
    arguments: [Optimizer.Method.adam(), .sgd(momentum: 0.9), .sgd(momentum: 0)])
  func exclusiveOr(method: Optimizer.Method) throws {
    var trainer = try Self.trainer(Self.exclusiveOr) {
      $0.optimizer = method
      $0.rate = method == .adam() ? 0.02 : 0.1
      $0.epochs = 1000
    }
    try Self.run(&trainer)
    #expect(trainer.score(of: Self.exclusiveOr).loss < 1e-3)
    #expect(trainer.curve.count == 1000)
    #expect(trainer.curve[999].loss < trainer.curve[0].loss)
  }

  @Test("One step of gradient descent on one weight is the closed form")
  func oneStep() throws {
    // f = w x + b at x = 2, y = 1: ∂/∂w (f - y)² = 2 (f - y) x.
    let data = DataSet(name: "line", sampleShape: [1], inputs: [2], targets: .values([1], outputs: 1))
    var settings = Trainer.Settings()
    settings.optimizer = .sgd(momentum: 0)
    settings.rate = 0.125
    let architecture = try Architecture("1")
    let model = try Model(architecture, sampleShape: [1], outputs: 1, seed: 3)
    var trainer = Trainer(model, data: data, settings: settings)
    let before = trainer.model.parameters.map { $0.elements[0] }
    let hidden = max(0, before[0] * 2 + before[1])
    let error = before[2] * hidden + before[3] - 1
    try trainer.runEpoch()
    let after = trainer.model.parameters.map { $0.elements[0] }
    let slope = hidden > 0 ? 2 * error * before[2] : 0
    let expected = zip(before, [slope * 2, slope, 2 * error * hidden, 2 * error]).map { $0 - 0.125 * $1 }
    for (a, b) in zip(after, expected) { #expect(abs(a - b) < 1e-15 * max(1, abs(b)) * 4) }
    #expect(abs(trainer.curve[0].loss - error * error) < 1e-15 * error * error * 8)
  }

  @Test("Adam's first step moves every parameter by the rate, against its gradient")
  func adamFirstStep() throws {
    var trainer = try Self.trainer(Self.exclusiveOr) { $0.rate = 0.01 }
    let before = trainer.model.parameters.flatMap(\.elements)
    try trainer.runEpoch()
    let moves = zip(trainer.model.parameters.flatMap(\.elements), before).map { abs($0 - $1) }
    #expect(moves.allSatisfy { $0 == 0 || abs($0 - 0.01) < 1e-5 })
    #expect(moves.contains { $0 > 0 })
  }

  @Test("The same seed gives the same network, another seed another")
  func determinism() throws {
    let data = EmbeddedDataSet.iris.data
    func train(_ seed: UInt64) throws -> [Tensor] {
      var trainer = try Self.trainer(data, layers: "6,6") {
        $0.epochs = 3
        $0.batch = 16
        $0.seed = seed
      }
      try Self.run(&trainer)
      return trainer.model.parameters
    }
    let first = try train(1)
    #expect(try train(1) == first)
    #expect(try train(2) != first)
  }

  @Test(
    "A training that goes on from its checkpoint ends as one that was never stopped", arguments: [0, 0.01])
  func resume(penalty: Double) throws {
    let data = EmbeddedDataSet.wine.data
    func fresh() throws -> Trainer {
      try Self.trainer(data, layers: "5,5") {
        $0.epochs = 6
        $0.batch = 10
        $0.penalty = penalty
        $0.schedule = .cosine
      }
    }
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).state").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    var whole = try fresh()
    try Self.run(&whole)
    var first = try fresh()
    try first.resume(from: file)
    for _ in 0..<3 { try first.runEpoch() }
    try first.save(to: file)
    var second = try fresh()
    try second.resume(from: file)
    #expect(second.curve.count == 3)
    try Self.run(&second)
    #expect(second.model.parameters == whole.model.parameters)
    #expect(second.curve == whole.curve)

    // The same number of other samples, and a penalty more or less.
    let changed = DataSet(
      name: data.name, sampleShape: data.sampleShape, inputs: data.inputs.map { 1 - $0 },
      targets: data.targets)
    for (data, penalty) in [(changed, penalty), (data, penalty + 0.5)] {
      var other = try Self.trainer(data, layers: "5,5") {
        $0.epochs = 6
        $0.batch = 10
        $0.penalty = penalty
        $0.schedule = .cosine
      }
      #expect { try other.resume(from: file) } throws: { "\($0)".contains("belongs to another training") }
    }
    let text = try String(contentsOfFile: file, encoding: .utf8)
    for (part, wrong) in [
      ("\"steps\":54", "\"steps\":\(Int.max)"), ("\"second\":[[", "\"second\":[],\"was\":[["),
    ] {
      let damaged = text.replacingOccurrences(of: part, with: wrong)
      #expect(damaged != text)
      try damaged.write(toFile: file, atomically: true, encoding: .utf8)
      var same = try fresh()
      #expect(throws: InputError.self) { try same.resume(from: file) }
    }

    var other = try Self.trainer(data, layers: "5,6")
    #expect { try other.resume(from: file) } throws: { "\($0)".contains("belongs to another training") }
    try Data("{}".utf8).write(to: URL(fileURLWithPath: file))
    #expect { try other.resume(from: file) } throws: { "\($0)".contains("is no checkpoint of a training") }
  }

  @Test(
    "The penalty's gradient agrees with differences of the product of norms", arguments: ["4,3", "c2s2,3"])
  func penalty(layers: String) throws {
    let data = DataSet(
      name: "zero", sampleShape: [1, 4, 4], inputs: [Double](repeating: 0, count: 16),
      targets: .values([0], outputs: 1))
    let model = try Model(try Architecture(layers), sampleShape: [1, 4, 4], outputs: 1, seed: 5)
    func product(_ model: Model) -> Double {
      model.layers.indices.reduce(1) { product, layer in
        product * ((try? Lanczos().triplets(of: model.linearMap(layer)).norm) ?? .nan)
      }
    }
    // A step with a tiny rate shows the gradient; the loss's own part is taken off.
    func step(_ penalty: Double) throws -> [Tensor] {
      var settings = Trainer.Settings()
      settings.optimizer = .sgd(momentum: 0)
      settings.rate = 1e-7
      settings.penalty = penalty
      var trainer = Trainer(model, data: data, settings: settings)
      try trainer.runEpoch()
      return trainer.model.parameters
    }
    let (with, without) = (try step(100), try step(0))
    // First order: the product falls by rate · λ · ‖∇‖².
    let gradient = zip(with, without).flatMap { zip($0.elements, $1.elements).map { ($1 - $0) / 1e-5 } }
    let square = gradient.reduce(0) { $0 + $1 * $1 }
    var settings = Trainer.Settings()
    settings.optimizer = .sgd(momentum: 0)
    settings.rate = 1e-7
    settings.penalty = 100
    var moved = Trainer(model, data: data, settings: settings)
    let before = product(moved.model)
    try moved.runEpoch()
    var plain = Trainer(
      model, data: data,
      settings: {
        var copy = settings
        copy.penalty = 0
        return copy
      }())
    try plain.runEpoch()
    let fall = product(plain.model) - product(moved.model)
    #expect(abs(fall - 1e-5 * square) < 1e-3 * 1e-5 * square, "\(fall) \(square) of \(before)")
    #expect(abs(moved.curve[0].penalty - 100 * before) < 1e-3 * before * 100)
  }

  @Test("With the penalty the product of norms ends smaller")
  func regularised() throws {
    let data = EmbeddedDataSet.iris.data
    func autoLip(_ penalty: Double) throws -> (norms: Double, accuracy: Double) {
      var trainer = try Self.trainer(data, layers: "8,8") {
        $0.epochs = 60
        $0.batch = 30
        $0.penalty = penalty
      }
      try Self.run(&trainer)
      let norms = try trainer.model.layers.indices.reduce(1.0) {
        try $0 * Lanczos().triplets(of: trainer.model.linearMap($1)).norm
      }
      return (norms, trainer.score(of: data).accuracy ?? 0)
    }
    let (free, held) = (try autoLip(0), try autoLip(3e-3))
    #expect(held.norms < free.norms / 2)
    #expect(free.accuracy > 0.9 && held.accuracy > 0.9)
  }

  @Test("Perceptron, ONNX file and graph are one function")
  func formats() throws {
    let dense = try Model(try Architecture("5,4"), sampleShape: [3], outputs: 2, seed: 7).rounded
    let perceptron = try #require(try dense.perceptron(name: "net", box: nil))
    let x = [0.5, -1, 2]
    for (a, b) in zip(perceptron(x), dense(x)) { #expect(abs(a - b) < 1e-14) }
    #expect(try ONNXFormat.read(try dense.onnx(name: "net"), name: "net").layers == perceptron.layers)

    let convolutional = try Model(
      try Architecture("c3s2,c2,4"), sampleShape: [2, 7, 6], outputs: 3, seed: 8
    ).rounded
    let picture = (0..<84).map { Double($0 % 11) / 11 }
    let graph = try ONNXFormat.readGraph(try convolutional.onnx(name: "cnn")).graph
    let answers = graph(Tensor(shape: graph.nodes[0].shape, elements: picture)).elements
    for (a, b) in zip(answers, convolutional(picture)) { #expect(abs(a - b) < 1e-13) }
    #expect(try convolutional.perceptron(name: "cnn", box: nil) == nil)
  }

  @Test("Values of many samples do not depend on how they are cut into batches")
  func batches() throws {
    let model = try Model(try Architecture("4"), sampleShape: [2], outputs: 1, seed: 9)
    let inputs = (0..<2 * 1203).map { Double($0 % 17) / 5 }
    let all = model(inputs)
    #expect(all.count == 1203)
    for sample in [0, 499, 500, 1202] {
      #expect(abs(model(Array(inputs[2 * sample..<2 * sample + 2]))[0] - all[sample]) < 1e-14)
    }
  }

  @Test("A loss that is no number any more ends the training with a remedy")
  func divergence() throws {
    var trainer = try Self.trainer(Self.exclusiveOr) {
      $0.optimizer = .sgd(momentum: 0.9)
      $0.rate = 1e200
      $0.epochs = 10
    }
    #expect { try Self.run(&trainer) } throws: { "\($0)".contains("smaller --rate") }
  }

  @Test("Architectures as text")
  func architectures() throws {
    #expect(try Architecture("20x3").hidden == [.dense(units: 20), .dense(units: 20), .dense(units: 20)])
    #expect(
      try Architecture("c16s2, c8k5,64").hidden == [
        .convolution(channels: 16, kernel: 3, stride: 2), .convolution(channels: 8, kernel: 5, stride: 1),
        .dense(units: 64),
      ])
    for wrong in ["", "20,", "0", "-3", "c", "c16s0", "c16k4", "20x", "x3", "c8,20,c8", "20x0", "١", "1e3"] {
      #expect(throws: InputError.self, "\(wrong)") { try Architecture(wrong) }
    }
    for wrong in ["c4", "100000,100000"] {
      #expect(throws: InputError.self) { try Model(try Architecture(wrong), sampleShape: [5], outputs: 1) }
    }
  }
}
