public import Foundation
public import Networks
import SwiftProtobuf

/// Networks as `.onnx`: affine and piecewise linear operators, as the common exporters write them. Convolutions become
/// matrices; pooling, clipping, maxima and branches become ReLU layers with units that pass unchanged.
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
    var reader = ONNXGraphReader(try ONNXGraph(try model(data)), directory: directory)
    let output = try reader.output(chosen: outputTensor)
    return try output.builder.network(
      name: name, output: output.value.forms,
      notes: output.notes + Self.roundingNotes(output.value.roundedAt), at: "tensor \(output.tensor)")
  }

  static func model(_ data: Data) throws(InputError) -> ONNXModelProto {
    guard !data.isEmpty else { throw InputError("the file is empty", remedy: "give an ONNX model") }
    do { return try ONNXModelProto(serializedBytes: data) } catch {
      throw InputError("the file is not an ONNX model, or is cut short", remedy: "give a complete ONNX model")
    }
  }

  private static func roundingNotes(_ places: [String]) -> [String] {
    var seen: Set<String> = []
    let distinct = places.filter { seen.insert($0).inserted }
    guard let first = distinct.first else { return [] }
    let others = distinct.count == 1 ? "" : " and \(distinct.count - 1) more"
    return ["constants were folded with rounding at \(first)\(others)"]
  }
}
