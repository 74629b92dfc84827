public import Foundation
import LinearAlgebra
public import Networks
import SwiftProtobuf

extension ONNXFormat {
  /// A model with one Gemm a layer, in float32 where that holds every number and in float64 otherwise.
  ///
  /// Leaky ReLUs in float64 are written as max(z, slope · z), or min where the slope exceeds 1: LeakyRelu's slope is
  /// always a float32. Units that pass unchanged have the slope 1 on both sides: their layer is a PRelu, in float64 the
  /// same maximum, with a slope for each unit. An ONNX model has no place for the input box.
  ///
  /// - Throws: `InputError` where the model exceeds the 2 GB that the format allows, or where slopes alone do not tell
  ///   the passing units of a layer from its others.
  public static func write(_ network: MultilayerPerceptron) throws(InputError) -> Data {
    for (index, (activation, passing)) in zip(network.activations, network.passing).enumerated()
    where !passing.isEmpty {
      let isTold =
        activation == .relu || activation == .abs || ![0, 1, -1].contains(activation.negativeSlope)
      guard isTold, passing.count < network.hiddenWidths[index] else {
        throw InputError(
          place: "layer \(index + 1)",
          "a .onnx file cannot say which units of a layer with \(activation.name) of slope "
            + "\(activation.negativeSlope) pass, or that all do", remedy: "write .json")
      }
    }
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
      if !isLast { tensor = addActivation(of: tensor, index: index) }
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

  private mutating func addActivation(of tensor: String, index: Int) -> String {
    let (activation, passing) = (network.activations[index], network.passing[index])
    let number = index + 1
    let result = "activation_\(number)"
    switch activation {
    case .relu where passing.isEmpty: addNode("Relu", [tensor], result)
    case .abs where passing.isEmpty: addNode("Abs", [tensor], result)
    case .leakyReLU(let slope) where passing.isEmpty && isFloat32:
      addNode("LeakyRelu", [tensor], result) {
        $0.name = "alpha"
        $0.type = 1
        $0.f = Float(slope)
      }
    default:
      let slope = activation.negativeSlope
      let slopes = (0..<network.hiddenWidths[index]).map { passing.contains($0) ? 1 : slope }
      addInitializer(
        "slope_\(number)", passing.isEmpty ? [] : [slopes.count], passing.isEmpty ? [slope] : slopes)
      if isFloat32 {
        addNode("PRelu", [tensor, "slope_\(number)"], result)
      } else {
        addNode("Mul", [tensor, "slope_\(number)"], "scaled_\(number)")
        addNode(slope <= 1 ? "Max" : "Min", [tensor, "scaled_\(number)"], result)
      }
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
