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
      throw InputError(
        file: path, "cannot be written", remedy: "give a path in a folder that exists and may be written to")
    }
  }
}
