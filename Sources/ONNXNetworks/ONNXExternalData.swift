import Foundation
import Networks

/// Tensor data kept in another file beside the model.
enum ONNXExternalData {
  static func read(
    _ tensor: ONNXTensorProto, byteCount: Int, directory: URL?, place: String
  ) throws(InputError) -> Data {
    var entries: [String: String] = [:]
    for entry in tensor.externalData { entries[entry.key] = entry.value }
    guard let location = entries["location"], !location.isEmpty else {
      throw InputError(
        place: place, "the external data has no location",
        remedy: "export the model with its data in one file")
    }
    guard let directory else {
      throw InputError(
        place: place, "the data are in another file, \(location)",
        remedy: "read the model from its own folder")
    }
    let folder = directory.resolvingSymlinksInPath().standardizedFileURL
    let file = folder.appendingPathComponent(location).resolvingSymlinksInPath().standardizedFileURL
    guard !location.hasPrefix("/"), !location.split(separator: "/").contains(".."),
      file.path.hasPrefix(folder.path.hasSuffix("/") ? folder.path : folder.path + "/")
    else {
      throw InputError(
        place: place, "the external data are outside the model's folder (\(location))",
        remedy: "keep the data file beside the model")
    }
    guard let data = try? Data(contentsOf: file, options: .mappedIfSafe) else {
      throw InputError(
        place: place, "the external data file \(location) cannot be read",
        remedy: "keep the data file beside the model")
    }
    guard let offset = Int(entries["offset"] ?? "0"), let length = Int(entries["length"] ?? "\(byteCount)"),
      offset >= 0, length == byteCount, offset <= data.count, length <= data.count - offset
    else {
      throw InputError(
        place: place,
        "the external data claim bytes \(entries["offset"] ?? "0") + \(entries["length"] ?? "\(byteCount)") of a file of "
          + "\(data.count) bytes, for \(byteCount) bytes of tensor",
        remedy: "the file is cut short, or belongs to another model")
    }
    return data[data.startIndex + offset..<data.startIndex + offset + length]
  }
}
