import Foundation
import Networks

/// A notebook in a file: runs its commands, and writes or compares their outputs.
public struct NotebookFile {
  public let path: String
  public let notebook: Notebook
  private let text: String

  /// - Throws: `MissingFile`, or `InputError` with the line.
  public init(_ path: String) throws {
    self.path = path
    guard let text = String(data: try InputFile.contents(path), encoding: .utf8) else {
      throw InputError(file: path, "is no UTF-8 text", remedy: "save it as UTF-8")
    }
    self.text = text
    do {
      notebook = try Notebook(text)
    } catch {
      throw error.inFile(path)
    }
  }

  /// Runs all blocks, then rewrites the file; it stays as it was where one fails.
  ///
  /// - Returns: how many outputs are new.
  /// - Throws: `NotebookFailure`, or `InputError` where the file cannot be written.
  public func run(report: (String) -> Void = { _ in }) throws -> Int {
    let outputs = try outputs(report)
    let result = notebook.text(outputs: outputs)
    if result != text { try TextFile.write(result, to: path) }
    return zip(notebook.blocks, outputs).count { $0.output?.lines != $1 }
  }

  /// Runs all blocks, and compares.
  ///
  /// - Returns: a line for each output that is stale.
  /// - Throws: `NotebookFailure`.
  public func check(report: (String) -> Void = { _ in }) throws -> [String] {
    zip(notebook.blocks, try outputs(report)).compactMap { block, found in
      guard let output = block.output else {
        return "\(path):\(block.line): the commands have no output; lipbench notebook run \(path) writes it"
      }
      guard
        let difference = OutputComparison.difference(
          expected: output.lines, found: found, ignored: block.ignored)
      else { return nil }
      let line = output.fences.lowerBound + 1 + difference.index
      let expected = difference.expected.map { "“\($0)”" } ?? "no further line"
      return
        "\(path):\(line): expected \(expected), found \(difference.found.map { "“\($0)”" } ?? "no further line")"
    }
  }

  private func outputs(_ report: (String) -> Void) throws -> [[String]] {
    let folder = try NotebookFolder(
      directory: FileManager.default.currentDirectoryPath, tools: Self.executableFolder)
    defer { folder.remove() }
    return try notebook.blocks.map { block in
      report("\(path):\(block.line): \(block.commands.split(separator: "\n").first ?? "")")
      return try folder.run(block, file: path)
    }
  }

  private static var executableFolder: String {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: link ?? CommandLine.arguments[0]).deletingLastPathComponent().path
  }
}
