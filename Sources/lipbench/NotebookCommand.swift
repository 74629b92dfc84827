import ArgumentParser
import Foundation
import LipBench

struct NotebookCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notebook",
    abstract: "Markdown notebooks: run their commands and write the outputs, or compare them.",
    discussion: """
      A notebook has blocks ```lipbench of commands for the shell, each followed by a block ```output. Beside lipbench \
      may stand exit=CODE, the exit code to expect, and ignore="REGEX", for lines that check does not compare.

      EXAMPLES
        lipbench notebook run notebooks-md/getting-started.md
        lipbench notebook check notebooks-md/getting-started.md --quiet
      """,
    subcommands: [Run.self, Check.self])

  struct Files: ParsableArguments {
    @Argument(help: ArgumentHelp("The notebooks.", valueName: "FILE"))
    var files: [String]

    @Flag(help: "No progress on standard error.")
    var quiet = false

    /// Goes on with the next notebook where commands fail; then exit code 1.
    func process(_ work: (NotebookFile, (String) -> Void) throws -> Bool) throws {
      let notebooks = try files.map { try NotebookFile($0) }
      var isGood = true
      for notebook in notebooks {
        do {
          isGood = try work(notebook) { if !quiet { Terminal.note($0) } } && isGood
        } catch let failure as NotebookFailure {
          Terminal.note("\(failure)")
          isGood = false
        }
      }
      if !isGood { throw ExitCode(1) }
    }
  }

  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run the commands and write their outputs into the file.",
      discussion: """
        Exit code 1 where commands fail; then the file stays as it was.

        EXAMPLES
          lipbench notebook run notebooks-md/getting-started.md
        """)
    @OptionGroup var notebooks: Files

    func run() throws {
      try notebooks.process { file, report in
        let changed = try file.run(report: report)
        print("\(file.path): \(file.notebook.blocks.count) outputs, \(changed) changed")
        return true
      }
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run the commands and compare their outputs with those in the file.",
      discussion: """
        Numbers are compared to the digits that both outputs state; times are not compared. Exit code 1 where an output
        is stale or commands fail.

        EXAMPLES
          lipbench notebook check notebooks-md/getting-started.md
        """)
    @OptionGroup var notebooks: Files

    func run() throws {
      try notebooks.process { file, report in
        let stale = try file.check(report: report)
        for line in stale { print(line) }
        if stale.isEmpty { print("\(file.path): \(file.notebook.blocks.count) outputs agree") }
        return stale.isEmpty
      }
    }
  }
}
