import Foundation
import Synchronization

/// A certificate on its way to a file: lines are written beside it, and take its place only once they are complete.
public final class CertificateFile: CertificateOutput {
  /// A file that cannot be written.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  private struct State {
    var handle: FileHandle
    var buffer = Data()
    var failure: Failure?
  }

  private static let bufferSize = 1 << 18

  public let path: String
  /// The file while it is written, beside its place; gone with this object, unless it was moved.
  public let partialPath: String
  private let state: Mutex<State>

  private static let firstLine = "lipbench-certificate 1"

  /// Begins with the format's first line. A file that is there already is replaced only if it is a certificate.
  public init(_ path: String) throws(Failure) {
    self.path = path
    if FileManager.default.fileExists(atPath: path) {
      // Others, as pipes, are not opened.
      let type =
        try? FileManager.default.attributesOfItem(
          atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)[.type] as? FileAttributeType
      let start =
        type != .typeRegular
        ? Data() : (try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: 21)) ?? Data()
      guard start.elementsEqual("lipbench-certificate ".utf8) else {
        throw Failure(
          description:
            "\(path): is there already and is no certificate; give another path for the certificate")
      }
    }
    partialPath = path + ".\(UUID().uuidString.prefix(8)).partial"
    guard FileManager.default.createFile(atPath: partialPath, contents: nil),
      let handle = FileHandle(forWritingAtPath: partialPath)
    else {
      throw Failure(
        description: "\(path): cannot be written; give a path in a folder that exists and may be written to")
    }
    state = Mutex(State(handle: handle))
    write(Self.firstLine)
  }

  deinit { try? FileManager.default.removeItem(atPath: partialPath) }

  public func write(_ line: String) {
    state.withLock { state in
      state.buffer.append(contentsOf: line.utf8)
      state.buffer.append(UInt8(ascii: "\n"))
      if state.buffer.count >= Self.bufferSize { flush(&state) }
    }
  }

  /// Forgets all that was written but the first line.
  public func restart() throws(Failure) {
    let failure: Failure? = state.withLock { state in
      state.buffer = Data()
      do {
        try state.handle.truncate(atOffset: 0)
        return nil
      } catch {
        return Failure(description: "\(path): cannot be written: \(error.localizedDescription)")
      }
    }
    if let failure { throw failure }
    write(Self.firstLine)
  }

  /// Writes the last line: what stands at `partialPath` is complete.
  public func finish() throws(Failure) {
    write("end")
    let failure: Failure? = state.withLock { state in
      flush(&state)
      try? state.handle.close()
      return state.failure
    }
    if let failure { throw failure }
  }

  /// Moves the finished file to its place, or beside it under another name.
  ///
  /// - Returns: where it is.
  public func move(suffix: String = "") throws(Failure) -> String {
    let target = path + suffix
    // In one step, whatever stood there.
    guard rename(partialPath, URL(fileURLWithPath: target).resolvingSymlinksInPath().path) == 0 else {
      throw Failure(
        description: "\(target): cannot be written; give a path in a folder that may be written to")
    }
    return target
  }

  private func flush(_ state: inout State) {
    do {
      try state.handle.write(contentsOf: state.buffer)
    } catch {
      state.failure =
        state.failure ?? Failure(description: "\(path): cannot be written: \(error.localizedDescription)")
    }
    state.buffer.removeAll(keepingCapacity: true)
  }
}
