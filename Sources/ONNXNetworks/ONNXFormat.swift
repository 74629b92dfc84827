public import Foundation
public import Networks
import SwiftProtobuf

/// Networks as `.onnx`: chains of affine operators and (leaky) ReLUs, as the common exporters write them.
///
/// Adjacent affine operators are composed in double precision, and a note says where that rounded. A classifier's
/// operators after the scores are cut, with a note.
public enum ONNXFormat {
  /// - Parameters:
  ///   - directory: The model's folder, for tensors kept in other files.
  ///   - outputTensor: The tensor to read as the network's output; otherwise the graph's own scores.
  public static func read(
    _ data: Data, name: String, directory: URL? = nil, outputTensor: String? = nil
  ) throws(InputError) -> MultilayerPerceptron {
    guard !data.isEmpty else { throw InputError("the file is empty", remedy: "give an ONNX model") }
    let model: ONNXModelProto
    do { model = try ONNXModelProto(serializedBytes: data) } catch {
      throw InputError("the file is not an ONNX model, or is cut short", remedy: "give a complete ONNX model")
    }
    var reader = ONNXGraphReader(try ONNXGraph(model), directory: directory)
    let output = try reader.output(chosen: outputTensor)
    guard let last = output.value.lastLayer else {
      throw InputError(
        place: "tensor \(output.tensor)",
        "the last layer would have more than \(ONNXShape.maximumMatrixCount) weights",
        remedy: "use a smaller network")
    }
    return try MultilayerPerceptron(
      name: name, layers: output.value.layers + [last], activations: output.value.activations,
      notes: output.notes + Self.roundingNotes(output.value.roundedAt))
  }

  private static func roundingNotes(_ places: [String]) -> [String] {
    var seen: Set<String> = []
    let distinct = places.filter { seen.insert($0).inserted }
    guard let first = distinct.first else { return [] }
    let others = distinct.count == 1 ? "" : " and \(distinct.count - 1) more"
    return ["constants were folded with rounding at \(first)\(others)"]
  }
}
