import Networks
import Notebooks
import Testing

@Suite struct NotebookTests {
  @Test func readsBlocksWithTheirOutputs() throws {
    let notebook = try Notebook(
      """
      # Title
      ```json
      ```
      ```lipbench exit=1 ignore="^a b"
      false
      ```

      ````output
      ```
      ````
      ```lipbench
      true
      ```
      """)
    #expect(notebook.blocks.map(\.line) == [4, 11])
    #expect(notebook.blocks.map(\.commands) == ["false", "true"])
    #expect(notebook.blocks.map(\.exitCode) == [1, 0])
    #expect(notebook.blocks[0].ignored == "^a b")
    #expect(notebook.blocks[0].output?.lines == ["```"])
    #expect(notebook.blocks[0].output?.fences == 8...10)
    #expect(notebook.blocks[1].output == nil)
  }

  @Test(arguments: [
    ("a\n```lipbench\ntrue", "2"), ("```output\n```", "1"), ("```lipbench\n```\ntext\n```output\n```", "4"),
    ("```lipbench\n```\n```output\n```\n```output\n```", "5"), ("\n```lipbench color=red\n```", "2"),
    ("```lipbench exit=x\n```", "1"), ("```lipbench ignore=\"(\"\n```", "1"),
    ("```lipbench ignore=\"a\n```", "1"), ("```lipbench\n```\n```output exit=1\n```", "3"),
    ("```lipbench =\n```", "1"),
  ])
  func refuses(_ text: String, line: String) {
    let error = #expect(throws: InputError.self) { try Notebook(text) }
    #expect(error?.place == line)
    #expect(error?.remedy.isEmpty == false)
  }
}
