public import ComputationGraphs
import Foundation
public import Networks
import ONNXNetworks
public import Problems

/// Network files by their ending: `.json`, `.nnet`, `.onnx`.
public enum NetworkFile {
  public static let endings = ["json", "nnet", "onnx"]

  /// Reads a network.
  ///
  /// - Parameter outputTensor: for `.onnx`, the tensor to take as the output.
  /// - Throws: `MissingFile`, or `InputError` with the file, the place and the remedy.
  public static func read(_ path: String, outputTensor: String? = nil) throws -> MultilayerPerceptron {
    let url = URL(fileURLWithPath: path)
    let data = try InputFile.contents(path)
    let name = url.deletingPathExtension().lastPathComponent
    do throws(InputError) {
      switch url.pathExtension.lowercased() {
      case "json":
        // LIP-CST is a network, too.
        if let kind = try ProblemJSONFormat.kind(of: data) {
          let instance = try ProblemJSONFormat.read(data, name: name, kind: kind)
          guard let problem = instance.problem as? LipCST else {
            throw InputError(
              "the file holds a problem of kind \(kind.rawValue), not a network",
              remedy:
                "use lipbench maximize, or reduce it first: lipbench reduce \(path) --to lip-cst -o FILE")
          }
          return try problem.network(name: instance.name)
        }
        return try JSONFormat.read(data, name: name)
      case "nnet": return try NNetFormat.read(data, name: name)
      case "onnx":
        do throws(InputError) {
          return try ONNXFormat.read(
            data, name: name, directory: url.deletingLastPathComponent(), outputTensor: outputTensor)
        } catch {
          // Too large for dense layers is not too large for a bound.
          guard error.remedy.hasSuffix("use a smaller network") else { throw error }
          var error = error
          error.remedy += "; lipbench bound autolip takes the graph as it is"
          throw error
        }
      default: throw unknownEnding(url)
      }
    } catch {
      throw error.file == nil ? error.inFile(path) : error
    }
  }

  /// Reads an `.onnx` file as a graph of its own operators, of any size; notes say what was cut.
  ///
  /// - Throws: `MissingFile`, or `InputError` with the file, the node and the remedy.
  public static func readGraph(_ path: String, outputTensor: String? = nil) throws -> (
    graph: ComputationGraph, notes: [String]
  ) {
    let url = URL(fileURLWithPath: path)
    guard url.pathExtension.lowercased() == "onnx" else {
      throw InputError(
        file: path, "is no .onnx file", remedy: "only .onnx files are read as graphs of their own operators")
    }
    let data = try InputFile.contents(path)
    do throws(InputError) {
      let read = try ONNXFormat.readGraph(
        data, directory: url.deletingLastPathComponent(), outputTensor: outputTensor)
      return (read.graph, read.notes)
    } catch {
      throw error.file == nil ? error.inFile(path) : error
    }
  }

  /// Whether a file holds a network, as far as its name and first look say; a file that is neither counts as one.
  ///
  /// - Throws: `MissingFile`.
  public static func isNetwork(_ path: String, kind: ProblemKind? = nil) throws -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { throw MissingFile(path) }
    if ["onnx", "nnet"].contains(URL(fileURLWithPath: path).pathExtension.lowercased()) { return true }
    do {
      return try ProblemFile.kind(ofFile: path, kind: kind) == nil
    } catch {
      // The reader that is then asked says what is wrong.
      return kind == nil && URL(fileURLWithPath: path).pathExtension.lowercased() == "json"
    }
  }

  /// Writes a network, whole or not at all.
  public static func write(_ network: MultilayerPerceptron, to path: String) throws {
    let url = URL(fileURLWithPath: path)
    let data: Data
    do throws(InputError) {
      switch url.pathExtension.lowercased() {
      case "json": data = JSONFormat.write(network)
      case "nnet": data = try NNetFormat.write(network)
      case "onnx": data = try ONNXFormat.write(network)
      default: throw unknownEnding(url)
      }
    } catch {
      throw error.inFile(path)
    }
    try TextFile.write(data, to: path)
  }

  private static func unknownEnding(_ url: URL) -> InputError {
    let isProblem = ProblemFile.endings.contains(url.pathExtension.lowercased())
    return InputError(
      "the ending “.\(url.pathExtension)” is not one of a network file",
      remedy: isProblem
        ? "use lipbench maximize, or reduce it first: lipbench reduce \(url.lastPathComponent) --to lip-cst -o FILE"
        : "use .json, .nnet or .onnx")
  }
}
