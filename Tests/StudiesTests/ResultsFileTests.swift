import Foundation
import Networks
import Studies
import Testing

@Suite struct ResultsFileTests {
  private static let text = #"{"experiments": [{"family": "g05", "seeds": "0-3", "methods": ["auto"]}]}"#

  /// A plan of four jobs, and a file with the first `count` records, in the given order.
  private func withFile(
    _ order: [Int], tail: String = "", _ body: (StudyPlan, String, [String]) throws -> Void
  ) throws {
    try StudyFixture.withFolder { folder in
      let plan = try StudyFixture.plan(Self.text, in: folder)
      let lines = try order.map {
        String(decoding: try StudyFixture.record(plan.jobs[$0]).line, as: UTF8.self)
      }
      let path = folder + "/results.jsonl"
      try Data((lines.map { $0 + "\n" }.joined() + tail).utf8).write(to: URL(fileURLWithPath: path))
      try body(plan, path, lines)
    }
  }

  private func expectRefusal(_ plan: StudyPlan, _ path: String, _ says: String) {
    do {
      _ = try ResultsFile(path, plan: plan)
      Issue.record("accepted")
    } catch {
      #expect("\(error)".contains(says), "\(error)")
    }
  }

  @Test("A torn last line is cut off, wherever it was torn")
  func torn() throws {
    try withFile([0, 1]) { plan, path, lines in
      let third = String(decoding: try StudyFixture.record(plan.jobs[2]).line, as: UTF8.self)
      for length in [1, 2, third.utf8.count / 2, third.utf8.count - 1] {
        let text = lines.map { $0 + "\n" }.joined() + String(third.utf8.prefix(length))!
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(try ResultsFile.read(path).count == 2)
        let file = try ResultsFile(path, plan: plan)
        #expect(file.records.count == 2)
        try file.append(try StudyFixture.record(plan.jobs[3]))
        #expect(try ResultsFile.read(path).map(\.job) == [plan.jobs[0], plan.jobs[1], plan.jobs[3]])
      }
    }
  }

  @Test("A last line that is whole but for its newline is kept")
  func whole() throws {
    try withFile([0]) { plan, path, lines in
      let second = try StudyFixture.record(plan.jobs[1])
      let text = lines[0] + "\n" + String(decoding: second.line, as: UTF8.self)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let file = try ResultsFile(path, plan: plan)
      try file.append(try StudyFixture.record(plan.jobs[2]))
      #expect(try ResultsFile.read(path).map(\.job) == Array(plan.jobs[0..<3]))
    }
  }

  @Test("What is broken in the middle is an error with its line, and the file stays as it is")
  func broken() throws {
    try withFile([0, 1, 2]) { plan, path, lines in
      for damage in ["", "nonsense", String(lines[1].dropLast(5)), "{}"] {
        let text = [lines[0], damage, lines[2]].map { $0 + "\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        expectRefusal(plan, path, "\(path):2: is no record of a study; delete the line")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
      }
    }
  }

  @Test("The same job twice, jobs of other studies and of changed ones are refused; more seeds are not")
  func others() throws {
    try withFile([0, 1, 0]) { plan, path, _ in expectRefusal(plan, path, "\(path):3: holds the job g05") }
    try withFile([3, 1]) { _, path, _ in
      try StudyFixture.withFolder { folder in
        func plan(_ old: String, _ new: String, name: String = "study") throws -> StudyPlan {
          try StudyFixture.plan(Self.text.replacingOccurrences(of: old, with: new), in: folder, name: name)
        }
        expectRefusal(try plan("", "", name: "other"), path, "\(path):1: is of the study study, not other")
        expectRefusal(try plan("0-3", "0-2"), path, "\(path):1: holds the job g05 n=40 seed=3 by auto, which")
        expectRefusal(
          try plan("\"seeds\"", "\"nodeLimit\": 5, \"seeds\""), path, "with other limits or another size")
        #expect(try ResultsFile(path, plan: try plan("0-3", "0-5")).records.count == 2)
      }
    }
  }

  @Test("While one run holds the file, another is refused")
  func locked() throws {
    try withFile([0]) { plan, path, _ in
      let first = try ResultsFile(path, plan: plan)
      expectRefusal(plan, path, "\(path): another run is writing to it; wait")
      #expect(try ResultsFile.read(path).count == first.records.count)
    }
    try withFile([0]) { plan, path, _ in
      _ = try ResultsFile(path, plan: plan)
      #expect(try ResultsFile(path, plan: plan).records.count == 1)
    }
  }

  @Test("Sorting puts the lines into the plan's order and changes no byte of them")
  func sorted() throws {
    try withFile([2, 0, 3, 1]) { plan, path, lines in
      try ResultsFile(path, plan: plan).sort(plan)
      let text = [1, 3, 0, 2].map { lines[$0] + "\n" }.joined()
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
  }

  @Test func unwritablePlaces() throws {
    let plan = try StudyFixture.plan(Self.text)
    expectRefusal(plan, "/no/such/folder/results.jsonl", "cannot be written: No such file")
    expectRefusal(plan, "/tmp", "cannot be written")
  }
}
