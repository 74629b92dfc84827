import Foundation
import RandomNumbers
import Testing

@Suite struct StudyCommandTests {
  /// A folder with a study in it, which every process started there is known by.
  private struct Place {
    let folder: String
    var study: String { folder + "/study.json" }
    var results: String { folder + "/results.jsonl" }

    func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: study)) }

    func text(_ file: String? = nil) throws -> String {
      try String(contentsOfFile: file ?? results, encoding: .utf8)
    }

    /// The lines without what differs from run to run.
    func withoutMeasurements(_ file: String? = nil) throws -> String {
      try text(file).replacing(/"measured":\{[^}]*\},/, with: "")
    }

    func start(_ arguments: [String]) throws -> Process {
      let process = Process()
      process.executableURL = Tool.url
      process.arguments = ["study", "run", study, "--quiet", "--output"] + arguments
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      return process
    }

    /// Processes that run here.
    var processes: [String] {
      let files = FileManager.default
      let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
      return ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).filter {
        Int($0) != nil && (try? files.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd")) == real
      }
    }

    /// Whether none is left within two seconds.
    func isEmptySoon() -> Bool {
      for _ in 0..<200 {
        if processes.isEmpty { return true }
        usleep(10_000)
      }
      return false
    }
  }

  private func withPlace(_ study: String, _ body: (Place) throws -> Void) throws {
    try Tool.withFile("study.json", study) { file in
      try body(Place(folder: URL(fileURLWithPath: file).deletingLastPathComponent().path))
    }
  }

  /// Of a search that takes much longer than any test.
  private static let long =
    #"{"experiments": [{"family": "g05", "parameters": {"n": 140}, "methods": ["semidefinite"], "seeds": "0-1"}]}"#

  @Test(
    "Ten times kill -9 at random moments of 500 jobs: the file of a run that nobody disturbed, no job twice, no process left"
  )
  func killed() throws {
    let study = """
      {"experiments": [{"family": "g05", "parameters": {"n": [6, 7, 8, 9, 10]}, "seeds": "0-49",
                        "methods": ["enumerate", "elimination"]}]}
      """
    try withPlace(study) { place in
      let whole = place.folder + "/whole.jsonl"
      let start = ContinuousClock.now
      let undisturbed = try place.start([whole, "--jobs", "2"])
      undisturbed.waitUntilExit()
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      #expect(undisturbed.terminationStatus == 0)
      var random = SplitMix64(seed: 9)
      var kills = 0
      for _ in 0..<10 {
        let process = try place.start([place.results, "--jobs", "2"])
        usleep(UInt32(1e6 * seconds * (0.01 + 0.08 * random.uniform())))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        if process.terminationReason == .uncaughtSignal { kills += 1 }
        #expect(place.isEmptySoon())
      }
      #expect(kills == 10)
      let before = try place.text().utf8.count { $0 == UInt8(ascii: "\n") }
      #expect(before > 10 && before < 500, "\(before)")
      #expect(try Tool.run("study", "run", place.study, "--output", place.results, "--jobs", "2").code == 0)
      let lines = try place.withoutMeasurements()
      #expect(lines == (try place.withoutMeasurements(whole)))
      #expect(Set(lines.split(separator: "\n")).count == 500)
      #expect(
        !lines.contains("measured") && lines.split(separator: "\n").allSatisfy { $0.contains("\"solved\"") })
      // Finished jobs are not run again.
      let text = try place.text()
      #expect(try Tool.run("study", "run", place.study, "--output", place.results, "--quiet").code == 0)
      #expect(try place.text() == text)
    }
  }

  @Test("Ctrl-C ends the children, keeps what is done, and says how to go on; meanwhile the file is locked")
  func interrupted() throws {
    try withPlace(Self.long) { place in
      let process = try place.start([place.results])
      defer { process.waitUntilExit() }
      while place.processes.count < 2, process.isRunning { usleep(10_000) }
      expectOneLine(
        try Tool.run("study", "run", place.study, "--output", place.results, "--quiet"), code: 65,
        says: "\(place.results): another run is writing to it; wait for its end")
      process.interrupt()
      process.waitUntilExit()
      #expect(process.terminationStatus == 2 && place.isEmptySoon())
      #expect(try place.text() == "")
      let outcome = try Tool.run(
        ["study", "run", place.study, "--output", place.results, "--quiet"], interruptAfter: 0.5)
      #expect(outcome.code == 2 && outcome.output.isEmpty)
      #expect(outcome.errors == "stopped with 0 of 2 jobs done; the same command goes on\n")
    }
  }

  @Test("A time limit leaves an enclosure, a node limit the same one every time, too little memory a record")
  func limits() throws {
    let study = """
      {"experiments": [
        {"family": "g05", "parameters": {"n": 140}, "methods": ["semidefinite"], "timeLimit": 0.5},
        {"family": "g05", "parameters": {"n": 100}, "methods": ["semidefinite"], "nodeLimit": 3},
        {"family": "wishart", "parameters": {"n": 26, "alpha": 0.2}, "methods": ["elimination"], "memoryLimit": 64},
        {"family": "g05", "parameters": {"n": 10}, "methods": ["zonotope"]}]}
      """
    try withPlace(study) { place in
      let outcome = try Tool.run("study", "run", place.study, "--output", place.results, "--quiet")
      #expect(outcome.code == 0 && outcome.output == "study: 4 jobs, 0 solved; \(place.results)\n")
      let lines = try place.text().split(separator: "\n").map {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
      }
      #expect(lines.map { $0["status"] as? String } == ["time", "limit", "memory", "failed"])
      #expect(lines[2]["reason"] as? String == "took more memory than 64 MB")
      #expect((lines[3]["reason"] as? String)?.contains("engine zonotope takes") == true)
      let (first, second) = (lines[0]["result"] as? [String: Any], lines[1]["result"] as? [String: Any])
      let (lower, upper) = (first?["lower"] as? Double ?? 1, first?["upper"] as? Double ?? 0)
      #expect(lower < upper && second?["nodes"] as? Int == 3)
      #expect((lines[0]["instance"] as? String)?.hasPrefix("sha256:") == true)
      let summary = try Tool.run("study", "summarize", place.results)
      #expect(summary.code == 0 && summary.output.contains("≤ maximum ≤"))
      #expect(summary.output.contains("1 stopped by the memory limit, 1 failed"), "\(summary.output)")
    }
  }

  @Test("Networks: exact constants, bounds and graphs in one study; tables and pictures of them")
  func networks() throws {
    let study = """
      {"experiments": [
        {"family": "gaussian-network", "parameters": {"widths": ["2-4-1", "2-6-1", "2-8-1"]}, "seeds": "0-1",
         "methods": ["cells", "autolip", "seqlip", "sampling"], "domain": "box:-1:1"},
        {"family": "convnet", "parameters": {"size": 4}, "methods": ["autolip"]}]}
      """
    try withPlace(study) { place in
      #expect(try Tool.run("study", "run", place.study, "--output", place.results, "--jobs", "2").code == 0)
      #expect(try place.text().split(separator: "\n").allSatisfy { $0.contains(#""status":"solved""#) })
      let json = try Tool.run("study", "summarize", place.results, "--json").json()
      #expect(json["jobs"] as? Int == 25 && (json["groups"] as? [Any])?.count == 13)
      let pictures = place.folder + "/pictures"
      let plot = try Tool.run("study", "plot", place.results, "--output", pictures)
      #expect(plot.code == 0 && plot.output.contains("\(pictures)/tightness-gaussian-network.png\n"))
      #expect(plot.errors.contains("note: no picture gaps-gaussian-network: every job is solved"))
      for name in [
        "nodes-gaussian-network.svg", "solved-gaussian-network.gp", "tightness-gaussian-network.png",
      ] {
        #expect(FileManager.default.fileExists(atPath: "\(pictures)/\(name)"), "\(name)")
      }
    }
  }

  @Test func mistakesAreOneLine() throws {
    try withPlace(Self.long) { place in
      let command = ["study", "run", place.study, "--output", place.results]
      expectOneLine(
        try Tool.run("study", "run", "/nowhere.json", "--output", place.results), code: 66,
        says: "no such file")
      try place.write("{\n  \"experiments\": 3,\n}")
      expectOneLine(try Tool.run(command), code: 65, says: "\(place.study):3: ")
      try place.write(#"{"experiments": [{"family": "g05", "methods": ["autolip"]}]}"#)
      expectOneLine(try Tool.run(command), code: 65, says: "\(place.study):experiments[0].methods[0]: ")
      #expect(!FileManager.default.fileExists(atPath: place.results))
      try place.write(
        #"{"experiments": [{"family": "g05", "parameters": {"n": 8}, "methods": ["auto"], "seeds": "0-2"}]}"#)
      #expect(try Tool.run(command).code == 0)
      let lines = try place.text().split(separator: "\n")
      try place.write(
        #"{"experiments": [{"family": "g05", "parameters": {"n": 8}, "methods": ["auto"], "seeds": "0-1"}]}"#)
      expectOneLine(try Tool.run(command), code: 65, says: "\(place.results):3: holds the job g05 n=")
      let text = "\(lines[0])\nnonsense\n\(lines[2])\n"
      try Data(text.utf8).write(to: URL(fileURLWithPath: place.results))
      for command in [
        command, ["study", "summarize", place.results], ["study", "plot", place.results, "--output", "x"],
      ] {
        expectOneLine(try Tool.run(command), code: 65, says: "\(place.results):2: is no record of a study")
      }
      // Somebody's notes are no torn record.
      for notes in ["notes, one line without a newline", "{\"jobs\":"] {
        try Data(notes.utf8).write(to: URL(fileURLWithPath: place.results))
        expectOneLine(try Tool.run(command), code: 65, says: "\(place.results):1: is no record of a study")
        #expect(try place.text() == notes)
      }
      try Data().write(to: URL(fileURLWithPath: place.results))
      expectOneLine(try Tool.run("study", "summarize", place.results), code: 65, says: "holds no record")
      #expect(try Tool.run("study", "run", place.study, "--output", place.results, "--jobs", "0").code == 64)
      expectOneLine(try Tool.run("study", "job"), code: 70, says: "standard input holds no job")
    }
  }
}
