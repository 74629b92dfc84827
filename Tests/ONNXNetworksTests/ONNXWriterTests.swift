import Foundation
import LinearAlgebra
import Networks
import ONNXNetworks
import SwiftProtobuf
import TestSupport
import Testing

@Suite struct ONNXWriterTests {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func readingUndoesWriting(seed: UInt64) throws {
    let network = try MultilayerPerceptron.random(seed: seed) { generator in
      Bool.random(using: &generator) ? .relu : .leakyReLU(slope: Double.random(in: -1...2, using: &generator))
    }
    #expect(try ONNXFormat.read(ONNXFormat.write(network), name: network.name) == network)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func float32NetworksStayFloat32(seed: UInt64) throws {
    let network = try MultilayerPerceptron.random(seed: seed) { generator in
      .leakyReLU(slope: Double(Float.random(in: 0...1, using: &generator)))
    } number: {
      Double(Float.random(in: -2...2, using: &$0))
    }
    let data = try ONNXFormat.write(network)
    let model = try ONNXModelProto(serializedBytes: data)
    #expect(model.graph.initializer.allSatisfy { $0.dataType == 1 })
    #expect(try ONNXFormat.read(data, name: network.name) == network)
  }

  @Test func oneWideNumberMakesTheModelFloat64() throws {
    let network = try MultilayerPerceptron(
      name: "wide", layers: [AffineLayer(weights: Matrix([[1, 0.1]]))], activations: [])
    let model = try ONNXModelProto(serializedBytes: ONNXFormat.write(network))
    #expect(model.graph.initializer.allSatisfy { $0.dataType == 11 })
    #expect(model.irVersion == 8 && model.opsetImport.map(\.version) == [13])
    #expect(model.graph.input.map(\.name) == ["input"] && model.graph.output.map(\.name) == ["output"])
  }
}
