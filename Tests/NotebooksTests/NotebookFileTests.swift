import Foundation
import Networks
import Notebooks
import Testing

@Suite struct NotebookFileTests {
  private func withFile(_ text: String, _ work: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).md").path
    try TextFile.write(text, to: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try work(path)
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func whatIsWrittenAgreesUntilADigitChanges() throws {
    let start =
      "```lipbench\necho 12.5; echo '```'\n```\n\n```output\nold\n```\nend\n```lipbench\nprintf 7\n```"
    try withFile(start) { path throws in
      #expect(try NotebookFile(path).check().count == 2)
      #expect(try NotebookFile(path).run() == 2)
      let written = try text(path)
      #expect(
        written == "```lipbench\necho 12.5; echo '```'\n```\n\n````output\n12.5\n```\n````\nend\n"
          + "```lipbench\nprintf 7\n```\n\n```output\n7\n```\n")
      #expect(try NotebookFile(path).check().isEmpty)
      #expect(try NotebookFile(path).run() == 0)
      #expect(try text(path) == written)
      try TextFile.write(written.replacingOccurrences(of: "\n7\n", with: "\n8\n"), to: path)
      #expect(try NotebookFile(path).check() == ["\(path):15: expected “8”, found “7”"])
    }
  }

  @Test func failingCommandsLeaveTheFileAlone() throws {
    let start = "```lipbench\necho 1\n```\n```lipbench\necho a >&2; echo no >&2; exit 3\n```\n"
    try withFile(start) { path throws in
      let failure = #expect(throws: NotebookFailure.self) { try NotebookFile(path).run() }
      #expect(failure?.description == "\(path):4: the commands ended with exit code 3, expected 0: no")
      #expect(try text(path) == start)
    }
    try withFile("```lipbench exit=3\nexit 3\n```\n") { path throws in
      #expect(try NotebookFile(path).run() == 1)
    }
    try withFile("```lipbench\nfalse\ntrue\n```\n") { path throws in
      #expect(throws: NotebookFailure.self) { try NotebookFile(path).run() }
    }
  }

  @Test func blocksShareAFolderThatIsRemoved() throws {
    let name = "notebook-test-\(UUID().uuidString)"
    let entry = try #require(
      FileManager.default.contentsOfDirectory(atPath: ".").first { !$0.hasPrefix(".") })
    let start = "```lipbench\necho 5 > \(name); pwd\ntest -L '\(entry)'\n```\n```lipbench\ncat \(name)\n```\n"
    try withFile(start) { path throws in
      #expect(try NotebookFile(path).run() == 2)
      let outputs = try NotebookFile(path).notebook.blocks.map { $0.output?.lines ?? [] }
      #expect(outputs[1] == ["5"])
      #expect(!FileManager.default.fileExists(atPath: name))
      #expect(!FileManager.default.fileExists(atPath: outputs[0][0]))
    }
  }

  @Test func largeOutputsOnBothStreams() throws {
    let start = "```lipbench\nseq 100000 >&2; seq 100000\n```\n"
    try withFile(start) { path throws in
      #expect(try NotebookFile(path).run() == 1)
      #expect(try NotebookFile(path).notebook.blocks[0].output?.lines.count == 100_000)
    }
  }

  @Test func missingFile() {
    #expect(throws: MissingFile.self) { try NotebookFile("/no/such/notebook.md") }
  }
}
