public import Networks

/// A Markdown text with blocks of commands, each followed by the output they gave.
public struct Notebook: Sendable {
  /// A fenced block of commands.
  public struct Block: Sendable, Equatable {
    /// The line of its opening fence, from 1.
    public var line: Int
    public var commands: String
    public var exitCode: Int32 = 0
    /// Lines of the output that match this are not compared.
    public var ignored: String?
    public var output: Output?
    /// The line of its closing fence.
    var end: Int
  }

  /// The output as the text states it.
  public struct Output: Sendable, Equatable {
    public var lines: [String]
    /// The lines of its fences, from 1.
    public var fences: ClosedRange<Int>
  }

  public let blocks: [Block]
  private let lines: [String]

  /// - Throws: `InputError` with the line.
  public init(_ text: String) throws(InputError) {
    lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false)
      .map { String(decoding: $0.last == 13 ? $0.dropLast() : $0, as: UTF8.self) }
    var blocks: [Block] = []
    var index = 0
    while index < lines.count {
      guard let fence = Fence(lines[index]) else {
        index += 1
        continue
      }
      guard let end = lines[(index + 1)...].firstIndex(where: { fence.isClosed(by: $0) }) else {
        throw InputError(
          place: "\(index + 1)", "the block is not closed", remedy: "end it with a line of \(fence.mark)")
      }
      let body = Array(lines[(index + 1)..<end])
      switch fence.word {
      case "lipbench":
        let attributes = try BlockAttributes(fence.attributes, line: index + 1)
        blocks.append(
          Block(
            line: index + 1, commands: body.joined(separator: "\n"), exitCode: attributes.exitCode,
            ignored: attributes.ignored, end: end + 1))
      case "output":
        guard let last = blocks.last, last.output == nil,
          lines[last.end..<index].allSatisfy({ $0.allSatisfy(\.isWhitespace) })
        else {
          throw InputError(
            place: "\(index + 1)", "the output has no commands before it",
            remedy: "put it after a block of lipbench, with nothing but blank lines between")
        }
        guard fence.attributes.isEmpty else {
          throw InputError(
            place: "\(index + 1)", "unknown attribute “\(fence.attributes)”",
            remedy: "an output has none; write them beside lipbench")
        }
        blocks[blocks.count - 1].output = Output(lines: body, fences: (index + 1)...(end + 1))
      default: break
      }
      index = end + 1
    }
    self.blocks = blocks
  }

  /// The text with these outputs, one for each block.
  func text(outputs: [[String]]) -> String {
    var result: [String] = []
    var next = 0
    for (block, output) in zip(blocks, outputs) {
      result += lines[next..<((block.output?.fences.lowerBound).map { $0 - 1 } ?? block.end)]
      if block.output == nil { result.append("") }
      let mark = Fence.mark(around: output)
      result += [mark + "output"] + output + [mark]
      next = block.output?.fences.upperBound ?? block.end
      if block.output == nil, next == lines.count { result.append("") }
    }
    return (result + lines[next...]).joined(separator: "\n")
  }
}
