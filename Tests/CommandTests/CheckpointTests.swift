import Foundation
import Testing

/// Work that is killed is not lost.
@Suite struct CheckpointTests {
  private func withInstance<T>(_ body: (_ graph: String, _ checkpoint: String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let graph = folder.appendingPathComponent("graph.mc").path
    #expect(try Tool.run("generate", "g05", "n=80", "--seed", "1", "-o", graph).code == 0)
    return try body(graph, folder.appendingPathComponent("tree").path)
  }

  @Test("kill -9 in the middle, then --resume: the same optimum, no node expanded twice")
  func killed() throws {
    try withInstance { graph, checkpoint in
      let whole = try Tool.run("maximize", graph, "--json", "--quiet").json()
      let process = Process()
      process.executableURL = Tool.url
      process.arguments = [
        "maximize", graph, "--json", "--quiet", "--checkpoint", checkpoint, "--checkpoint-interval", "0",
      ]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      // Some finished nodes are in the file.
      var saved = 0
      while saved < 5, process.isRunning {
        let first = (try? String(contentsOfFile: checkpoint, encoding: .utf8))?.split(separator: "\n").first
        if let range = first?.range(of: "\"nodes\":", options: []), let rest = first?[range.upperBound...] {
          saved = Int(rest.prefix { $0.isNumber }) ?? 0
        }
        usleep(2000)
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal && saved >= 5)
      let resumed = try Tool.run(
        "maximize", graph, "--json", "--quiet", "--checkpoint", checkpoint, "--resume")
      let rest = try resumed.json()
      #expect(resumed.code == 0)
      #expect(rest["value"] as? Int == whole["value"] as? Int)
      #expect(rest["status"] as? String == "optimal")
      #expect(rest["nodes"] as? Int == whole["nodes"] as? Int)
    }
  }

  @Test("A stopped run goes on; another question, or no checkpoint at all, is refused in one line")
  func refusals() throws {
    try withInstance { graph, checkpoint in
      let stopped = try Tool.run(
        "maximize", graph, "--quiet", "--node-limit", "2", "--checkpoint", checkpoint)
      #expect(stopped.code == 2)
      expectOneLine(
        try Tool.run(
          "decide", graph, "--at-least", "5000", "--quiet", "--checkpoint", checkpoint, "--resume"),
        code: 65, says: "belongs to another search")
      try Data("nonsense\n".utf8).write(to: URL(fileURLWithPath: checkpoint))
      expectOneLine(
        try Tool.run("maximize", graph, "--quiet", "--checkpoint", checkpoint, "--resume"), code: 65,
        says: "is no checkpoint")
      let misuse = try Tool.run("maximize", graph, "--resume")
      #expect(misuse.code == 64 && misuse.errors.contains("--resume needs --checkpoint"))
      expectOneLine(
        try Tool.run("maximize", graph, "--quiet", "--checkpoint", "/no/such/folder/tree"), code: 65,
        says: "could not be written")
    }
  }

  @Test("Where a later checkpoint cannot be written, the answer is still printed, with a warning")
  func lost() throws {
    try withInstance { graph, checkpoint in
      let folder = checkpoint + "-folder"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let gone = Thread {
        usleep(300_000)
        try? FileManager.default.removeItem(atPath: folder)
      }
      gone.start()
      let outcome = try Tool.run(
        "maximize", graph, "--quiet", "--checkpoint", folder + "/tree", "--checkpoint-interval", "0")
      #expect(outcome.code == 0 && outcome.output.contains("maximum = "))
      #expect(outcome.errors.contains("could not be written"), "\(outcome.errors)")
      let fresh = try Tool.run("maximize", graph, "--quiet", "--checkpoint", checkpoint, "--resume")
      #expect(fresh.code == 0 && fresh.errors.contains("no checkpoint yet"))
    }
  }
}
