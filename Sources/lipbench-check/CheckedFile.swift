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

/// The lines of a certificate, one at a time, without their ends (LF or CRLF).
final class CertificateLines {
  private static let lengthLimit = 64_000_000

  private let file: CheckedFile
  private var piece: [UInt8] = []
  private var position = 0
  private var number = 0
  private(set) var byteCount = 0

  init(_ file: CheckedFile) { self.file = file }

  /// - Throws: `LineTooLong`; `Failure` where the file cannot be read.
  func next() throws -> [UInt8]? {
    var line: [UInt8] = []
    number += 1
    while true {
      if position == piece.count {
        piece = try file.read()
        position = 0
        byteCount += piece.count
        if piece.isEmpty { return line.isEmpty ? nil : withoutReturn(line) }
      }
      let end = piece[position...].firstIndex(of: 0x0A)
      line += piece[position..<(end ?? piece.count)]
      guard line.count <= Self.lengthLimit else { throw LineTooLong(number: number) }
      position = end.map { $0 + 1 } ?? piece.count
      if end != nil { return withoutReturn(line) }
    }
  }

  private func withoutReturn(_ line: [UInt8]) -> [UInt8] { line.last == 0x0D ? line.dropLast() : line }
}

struct LineTooLong: Error {
  let number: Int
}
