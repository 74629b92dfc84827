public import ComputationGraphs
public import Foundation
public import LinearAlgebra
public import Networks
import ONNXNetworks
import RandomNumbers

/// A network that is trained: convolutions, then dense layers, with rectifiers between them.
public struct Model: Sendable {
  public enum Layer: Sendable, Equatable {
    case dense(inputs: Int, outputs: Int)
    /// The map of one sample, with its kernel zero.
    case convolution(Convolution)

    /// Of the weights and of the bias.
    var shapes: (weights: [Int], bias: [Int]) {
      switch self {
      case .dense(let inputs, let outputs): ([outputs, inputs], [outputs])
      case .convolution(let map):
        (
          [map.outputChannels, map.inputChannels, map.vertical.kernel, map.horizontal.kernel],
          [map.outputChannels]
        )
      }
    }

    /// Numbers that one output sums.
    var fanIn: Int { shapes.weights.dropFirst().reduce(1, *) }
  }

  public let sampleShape: [Int]
  public let layers: [Layer]
  /// Weights and bias of each layer in turn.
  public internal(set) var parameters: [Tensor]

  private static let parameterLimit = 20_000_000

  /// Weights by He et al. 2015: normal with variance 2 / fan-in; biases uniform in ± 1/√fan-in.
  ///
  /// - Parameter sampleShape: one number of features, or channels × height × width.
  /// - Throws: `InputError` where convolutions do not fit, or there are too many parameters.
  public init(
    _ architecture: Architecture, sampleShape: [Int], outputs: Int, seed: UInt64 = 0
  ) throws(InputError) {
    var shape = sampleShape
    var layers: [Layer] = []
    for layer in architecture.hidden + [.dense(units: outputs)] {
      switch layer {
      case .dense(let units):
        layers.append(.dense(inputs: shape.reduce(1, *), outputs: units))
        shape = [units]
      case .convolution(let channels, let kernel, let stride):
        guard shape.count == 3 else {
          throw InputError(
            place: "layers", "convolutions of samples that are no pictures",
            remedy: "give dense layers, such as 20,20,20")
        }
        let axes = shape[1...].map { length in
          Convolution.Axis(
            input: length, kernel: kernel, stride: stride, padding: (kernel / 2, kernel / 2))
        }
        let map = Convolution(
          kernel: [Double](repeating: 0, count: channels * shape[0] * kernel * kernel),
          inputChannels: shape[0], outputChannels: channels, vertical: axes[0], horizontal: axes[1])
        layers.append(.convolution(map))
        shape = [channels, axes[0].output, axes[1].output]
      }
    }
    let count = layers.reduce(0) { $0 + $1.shapes.weights.reduce(1, *) + $1.shapes.bias[0] }
    guard count <= Self.parameterLimit else {
      throw InputError(
        place: "layers", "the network would have \(count) parameters",
        remedy: "at most \(Self.parameterLimit) are trained; give fewer units")
    }
    self.sampleShape = sampleShape
    self.layers = layers
    var random = SplitMix64(seed: seed, stream: Stream.weights)
    parameters = layers.flatMap { layer in
      let (weights, bias) = layer.shapes
      let deviation = (2 / Double(layer.fanIn)).squareRoot()
      let reach = 1 / Double(layer.fanIn).squareRoot()
      return [
        Tensor(
          shape: weights, elements: (0..<weights.reduce(1, *)).map { _ in deviation * random.gaussian() }),
        Tensor(shape: bias, elements: (0..<bias[0]).map { _ in reach * (2 * random.uniform() - 1) }),
      ]
    }
  }

  public var outputs: Int { parameters[parameters.count - 1].elements.count }
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.elements.count } }

  /// The linear part of a layer, of one sample.
  public func linearMap(_ layer: Int) -> any LinearOperator {
    let weights = parameters[2 * layer].elements
    switch layers[layer] {
    case .dense(let inputs, let outputs):
      return Matrix(rows: outputs, columns: inputs, elements: weights)
    case .convolution(let map):
      return Convolution(
        kernel: weights, inputChannels: map.inputChannels, outputChannels: map.outputChannels,
        vertical: map.vertical, horizontal: map.horizontal)
    }
  }

  /// The function on a batch, and the nodes that hold the parameters.
  public func graph(batch: Int) -> (graph: ComputationGraph, parameters: [Int]) {
    var graph = ComputationGraph(inputShape: [batch] + sampleShape)
    let nodes = parameters.map { graph.constant($0) }
    var value = 0
    do {
      for (index, layer) in layers.enumerated() {
        let arguments = [nodes[2 * index], nodes[2 * index + 1]]
        switch layer {
        case .dense(let inputs, _):
          if graph.nodes[value].shape != [batch, inputs] {
            value = try graph.apply(Reshape(to: [batch, inputs]), to: [value])
          }
          value = try graph.apply(
            MatrixProduct(transposesSecond: true, name: "Gemm"), to: [value] + arguments)
        case .convolution(let map):
          let axes = [map.vertical, map.horizontal].map {
            ConvolutionProduct.Axis(stride: $0.stride, before: $0.padding.before, after: $0.padding.after)
          }
          value = try graph.apply(ConvolutionProduct(axes), to: [value] + arguments)
        }
        if index < layers.count - 1 {
          value = try graph.apply(Elementwise(LeakyRectifier.relu), to: [value])
        }
      }
    } catch {
      preconditionFailure("the layers' shapes chain: \(error)")
    }
    return (graph, nodes)
  }

  /// samples × outputs, for samples × features.
  public func callAsFunction(_ inputs: [Double]) -> [Double] {
    let size = sampleShape.reduce(1, *)
    // Bounded memory: values of all layers are kept for one batch at a time.
    let batch = 500
    var answers: [Double] = []
    for start in stride(from: 0, to: inputs.count, by: batch * size) {
      let part = Array(inputs[start..<min(start + batch * size, inputs.count)])
      let graph = graph(batch: part.count / size).graph
      answers += graph(Tensor(shape: graph.nodes[0].shape, elements: part)).elements
    }
    return answers
  }

  /// The nearest network of single-precision numbers, which all formats hold exactly.
  public var rounded: Model {
    var copy = self
    copy.parameters = parameters.map { $0.map { Double(Float($0)) } }
    return copy
  }

  /// The same function as a perceptron; nil where it has convolutions.
  public func perceptron(name: String, box: InputBox?) throws(InputError) -> MultilayerPerceptron? {
    var affine: [AffineLayer] = []
    for (index, layer) in layers.enumerated() {
      guard case .dense(let inputs, let outputs) = layer else { return nil }
      affine.append(
        AffineLayer(
          weights: Matrix(rows: outputs, columns: inputs, elements: parameters[2 * index].elements),
          bias: parameters[2 * index + 1].elements))
    }
    return try MultilayerPerceptron(
      name: name, layers: affine, activations: [Activation](repeating: .relu, count: affine.count - 1),
      inputBox: box)
  }

  /// The same function as an ONNX file in single precision, opset 13.
  ///
  /// - Throws: `BinaryEncodingError` beyond 2 GB.
  public func onnx(name: String) throws -> Data {
    var writer = ONNXGraphWriter(name: name)
    var value = writer.input(sampleShape)
    for (index, layer) in layers.enumerated() {
      var rest = [parameters[2 * index], parameters[2 * index + 1]][...]
      func numbers(_ count: Int) -> [Float] { (rest.popFirst()?.elements ?? []).map { Float($0) } }
      switch layer {
      case .dense(_, let outputs):
        if value.shape.count > 1 { value = writer.flatten(value, name: "flatten") }
        value = writer.dense(value, outputs: outputs, name: "dense\(index + 1)", numbers)
      case .convolution(let map):
        value = writer.convolution(
          value, channels: map.outputChannels, kernel: map.vertical.kernel, stride: map.vertical.stride,
          padding: map.vertical.padding.before, name: "conv\(index + 1)", numbers)
      }
      if index < layers.count - 1 { value = writer.relu(value, name: "relu\(index + 1)") }
    }
    return try writer.serialized(output: value)
  }
}
