import Foundation
import Generators
import LinearAlgebra
import Networks
import ONNXNetworks
import Testing

/// Families that are written as `.onnx` graphs.
@Suite struct GraphFamilyTests {
  private func onnx(
    _ family: String, _ parameters: [String: String] = [:], seed: UInt64 = 0
  ) throws -> (data: Data, parameters: Int) {
    guard case .graph(let graph) = try generate(family, parameters: parameters, seed: seed) else {
      throw InputError("\(family) makes no graphs", remedy: "ask for a graph")
    }
    return try graph.onnx()
  }

  @Test func alexNetHasItsParameters() throws {
    let (data, parameters) = try onnx("alexnet", seed: 1)
    #expect(parameters == 61_100_840)
    #expect(data.count > 4 * parameters && data.count < 4 * parameters + 10_000)
  }

  @Test func residualNetworksOfThePaperHaveTheirParameters() throws {
    // ResNet-20 with projections: 272,474, and mean and variance of 784 normalised channels.
    #expect(try onnx("resnet").parameters == 272_474 + 2 * 784)
  }

  @Test func smallGraphsAreRead() throws {
    let small = try ONNXFormat.read(try onnx("convnet").data, name: "convnet")
    #expect(small.inputs == 64 && small.outputs == 10 && small.hiddenWidths == [4 * 16, 8 * 4])
    let bound = Float(1.0 / 3)
    #expect(small.layers[0].weights.elements.allSatisfy { abs($0) <= Double(bound) })
    let residual = try ONNXFormat.read(
      try onnx("resnet", ["blocks": "1", "channels": "2", "size": "4"]).data, name: "resnet")
    #expect(residual.inputs == 48 && residual.outputs == 10)
  }

  @Test func theSeedDecides() throws {
    let size = ["channels": "2"]
    let first = try onnx("convnet", size, seed: 1).data
    #expect(try onnx("convnet", size, seed: 1).data == first)
    #expect(try onnx("convnet", size, seed: 2).data != first)
  }
}
