import ExactArithmetic
import Foundation
import Networks

/// The lines of a text format that carry data, split into words, with their numbers.
///
/// Line ends of any system, tabs, blank lines and a byte order mark are accepted. Whatever follows `#`, `%` or `!` is a
/// comment; so is, where the format has no words of its own, a line that begins with `c` or `*`.
struct FormatLines {
  struct Line {
    let number: Int
    let words: [String]
  }

  let byteCount: Int
  private let bytes: [UInt8]
  private let hasCommentWords: Bool
  private var position = 0
  private var lineNumber = 0

  /// - Throws: `InputError` where `data` is empty or is not text.
  init(_ data: Data, hasCommentWords: Bool = true) throws(InputError) {
    bytes = [UInt8](data)
    byteCount = bytes.count
    self.hasCommentWords = hasCommentWords
    guard !bytes.contains(0) else {
      throw InputError("the file is not text", remedy: "save it as plain text (ASCII or UTF-8)")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next line with data; nil at the end.
  mutating func next() -> Line? {
    while position < bytes.count {
      let words = splitLine()
      guard let first = words.first else { continue }
      if hasCommentWords, first == "c" || first == "C" || first.hasPrefix("*") { continue }
      return Line(number: lineNumber, words: words)
    }
    return nil
  }

  /// The next line with data.
  ///
  /// - Throws: `InputError` at the end of the file, which says that `what` should stand there.
  mutating func next(_ what: String) throws(InputError) -> Line {
    if let line = next() { return line }
    guard lineNumber > 0, byteCount > 0 else {
      throw InputError("the file is empty", remedy: "\(what) should stand in line 1")
    }
    throw InputError(
      place: "\(lineNumber)", "the file ends where \(what) should stand", remedy: "complete the file")
  }

  /// - Throws: `InputError` where data follows the last `what`, of which line `header` promised `count`.
  mutating func expectEnd(after what: String, count: Int, header: Int) throws(InputError) {
    guard let line = next() else { return }
    throw InputError(
      place: "\(line.number)", "the file goes on after the last \(what): line \(header) promises \(count)",
      remedy: "correct the count in line \(header), or remove the lines from here on")
  }

  /// Splits the line at `position` and moves behind its end.
  private mutating func splitLine() -> [String] {
    lineNumber += 1
    var words: [String] = []
    var start: Int?
    var isComment = false
    func close(at end: Int) -> String? { start.map { String(decoding: bytes[$0..<end], as: UTF8.self) } }
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x0A || byte == 0x0D { break }
      let isMark = [UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "!")].contains(byte)
      if isMark || byte == 0x20 || byte == 0x09 || byte == 0x0C {
        if let word = close(at: position) { words.append(word) }
        start = nil
        isComment = isComment || isMark
      } else if !isComment, start == nil {
        start = position
      }
      position += 1
    }
    if let word = close(at: position) { words.append(word) }
    if position < bytes.count {
      let isPair = bytes[position] == 0x0D && position + 1 < bytes.count && bytes[position + 1] == 0x0A
      position += isPair ? 2 : 1
    }
    return words
  }
}

extension FormatLines.Line {
  func failure(_ problem: String, remedy: String) -> InputError {
    InputError(place: "\(number)", problem, remedy: remedy)
  }

  /// - Throws: `InputError` where the line has another number of words; `form` is what it should look like.
  func expect(_ counts: ClosedRange<Int>, form: String) throws(InputError) {
    guard counts.contains(words.count) else {
      throw failure(
        "the line has \(words.count) \(words.count == 1 ? "word" : "words")", remedy: "write \(form)")
    }
  }

  /// Word `index` as a count or an index: digits only. A number beyond 64 bits counts as the largest one.
  func natural(_ index: Int, _ what: String) throws(InputError) -> Int {
    let word = words[index]
    guard word.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      throw failure(
        "\(ExactNumberText.shown(word)) is not \(what)", remedy: "write an integer that is not negative")
    }
    return Int(word) ?? .max
  }

  /// Word `index` as a number of variables.
  func variables(_ index: Int, _ what: String) throws(InputError) -> Int {
    let count = try natural(index, "a number of \(what)")
    guard count <= FormatLimits.variables else {
      throw failure(
        "\(words[index].prefix(30)) \(what) are more than the limit",
        remedy: "at most \(FormatLimits.variables) are read")
    }
    return count
  }

  /// Word `index` as a number of entries, which a file of `bytes` bytes must be able to hold.
  func entries(_ index: Int, _ what: String, bytes: Int) throws(InputError) -> Int {
    let count = try natural(index, "a number of \(what)")
    guard count <= bytes / FormatLimits.bytesAnEntry + 1 else {
      throw failure(
        "\(words[index].prefix(30)) \(what) are more than the file's \(bytes) bytes can hold",
        remedy: "correct the count, or complete the file")
    }
    return count
  }

  /// Word `index` as a coefficient: an integer exactly, a decimal as its nearest double.
  func number(_ index: Int) throws(InputError) -> Rational {
    do {
      return try ExactNumberText.decimal(words[index])
    } catch {
      throw failure(error.problem, remedy: error.remedy)
    }
  }
}
