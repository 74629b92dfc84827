import Foundation
import Studies
import Testing

/// The runner against programs that misbehave.
@Suite struct StudyRunnerTests {
  private func run(
    _ script: String, limits: String = "", seeds: String = "0", workers: Int = 1, grace: Double = 0.2
  ) throws -> [JobRecord] {
    try StudyFixture.withFolder { folder in
      let plan = try StudyFixture.plan(
        "{\(limits) \"experiments\": [{\"family\": \"g05\", \"seeds\": \"\(seeds)\", \"methods\": [\"auto\"]}]}",
        in: folder)
      var runner = StudyRunner(command: ["/bin/sh", "-c", script], workers: workers, version: "1")
      runner.grace = grace
      let file = try ResultsFile(folder + "/results.jsonl", plan: plan)
      #expect(try runner.run(plan, into: file))
      #expect(try ResultsFile.read(file.path) == file.records)
      return file.records
    }
  }

  @Test("More memory than allowed: ended, and recorded")
  func memory() throws {
    let record = try run(
      #"x=$(head -c 100000000 /dev/zero | tr '\0' a); sleep 60"#,
      limits: "\"memoryLimit\": 64, \"timeLimit\": 60,")[0]
    #expect(record.status == .memory && record.reason == "took more memory than 64 MB")
    #expect(record.measured.peakMemory > 60 && record.measured.seconds < 30)
    #expect(record.result == nil && record.instance == nil)
  }

  @Test("No answer in time: ended, with what it had started, and recorded with the hash that it had told")
  func time() throws {
    let record = try run("echo sha256:12; sleep 60; sleep 60", limits: "\"timeLimit\": 0.2,")[0]
    #expect(record.status == .time && record.instance == "sha256:12")
    #expect(record.reason == "gave no answer within the time limit and 0.2 s more")
    #expect(record.measured.seconds > 0.4 && record.measured.seconds < 10)
  }

  @Test(
    "What a program says when it ends badly is the reason",
    arguments: [
      ("echo sha256:1; echo out of luck >&2; exit 3", "ended with exit code 3: out of luck"),
      ("kill -11 $$", "was ended by signal 11"), ("true", "ended with exit code 0"),
      ("cat > /dev/null & echo nonsense", "ended with exit code 0: nonsense"),
    ])
  func failures(script: String, reason: String) throws {
    let record = try run(script)[0]
    #expect(record.status == .failed && record.reason == reason)
  }

  @Test("Several at a time, and the file is in order in the end")
  func sideBySide() throws {
    // Later jobs end sooner.
    let records = try run(
      #"read line; n=$(echo "$line" | tr -dc 0-9 | tail -c 1); sleep 0.0$((9 - n)); exit 1"#, seeds: "0-9",
      workers: 4)
    #expect(records.map(\.job.seed) == Array(0...9))
  }

  @Test func aProgramThatIsNotThere() throws {
    try StudyFixture.withFolder { folder in
      let plan = try StudyFixture.plan(
        #"{"experiments": [{"family": "g05", "methods": ["auto"]}]}"#, in: folder)
      let runner = StudyRunner(command: ["/no/such/program"], version: "1")
      let file = try ResultsFile(folder + "/results.jsonl", plan: plan)
      #expect(throws: ChildProcessFailure.self) { try runner.run(plan, into: file) }
    }
  }
}
