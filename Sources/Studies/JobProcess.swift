import Foundation

/// The child's side of `StudyRunner`.
public enum JobProcess {
  /// Reads a job from standard input, runs it, and prints the instance's hash and the outcome. The process ends at once where standard
  /// input does: nobody is left who waits for the answer.
  ///
  /// - Throws: what the instance's family throws.
  public static func run() throws {
    guard let line = readLine(), let job = try? JSONDecoder().decode(StudyJob.self, from: Data(line.utf8))
    else {
      throw ChildProcessFailure(description: "standard input holds no job; lipbench study run starts this")
    }
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count == 0 || (count < 0 && errno != EINTR) { _exit(0) }
      }
    }
    let execution = try JobExecution(job)
    write(Data(execution.hash.utf8))
    write(jsonLine(execution.run()))
  }

  private static func write(_ line: Data) {
    let text = line + Data("\n".utf8)
    var written = 0
    while written < text.count {
      let count = text.withUnsafeBytes { bytes in
        Foundation.write(STDOUT_FILENO, bytes.baseAddress.map { $0 + written }, text.count - written)
      }
      if count < 0, errno != EINTR { _exit(1) }
      written += max(count, 0)
    }
  }
}
