import Foundation
import Networks
import ONNXNetworks
import SwiftProtobuf
import Testing

/// A fixture's inputs and onnxruntime's outputs there.
private struct Expectation: Decodable {
  let inputs: [[Double]]
  let outputs: [[Double]]
  let note: String?
}

@Suite struct ONNXFixtureTests {
  private static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures")

  private static let expectations: [String: Expectation] = {
    guard let data = try? Data(contentsOf: folder.appendingPathComponent("expected.json")),
      let table = try? JSONDecoder().decode([String: Expectation].self, from: data)
    else { return [:] }
    return table
  }()

  private func read(_ name: String, outputTensor: String? = nil) throws -> MultilayerPerceptron {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("\(name).onnx"))
    return try ONNXFormat.read(data, name: name, directory: Self.folder, outputTensor: outputTensor)
  }

  @Test func thereAreFixtures() { #expect(Self.expectations.count > 30) }

  @Test(arguments: expectations.keys.sorted())
  func agreesWithONNXRuntime(name: String) throws {
    let network = try read(name)
    let expectation = try #require(Self.expectations[name])
    for (input, output) in zip(expectation.inputs, expectation.outputs) {
      let values = network(input)
      #expect(values.count == output.count)
      for (value, expected) in zip(values, output) {
        #expect(abs(value - expected) <= 1e-6 * max(1, abs(expected)))
      }
    }
    if let note = expectation.note {
      #expect(network.notes.contains { $0.contains(note) }, "\(network.notes)")
    }
    if expectation.note == nil, !name.hasSuffix("_norm"), name != "composed" {
      #expect(network.notes == [])
    }
  }

  @Test(arguments: expectations.keys.sorted())
  func writtenFixturesReadBackEqual(name: String) throws {
    var network = try read(name)
    network.notes = []
    #expect(try ONNXFormat.read(ONNXFormat.write(network), name: name) == network)
  }

  @Test func outputTensorChoosesAHiddenLayer() throws {
    let network = try read("acas", outputTensor: "a1")
    #expect(network.layers.count == 1 && network.outputs == 4)
    let afterActivation = try read("acas", outputTensor: "h1")
    #expect(afterActivation.layers.count == 2 && afterActivation.outputs == 4)
  }

  @Test func outputTensorAfterTheScoresIsRefused() throws {
    let error = try #require(throws: InputError.self) {
      try read("sklearn_classes", outputTensor: "probabilities")
    }
    #expect(error.place == "node Relu1" && error.problem.contains("Softmax"), "\(error)")
  }

  @Test func unknownOutputTensorIsRefused() throws {
    let error = try #require(throws: InputError.self) { try read("acas", outputTensor: "nothing") }
    #expect(error.place == "tensor nothing" && error.remedy.contains("output"))
  }

  @Test func externalDataNeedTheFolder() throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("external.onnx"))
    let error = try #require(throws: InputError.self) { try ONNXFormat.read(data, name: "external") }
    #expect(error.place == "initializer w1" && error.problem.contains("external.data"))
  }

  @Test(arguments: [
    ("../external.data", "0", "48", "outside the model's folder"),
    ("/etc/passwd", "0", "48", "outside the model's folder"), ("missing.data", "0", "48", "cannot be read"),
    ("external.data", "1000000000000", "48", "claim bytes"), ("external.data", "-4", "48", "claim bytes"),
    ("external.data", "0", "10000000000", "claim bytes"), ("external.data", "x", "48", "claim bytes"),
    ("", "0", "48", "no location"),
  ])
  func damagedExternalDataAreRefused(location: String, offset: String, length: String, problem: String) throws
  {
    var model = try ONNXModelProto(
      serializedBytes: Data(contentsOf: Self.folder.appendingPathComponent("external.onnx")))
    model.graph.initializer[0].externalData = [
      ("location", location), ("offset", offset), ("length", length),
    ].map {
      var entry = ONNXStringStringEntryProto()
      (entry.key, entry.value) = $0
      return entry
    }
    let error = try #require(throws: InputError.self) {
      try ONNXFormat.read(model.serializedBytes(), name: "x", directory: Self.folder)
    }
    #expect(error.place == "initializer w1")
    #expect(error.problem.contains(problem), "\(error)")
  }
}
