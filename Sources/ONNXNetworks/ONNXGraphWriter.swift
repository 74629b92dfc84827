public import Foundation
import SwiftProtobuf

/// Writes float32 ONNX graphs of convolutions, pooling, normalisation and skips, node by node; it keeps track of shapes.
///
/// Weights go to `raw_data` as they come: memory is twice the file's size while it is serialised.
public struct ONNXGraphWriter {
  /// A value of the graph: its name and, without the batch, its shape.
  public struct Value: Sendable {
    public let name: String
    /// channels × height × width, or one number of features.
    public let shape: [Int]

    public var count: Int { shape.reduce(1, *) }
  }

  private var graph = ONNXGraphProto()
  /// `count` numbers for a tensor.
  public typealias Numbers = (_ count: Int) -> [Float]

  public init(name: String) { graph.name = name }

  /// Numbers in all weights so far.
  public private(set) var parameters = 0

  public mutating func input(_ shape: [Int], name: String = "input") -> Value {
    let value = Value(name: name, shape: shape)
    graph.input.append(Self.info(value))
    return value
  }

  /// A cross-correlation with square kernels; weights are outputs × inputs × kernel × kernel.
  public mutating func convolution(
    _ x: Value, channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, hasBias: Bool = true,
    name: String, _ numbers: Numbers
  ) -> Value {
    precondition(x.shape.count == 3)
    var inputs = [
      x.name, add("\(name).weight", [channels, x.shape[0], kernel, kernel], numbers),
    ]
    if hasBias { inputs.append(add("\(name).bias", [channels], numbers)) }
    return node(
      "Conv", inputs, name, Self.pooled(x.shape, channels, kernel, stride, padding),
      Self.window(kernel, stride, padding))
  }

  public mutating func maxPool(_ x: Value, kernel: Int, stride: Int, name: String) -> Value {
    node(
      "MaxPool", [x.name], name, Self.pooled(x.shape, x.shape[0], kernel, stride, 0),
      Self.window(kernel, stride, 0))
  }

  /// The mean of each channel.
  public mutating func globalAveragePool(_ x: Value, name: String) -> Value {
    node("GlobalAveragePool", [x.name], name, [x.shape[0], 1, 1])
  }

  /// Scale, shift, running mean and running variance of each channel, as in inference.
  public mutating func batchNormalization(
    _ x: Value, scale: Numbers, shift: Numbers, mean: Numbers, variance: Numbers, name: String
  ) -> Value {
    let channels = [x.shape[0]]
    let inputs = [
      x.name, add("\(name).weight", channels, scale), add("\(name).bias", channels, shift),
      add("\(name).running_mean", channels, mean), add("\(name).running_var", channels, variance),
    ]
    var epsilon = ONNXAttributeProto()
    epsilon.name = "epsilon"
    epsilon.type = 1
    epsilon.f = 1e-5
    return node("BatchNormalization", inputs, name, x.shape, [epsilon])
  }

  public mutating func relu(_ x: Value, name: String) -> Value { node("Relu", [x.name], name, x.shape) }

  public mutating func sum(_ x: Value, _ y: Value, name: String) -> Value {
    precondition(x.shape == y.shape)
    return node("Add", [x.name, y.name], name, x.shape)
  }

  public mutating func flatten(_ x: Value, name: String) -> Value {
    node("Flatten", [x.name], name, [x.count], [Self.integer("axis", 1)])
  }

  /// W x + b; weights are outputs × inputs.
  public mutating func dense(_ x: Value, outputs: Int, name: String, _ numbers: Numbers) -> Value {
    precondition(x.shape.count == 1)
    let inputs = [
      x.name, add("\(name).weight", [outputs, x.count], numbers), add("\(name).bias", [outputs], numbers),
    ]
    return node("Gemm", inputs, name, [outputs], [Self.integer("transB", 1)])
  }

  /// The file, opset 13, with this value as its output.
  ///
  /// - Throws: `BinaryEncodingError` beyond 2 GB.
  public consuming func serialized(output: Value) throws -> Data {
    graph.output = [Self.info(output)]
    var operators = ONNXOperatorSetIdProto()
    operators.version = 13
    var model = ONNXModelProto()
    model.irVersion = 8
    model.producerName = "LipBench"
    model.opsetImport = [operators]
    model.graph = graph
    return try model.serializedBytes()
  }

  private mutating func node(
    _ operation: String, _ inputs: [String], _ name: String, _ shape: [Int],
    _ attributes: [ONNXAttributeProto] = []
  ) -> Value {
    var node = ONNXNodeProto()
    node.name = name
    node.opType = operation
    node.input = inputs
    node.output = ["\(name).output"]
    node.attribute = attributes
    graph.node.append(node)
    return Value(name: node.output[0], shape: shape)
  }

  /// - Returns: the tensor's name.
  private mutating func add(_ name: String, _ shape: [Int], _ numbers: Numbers) -> String {
    let count = shape.reduce(1, *)
    let words = numbers(count).map { $0.bitPattern.littleEndian }
    precondition(words.count == count)
    var tensor = ONNXTensorProto()
    tensor.name = name
    tensor.dims = shape.map { Int64($0) }
    tensor.dataType = 1
    tensor.rawData = words.withUnsafeBytes { Data($0) }
    graph.initializer.append(tensor)
    parameters += count
    return name
  }

  private static func pooled(_ shape: [Int], _ channels: Int, _ kernel: Int, _ stride: Int, _ padding: Int)
    -> [Int]
  {
    precondition(shape.count == 3 && shape.dropFirst().allSatisfy { $0 + 2 * padding >= kernel })
    return [channels] + shape.dropFirst().map { ($0 + 2 * padding - kernel) / stride + 1 }
  }

  private static func window(_ kernel: Int, _ stride: Int, _ padding: Int) -> [ONNXAttributeProto] {
    [
      integers("kernel_shape", [kernel, kernel]), integers("strides", [stride, stride]),
      integers("pads", [Int](repeating: padding, count: 4)),
    ]
  }

  private static func integer(_ name: String, _ value: Int) -> ONNXAttributeProto {
    var attribute = ONNXAttributeProto()
    attribute.name = name
    attribute.type = 2
    attribute.i = Int64(value)
    return attribute
  }

  private static func integers(_ name: String, _ values: [Int]) -> ONNXAttributeProto {
    var attribute = ONNXAttributeProto()
    attribute.name = name
    attribute.type = 7
    attribute.ints = values.map { Int64($0) }
    return attribute
  }

  private static func info(_ value: Value) -> ONNXValueInfoProto {
    func dimension(_ size: Int) -> ONNXTensorShapeProto.Dimension {
      var dimension = ONNXTensorShapeProto.Dimension()
      dimension.dimValue = Int64(size)
      return dimension
    }
    var info = ONNXValueInfoProto()
    info.name = value.name
    info.type.tensorType.elemType = 1
    info.type.tensorType.shape.dim = ([1] + value.shape).map(dimension)
    return info
  }
}
