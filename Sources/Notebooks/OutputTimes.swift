import Foundation

/// Replaces times and amounts of memory, which no two runs share, by one sign.
enum OutputTimes {
  private static let sign = "⟨time⟩"

  static func masked(_ lines: [String]) -> [String] {
    var edges: Set<Int> = []
    var result: [String] = []
    for (index, line) in lines.enumerated() {
      if line.allSatisfy(\.isWhitespace) { edges = [] }
      if index > 0, isRule(line) { edges = timeEdges(lines[index - 1]) }
      result.append(maskedUnits(edges.isEmpty ? line : maskedCells(line, edges: edges)))
    }
    return result
  }

  private static func isRule(_ line: String) -> Bool {
    line.contains("──") && line.allSatisfy { $0 == "─" || $0.isWhitespace }
  }

  /// Where the headings of times end; two spaces part headings.
  private static func timeEdges(_ header: String) -> Set<Int> {
    let signs = Array(header)
    return Set(
      words(signs).filter { word in
        let isLast = signs[word.upperBound...].prefix(2).allSatisfy(\.isWhitespace)
        return isLast && ["seconds", "s", "ms", "MB"].contains(String(signs[word]))
      }.map(\.upperBound))
  }

  private static func maskedCells(_ line: String, edges: Set<Int>) -> String {
    var signs = Array(line)
    for word in words(signs).reversed() where edges.contains(word.upperBound) {
      let cell = String(signs[word])
      if cell.contains(where: \.isNumber) || ["–", "—", "-"].contains(cell) {
        signs.replaceSubrange(word, with: Array(sign))
      }
    }
    return String(signs)
  }

  private static func words(_ signs: [Character]) -> [Range<Int>] {
    signs.indices.split { signs[$0].isWhitespace }.map { $0.startIndex..<$0.endIndex }
  }

  private static func maskedUnits(_ line: String) -> String {
    let number = #"[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"#
    let members = #"("[^"]*(?i:seconds)[^"]*"\s*:\s*)(?:-?"# + number + #"|null|\[[^\]]*\])"#
    let units = #"(?<![\p{L}0-9_.])[<≈]?"# + number + #"\s*(?:CPU s|s|ms|min|h|MB|GB)(?![\p{L}0-9_])"#
    return line.replacingOccurrences(of: members, with: "$1" + sign, options: .regularExpression)
      .replacingOccurrences(of: units, with: sign, options: .regularExpression)
  }
}
