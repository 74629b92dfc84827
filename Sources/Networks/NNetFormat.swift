public import Foundation
import LinearAlgebra

/// ReLU networks as `.nnet`, the text format of Stanford's ACAS Xu networks.
///
/// The file's normalisation is part of the function: x ↦ (x − mean) / range is folded into the first layer and
/// y ↦ y · range + mean into the last. Its minimums and maximums are offered as `inputBox`; that some programs clip
/// inputs to them is not part of the function.
public enum NNetFormat {
  public static func read(_ data: Data, name: String) throws(InputError) -> MultilayerPerceptron {
    var lines = try NNetFormatLines(data)
    guard lines.remaining > 0 else {
      throw InputError("the file is empty", remedy: "a .nnet file starts with its layer count")
    }
    let header = try NNetFormatHeader(&lines)
    var layers: [AffineLayer] = []
    for (index, (inputs, outputs)) in zip(header.sizes, header.sizes.dropFirst()).enumerated() {
      let rows = try block(&lines, "weights", layer: index + 1, rows: outputs, columns: inputs)
      let bias = try block(&lines, "bias", layer: index + 1, rows: outputs, columns: 1)
      layers.append(AffineLayer(weights: Matrix(rows: outputs, columns: inputs, elements: rows), bias: bias))
    }
    guard lines.remaining == 0 else {
      throw try lines.next("the end").failure(
        "the file goes on after the last bias", "correct the layer sizes")
    }
    var rounding = FormatRounding()
    layers[0] = normalizingInput(of: layers[0], header, &rounding)
    layers[layers.count - 1] = denormalizingOutput(of: layers[layers.count - 1], header, &rounding)
    return try MultilayerPerceptron(
      name: name, layers: layers, activations: [Activation](repeating: .relu, count: layers.count - 1),
      inputBox: header.box,
      notes: header.notes + (rounding.hasRounded ? ["the normalisation was folded with rounding"] : []))
  }

  private static func block(
    _ lines: inout NNetFormatLines, _ kind: String, layer: Int, rows: Int, columns: Int
  ) throws(InputError) -> [Double] {
    var elements: [Double] = []
    for row in 1...rows {
      let what = "\(kind) \(row) of layer \(layer)"
      let line = try lines.next(what)
      guard line.fields.count == columns else {
        throw line.failure(
          "\(what) has \(line.fields.count) entries instead of \(columns)",
          "write one row of weights a line, then one bias a line")
      }
      elements += try line.numbers(what)
    }
    return elements
  }

  private static func normalizingInput(
    of layer: AffineLayer, _ header: NNetFormatHeader, _ rounding: inout FormatRounding
  ) -> AffineLayer {
    var result = layer
    for i in 0..<layer.weights.rows {
      for j in 0..<layer.weights.columns {
        result.weights[i, j] = rounding.divide(layer.weights[i, j], header.inputRanges[j])
      }
      result.bias[i] = rounding.dot(
        [layer.bias[i]] + result.weights.row(i), [1] + header.inputMeans.map { -$0 })
    }
    return result
  }

  private static func denormalizingOutput(
    of layer: AffineLayer, _ header: NNetFormatHeader, _ rounding: inout FormatRounding
  ) -> AffineLayer {
    var result = layer
    for i in 0..<layer.weights.rows {
      for j in 0..<layer.weights.columns {
        result.weights[i, j] = rounding.multiply(layer.weights[i, j], header.outputRange)
      }
      result.bias[i] = rounding.dot([layer.bias[i], 1], [header.outputRange, header.outputMean])
    }
    return result
  }

  /// - Throws: `InputError` where an activation is not ReLU or a unit passes unchanged.
  public static func write(_ network: MultilayerPerceptron) throws(InputError) -> Data {
    for (index, activation) in network.activations.enumerated() where activation != .relu {
      throw InputError(
        place: "layer \(index + 1)", "a .nnet file cannot hold the activation \(activation.name)",
        remedy: "write .json or .onnx")
    }
    if let index = network.passing.firstIndex(where: { !$0.isEmpty }) {
      throw InputError(
        place: "layer \(index + 1)", "a .nnet file cannot hold units that pass unchanged",
        remedy: "write .json")
    }
    let inputs = network.inputs
    let largest = Double(Float.greatestFiniteMagnitude)
    let box =
      network.inputBox
      ?? InputBox(
        lower: [Double](repeating: -largest, count: inputs),
        upper: [Double](repeating: largest, count: inputs))
    let sizes = [inputs] + network.layers.map(\.weights.rows)
    let widest = sizes.dropFirst().max() ?? 0
    var lines = [
      "// \(network.name.map { $0.isNewline ? " " : String($0) }.joined())",
      list([network.layers.count, inputs, network.outputs, widest]), list(sizes), list([0]),
      list(box.lower), list(box.upper),
      list([Double](repeating: 0, count: inputs + 1)), list([Double](repeating: 1, count: inputs + 1)),
    ]
    for layer in network.layers {
      lines += (0..<layer.weights.rows).map { list(layer.weights.row($0)) } + layer.bias.map { list([$0]) }
    }
    return Data((lines.joined(separator: "\n") + "\n").utf8)
  }

  private static func list(_ numbers: some Sequence<some CustomStringConvertible>) -> String {
    numbers.map { "\($0)," }.joined()
  }
}
