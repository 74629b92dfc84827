public import Foundation
import LinearAlgebra
public import Networks
import SwiftProtobuf

extension ONNXFormat {
  /// A model with one Gemm a layer, in float32 where that holds every number and in float64 otherwise.
  ///
  /// Leaky ReLUs in float64 are written as max(z, slope · z), or min where the slope exceeds 1: LeakyRelu's slope is
  /// always a float32. An ONNX model has no place for the input box.
  ///
  /// - Throws: `InputError` where the model exceeds the 2 GB that the format allows.
  public static func write(_ network: MultilayerPerceptron) throws(InputError) -> Data {
    var writer = ONNXWriter(network)
    do { return try writer.model().serializedBytes() } catch {
      throw InputError("the network exceeds the 2 GB of an ONNX file", remedy: "write .json or .nnet")
    }
  }
}

private struct ONNXWriter {
  private let network: MultilayerPerceptron
  private let isFloat32: Bool
  private var graph = ONNXGraphProto()

  init(_ network: MultilayerPerceptron) {
    self.network = network
    isFloat32 =
      network.layers.allSatisfy { ($0.weights.elements + $0.bias).allSatisfy(Self.isFloat32) }
      && network.activations.allSatisfy { Self.isFloat32($0.negativeSlope) }
  }

  private static func isFloat32(_ value: Double) -> Bool { Double(Float(value)) == value }

  private var type: ONNXTensor.ElementType { isFloat32 ? .float32 : .float64 }

  mutating func model() -> ONNXModelProto {
    graph.name = network.name
    graph.input = [valueInfo("input", size: network.inputs)]
    graph.output = [valueInfo("output", size: network.outputs)]
    var tensor = "input"
    for (index, layer) in network.layers.enumerated() {
      let isLast = index == network.layers.count - 1
      let (weights, bias) = ("weights_\(index + 1)", "bias_\(index + 1)")
      addInitializer(weights, [layer.weights.rows, layer.weights.columns], layer.weights.elements)
      addInitializer(bias, [layer.bias.count], layer.bias)
      let result = isLast ? "output" : "layer_\(index + 1)"
      addNode("Gemm", [tensor, weights, bias], result) {
        $0.name = "transB"
        $0.type = 2
        $0.i = 1
      }
      tensor = result
      if !isLast { tensor = addActivation(network.activations[index], of: tensor, index: index + 1) }
    }
    var operators = ONNXOperatorSetIdProto()
    operators.version = 13
    var model = ONNXModelProto()
    model.irVersion = 8
    model.producerName = "LipBench"
    model.opsetImport = [operators]
    model.graph = graph
    return model
  }

  private mutating func addActivation(_ activation: Activation, of tensor: String, index: Int) -> String {
    let result = "activation_\(index)"
    switch activation {
    case .relu: addNode("Relu", [tensor], result)
    case .abs: addNode("Abs", [tensor], result)
    case .leakyReLU(let slope) where isFloat32:
      addNode("LeakyRelu", [tensor], result) {
        $0.name = "alpha"
        $0.type = 1
        $0.f = Float(slope)
      }
    case .leakyReLU(let slope):
      addInitializer("slope_\(index)", [], [slope])
      addNode("Mul", [tensor, "slope_\(index)"], "scaled_\(index)")
      addNode(slope <= 1 ? "Max" : "Min", [tensor, "scaled_\(index)"], result)
    }
    return result
  }

  private mutating func addNode(
    _ operation: String, _ inputs: [String], _ output: String,
    attribute: ((inout ONNXAttributeProto) -> Void)? = nil
  ) {
    var node = ONNXNodeProto()
    node.name = "\(operation)_\(graph.node.count)"
    node.opType = operation
    node.input = inputs
    node.output = [output]
    if let attribute {
      var proto = ONNXAttributeProto()
      attribute(&proto)
      node.attribute = [proto]
    }
    graph.node.append(node)
  }

  private mutating func addInitializer(_ name: String, _ shape: [Int], _ elements: [Double]) {
    var tensor = ONNXTensorProto()
    tensor.name = name
    tensor.dims = shape.map { Int64($0) }
    tensor.dataType = type.rawValue
    var data = Data(capacity: elements.count * type.byteCount)
    for element in elements {
      if isFloat32 {
        withUnsafeBytes(of: Float(element).bitPattern.littleEndian) { data.append(contentsOf: $0) }
      } else {
        withUnsafeBytes(of: element.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
    }
    tensor.rawData = data
    graph.initializer.append(tensor)
  }

  private func valueInfo(_ name: String, size: Int) -> ONNXValueInfoProto {
    var batch = ONNXTensorShapeProto.Dimension()
    batch.dimParam = "batch"
    var features = ONNXTensorShapeProto.Dimension()
    features.dimValue = Int64(size)
    var info = ONNXValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = type.rawValue
    info.type.tensorType.shape.dim = [batch, features]
    return info
  }
}
