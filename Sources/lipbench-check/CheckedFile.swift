import Foundation

/// A file that the user named, opened.
final class CheckedFile {
  private static let instanceLimit = 1_000_000_000
  private static let chunk = 1 << 20

  private let path: String
  private let handle: FileHandle

  private init(_ path: String, _ handle: FileHandle) {
    self.path = path
    self.handle = handle
  }

  static func open(_ path: String) throws -> CheckedFile {
    guard FileManager.default.fileExists(atPath: path) else {
      throw Failure("\(path): no such file", code: 66)
    }
    // Only a folder has itself as an entry.
    guard !FileManager.default.fileExists(atPath: path + "/.") else {
      throw Failure("\(path): is a folder; give a file", code: 65)
    }
    guard let handle = FileHandle(forReadingAtPath: path) else { throw unreadable(path) }
    return CheckedFile(path, handle)
  }

  private static func unreadable(_ path: String) -> Failure {
    Failure("\(path): cannot be read; check that the file may be read", code: 65)
  }

  /// The next piece; empty at the end.
  func read() throws -> [UInt8] {
    do { return try [UInt8](handle.read(upToCount: Self.chunk) ?? Data()) } catch {
      throw Self.unreadable(path)
    }
  }

  func contents() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let piece = try read()
      if piece.isEmpty { return bytes }
      bytes += piece
      guard bytes.count <= Self.instanceLimit else {
        throw Failure("\(path): is larger than 1 GB; give a smaller file", code: 65)
      }
    }
  }
}
