import Foundation

/// A fresh folder in which the commands of one notebook run, with a link to everything in the directory it was started from.
struct NotebookFolder {
  private let root: URL
  private let work: URL
  private let environment: [String: String]

  /// - Parameter tools: the folder that the `PATH` begins with.
  init(directory: String, tools: String) throws {
    let files = FileManager.default
    root = files.temporaryDirectory.appendingPathComponent("lipbench-\(UUID().uuidString)")
    work = root.appendingPathComponent("work")
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = tools + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    self.environment = environment
    try files.createDirectory(at: work, withIntermediateDirectories: true)
    let source = URL(fileURLWithPath: directory)
    for entry in try files.contentsOfDirectory(atPath: source.path) where !entry.hasPrefix(".") {
      try files.createSymbolicLink(
        at: work.appendingPathComponent(entry), withDestinationURL: source.appendingPathComponent(entry))
    }
  }

  func remove() { try? FileManager.default.removeItem(at: root) }

  /// The lines of the standard output. Both outputs go to files, so that neither can fill a pipe.
  ///
  /// - Throws: `NotebookFailure` where the exit code is not the expected one.
  func run(_ block: Notebook.Block, file: String) throws -> [String] {
    let (output, errors) = (root.appendingPathComponent("output"), root.appendingPathComponent("errors"))
    for url in [output, errors] { try Data().write(to: url) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-e", "-c", block.commands]
    process.currentDirectoryURL = work
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let status = process.terminationStatus
    let code = process.terminationReason == .uncaughtSignal ? 128 + status : status
    guard code == block.exitCode else {
      let complaints = try Self.lines(errors).filter { !$0.isEmpty }
      let complaint = complaints.first { $0.hasPrefix("Error") } ?? complaints.last ?? "no message"
      throw NotebookFailure(
        file: file, line: block.line, code: code, expected: block.exitCode, complaint: complaint)
    }
    return try Self.lines(output)
  }

  private static func lines(_ url: URL) throws -> [String] {
    let data = try Data(contentsOf: url)
    var lines = data.split(separator: 10, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}
