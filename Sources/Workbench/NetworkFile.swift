public import Foundation
public import Networks
import ONNXNetworks

/// No such file: exit code 66.
public struct MissingFile: Error, CustomStringConvertible {
  public let path: String
  public var description: String { "\(path): no such file" }
}

/// Network files by their ending: `.json`, `.nnet`, `.onnx`.
public enum NetworkFile {
  public static let endings = ["json", "nnet", "onnx"]
  /// Larger files are refused before they are read.
  static let sizeLimit = 1 << 31

  /// Reads a network.
  ///
  /// - Parameter outputTensor: for `.onnx`, the tensor to take as the output.
  /// - Throws: `MissingFile`, or `InputError` with the file, the place and the remedy.
  public static func read(_ path: String, outputTensor: String? = nil) throws -> MultilayerPerceptron {
    let url = URL(fileURLWithPath: path)
    let data = try contents(path)
    let name = url.deletingPathExtension().lastPathComponent
    do throws(InputError) {
      switch url.pathExtension.lowercased() {
      case "json": return try JSONFormat.read(data, name: name)
      case "nnet": return try NNetFormat.read(data, name: name)
      case "onnx":
        return try ONNXFormat.read(
          data, name: name, directory: url.deletingLastPathComponent(), outputTensor: outputTensor)
      default: throw unknownEnding(url)
      }
    } catch {
      throw error.file == nil ? error.inFile(path) : error
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

  /// The file's bytes; also used for domains.
  public static func contents(_ path: String) throws -> Data {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw MissingFile(path: path)
    }
    guard !isDirectory.boolValue else {
      throw InputError(file: path, "is a folder", remedy: "give a file")
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    guard size <= sizeLimit else {
      throw InputError(file: path, "is larger than 2 GB", remedy: "give a smaller network")
    }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw InputError(file: path, "cannot be read", remedy: "check that the file may be read")
    }
  }

  private static func unknownEnding(_ url: URL) -> InputError {
    InputError(
      "the ending “.\(url.pathExtension)” is not one of a network file",
      remedy: "use .json, .nnet or .onnx")
  }
}

/// Files that are written whole or not at all.
public enum TextFile {
  public static func write(_ text: String, to path: String) throws(InputError) {
    try write(Data(text.utf8), to: path)
  }

  static func write(_ data: Data, to path: String) throws(InputError) {
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw InputError(
        file: path, "cannot be written", remedy: "give a path in a folder that exists and may be written to")
    }
  }
}
