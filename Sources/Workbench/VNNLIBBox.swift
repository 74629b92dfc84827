import Foundation
import Networks
import PatternSearch

/// The box of the inputs in a VNN-LIB file: its assertions `(<= X_i c)`, `(>= X_i c)`, with the constant on either side. What it
/// says of outputs is left alone; inputs in any other form are refused.
enum VNNLIBBox {
  /// - Throws: `InputError` where an input has no bounds, or is in a disjunction or a sum.
  static func read(_ path: String, inputs: Int) throws -> Domain {
    let text = String(decoding: try InputFile.contents(path), as: UTF8.self)
    var lower = [Double?](repeating: nil, count: inputs)
    var upper = [Double?](repeating: nil, count: inputs)
    for (line, words) in try assertions(text, path) where words.contains(where: { $0.hasPrefix("X_") }) {
      func failure() -> InputError {
        InputError(
          file: path, place: "\(line)", "an assertion on inputs that is no bound of one input",
          remedy: "use (assert (<= X_i c)) and (assert (>= X_i c)) only, or a file of lo hi pairs")
      }
      guard words.count == 3, words[0] == "<=" || words[0] == ">=" else { throw failure() }
      let isFirst = words[1].hasPrefix("X_")
      guard let input = Int(words[isFirst ? 1 : 2].dropFirst(2)),
        let value = DomainText.number(words[isFirst ? 2 : 1])
      else { throw failure() }
      guard (0..<inputs).contains(input) else {
        throw InputError(
          file: path, place: "\(line)", "X_\(input) is no input: the network has \(inputs)",
          remedy: "use the file of this network")
      }
      if (words[0] == "<=") == isFirst {
        upper[input] = min(upper[input] ?? value, value)
      } else {
        lower[input] = max(lower[input] ?? value, value)
      }
    }
    if let open = (0..<inputs).first(where: { lower[$0] == nil || upper[$0] == nil }) {
      throw InputError(
        file: path, "X_\(open) has no \(lower[open] == nil ? "lower" : "upper") bound",
        remedy: "give both bounds of each of \(inputs) inputs")
    }
    return .box(lower: lower.compactMap { $0 }, upper: upper.compactMap { $0 })
  }

  /// The words of each `(assert …)` without parentheses, and the line it begins in.
  private static func assertions(
    _ text: String, _ path: String
  ) throws(InputError) -> [(line: Int, words: [String])] {
    var result: [(line: Int, words: [String])] = []
    var depth = 0
    var word = ""
    var words: [String] = []
    var start = 1
    func endOfWord() {
      if !word.isEmpty { words.append(word) }
      word = ""
    }
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      for character in line.prefix(while: { $0 != ";" }) {
        switch character {
        case "(":
          if depth == 0 { start = index + 1 }
          depth += 1
          endOfWord()
        case ")":
          endOfWord()
          depth -= 1
          if depth == 0 {
            if words.first == "assert" { result.append((start, Array(words.dropFirst()))) }
            words = []
          }
        case let space where space.isWhitespace: endOfWord()
        default: word.append(character)
        }
      }
      endOfWord()
      guard depth >= 0 else {
        throw InputError(
          file: path, place: "\(index + 1)", "a closing parenthesis too many", remedy: "leave it out")
      }
    }
    guard depth == 0 else {
      throw InputError(
        file: path, place: "\(start)", "the expression that begins here has no end",
        remedy: "close \(depth) more parenthes\(depth == 1 ? "is" : "es"); the file may be cut off")
    }
    return result
  }
}
