import Foundation
import Testing

/// The built `lipbench`, run as a user runs it.
enum Tool {
  struct Outcome {
    var output: String
    var errors: String
    var code: Int32

    func json() throws -> [String: Any] {
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
    }
  }

  /// It lies beside the test runner.
  static let url = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("lipbench")

  static func run(_ arguments: String..., interruptAfter seconds: Double? = nil) throws -> Outcome {
    try run(arguments, interruptAfter: seconds)
  }

  static func run(_ arguments: [String], interruptAfter seconds: Double? = nil) throws -> Outcome {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    let folder = FileManager.default.temporaryDirectory
    let output = folder.appendingPathComponent(UUID().uuidString)
    let errors = folder.appendingPathComponent(UUID().uuidString)
    for file in [output, errors] { try Data().write(to: file) }
    defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    if let seconds {
      Thread.sleep(forTimeInterval: seconds)
      process.interrupt()
    }
    process.waitUntilExit()
    return Outcome(
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self), code: process.terminationStatus)
  }

  /// A file with this text in a folder of its own, removed after `body`.
  static func withFile<T>(_ name: String, _ contents: Data, _ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent(name)
    try contents.write(to: file)
    return try body(file.path)
  }

  static func withFile<T>(_ name: String, _ text: String, _ body: (String) throws -> T) throws -> T {
    try withFile(name, Data(text.utf8), body)
  }

  /// The repository's networks.
  static func network(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appendingPathComponent("instances/networks/\(name)").path
  }
}

/// One line on standard error that says so, and nothing on standard output.
func expectOneLine(_ outcome: Tool.Outcome, code: Int32, says: String) {
  #expect(outcome.code == code, "\(outcome.errors)")
  #expect(outcome.output.isEmpty)
  let lines = outcome.errors.split(separator: "\n")
  #expect(lines.count == 1, "\(outcome.errors)")
  #expect(outcome.errors.contains(says), "\(outcome.errors)")
}
