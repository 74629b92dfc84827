public import Foundation

/// No such file: exit code 66.
public struct MissingFile: Error, CustomStringConvertible {
  public let path: String

  public init(_ path: String) { self.path = path }

  public var description: String { "\(path): no such file" }
}

/// The bytes of a file that the user named.
public enum InputFile {
  /// Larger files are refused before they are read.
  public static let sizeLimit = 1 << 31

  /// - Throws: `MissingFile`, or `InputError` for a folder, an unreadable or an oversized file.
  public static func contents(_ path: String) throws -> Data {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw MissingFile(path)
    }
    guard !isDirectory.boolValue else {
      throw InputError(file: path, "is a folder", remedy: "give a file")
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    guard size <= sizeLimit else {
      throw InputError(file: path, "is larger than 2 GB", remedy: "give a smaller file")
    }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw InputError(file: path, "cannot be read", remedy: "check that the file may be read")
    }
  }
}
