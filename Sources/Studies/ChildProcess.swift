import Foundation

/// A process that could not be started.
public struct ChildProcessFailure: Error, CustomStringConvertible {
  public let description: String
}

/// A process of our own: a line goes in, lines come out, and its input stays open for as long as we live.
///
/// It has a process group to itself, so that Ctrl-C is ours to answer and a kill takes what it started, too. Its pipes are closed in
/// all other children: the kernel ends its input when we are gone, however that came about.
struct ChildProcess {
  let process: pid_t
  /// To be polled; at its end the process is gone.
  let output: CInt
  private let input: CInt
  private(set) var text = Data()

  struct End {
    /// Nil where a signal ended it.
    var code: Int32?
    var signal: Int32
    var cpuSeconds: Double
  }

  /// - Parameters:
  ///   - command: the program's path, then its arguments.
  ///   - line: without a newline.
  init(_ command: [String], line: Data) throws(ChildProcessFailure) {
    let (readInput, writeInput) = try Self.pipe()
    let (readOutput, writeOutput) = try Self.pipe()
    defer {
      close(readInput)
      close(writeOutput)
    }
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, readInput, 0)
    posix_spawn_file_actions_adddup2(&actions, writeOutput, 1)
    posix_spawn_file_actions_adddup2(&actions, writeOutput, 2)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var identifier: pid_t = 0
    let code = posix_spawn(&identifier, command[0], &actions, &attributes, &words, environ)
    guard code == 0 else {
      close(writeInput)
      close(readOutput)
      throw ChildProcessFailure(
        description: "\(command[0]) cannot be started: \(String(cString: strerror(code)))")
    }
    (process, input, output) = (identifier, writeInput, readOutput)
    // Shorter than a pipe holds, so that it does not wait; a process that is gone already is seen at its output's end.
    (line + Data("\n".utf8)).withUnsafeBytes { _ = write(writeInput, $0.baseAddress, $0.count) }
  }

  /// Takes what has come out.
  ///
  /// - Returns: false at the end of the output.
  mutating func read() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = Foundation.read(output, &buffer, buffer.count)
    if count > 0 { text.append(contentsOf: buffer[..<count]) }
    return count > 0 || (count < 0 && errno == EINTR)
  }

  /// Ends the process and all of its group.
  func end() { kill(-process, SIGKILL) }

  /// Waits for the process, which has closed its output or was ended.
  func wait() -> End {
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0, errno == EINTR {}
    close(input)
    close(output)
    let signal = status & 0x7F
    return End(code: signal == 0 ? (status >> 8) & 0xFF : nil, signal: signal, cpuSeconds: usage.cpuSeconds)
  }

  private static func pipe() throws(ChildProcessFailure) -> (read: CInt, write: CInt) {
    var ends: [CInt] = [0, 0]
    // No other thread of ours starts processes in between.
    guard Foundation.pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
      throw ChildProcessFailure(description: "no pipe for a process: \(String(cString: strerror(errno)))")
    }
    return (ends[0], ends[1])
  }
}
