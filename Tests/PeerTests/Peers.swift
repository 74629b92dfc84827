import Foundation

/// A peer that is missing, fails, or says something we do not understand.
struct PeerFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The other solvers, run as child processes: `glpsol` from the PATH, and HiGHS in the Python that `LIPBENCH_PYTHON`
/// names.
enum Peers {
  private static let environment = ProcessInfo.processInfo.environment

  static let areAskedFor = environment["LIPBENCH_PEERS"] == "1"
  static let python = environment["LIPBENCH_PYTHON"] ?? "python3"

  /// What the command prints.
  ///
  /// - Throws: `PeerFailure` with its messages where it cannot be started or does not exit with 0.
  @discardableResult
  static func run(_ command: [String], in folder: URL) throws -> String {
    let (output, errors) = (folder.appendingPathComponent("output"), folder.appendingPathComponent("errors"))
    for file in [output, errors] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let texts = try [output, errors].map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    guard process.terminationStatus == 0 else {
      throw PeerFailure("\(command[0]) exits with \(process.terminationStatus): \(texts[1])\(texts[0])")
    }
    return texts[0]
  }

  /// A fresh temporary folder, removed after `body`.
  static func withFolder<T>(_ body: (URL) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
