public import Foundation

/// Files that are written whole or not at all.
public enum TextFile {
  public static func write(_ text: String, to path: String) throws(InputError) {
    try write(Data(text.utf8), to: path)
  }

  public static func write(_ data: Data, to path: String) throws(InputError) {
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw unwritable(path)
    }
  }

  /// Asks before the work, or before another file, whether a file can be written.
  public static func checkIsWritable(_ path: String) throws(InputError) {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    let exists = files.fileExists(atPath: path, isDirectory: &isFolder)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard !(exists && isFolder.boolValue), files.isWritableFile(atPath: folder) else {
      throw unwritable(path)
    }
  }

  private static func unwritable(_ path: String) -> InputError {
    InputError(
      file: path, "cannot be written", remedy: "give a path in a folder that exists and may be written to")
  }
}
