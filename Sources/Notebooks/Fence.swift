/// The line that opens a fenced block: at least three backticks or tildes, a word, attributes.
struct Fence {
  let mark: String
  let word: String
  let attributes: String

  /// Nothing where the line opens no block.
  init?(_ line: String) {
    let text = line.drop { $0 == " " }
    guard line.count - text.count <= 3, let sign = text.first, sign == "`" || sign == "~" else { return nil }
    let mark = text.prefix { $0 == sign }
    let rest = text.dropFirst(mark.count)
    guard mark.count >= 3, !(sign == "`" && rest.contains("`")) else { return nil }
    let information = rest.drop(while: \.isWhitespace)
    let word = information.prefix { !$0.isWhitespace }
    self.mark = String(mark)
    self.word = String(word)
    let attributes = information.dropFirst(word.count).drop(while: \.isWhitespace)
    self.attributes = String(String(attributes.reversed()).drop(while: \.isWhitespace).reversed())
  }

  func isClosed(by line: String) -> Bool {
    guard let other = Fence(line) else { return false }
    return other.word.isEmpty && other.mark.hasPrefix(mark)
  }

  /// A fence longer than any run of backticks in these lines.
  static func mark(around lines: [String]) -> String {
    var longest = 2
    for line in lines {
      for run in line.split(whereSeparator: { $0 != "`" }) { longest = max(longest, run.count) }
    }
    return String(repeating: "`", count: longest + 1)
  }
}
