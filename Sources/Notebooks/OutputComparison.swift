import Foundation

/// Whether two outputs say the same: numbers to the digits that both state, times left out.
public enum OutputComparison {
  /// The first lines that differ; nothing where one output has ended.
  public struct Difference: Sendable, Equatable {
    /// The place in the expected output, from 0; its length where it has ended.
    public var index: Int
    public var expected: String?
    public var found: String?
  }

  /// - Parameter ignored: a regular expression; lines that match it are left out on both sides.
  public static func difference(
    expected: [String], found: [String], ignored: String? = nil
  ) -> Difference? {
    let regex = ignored.flatMap { try? Regex($0) }
    func kept(_ lines: [String]) -> [(index: Int, line: String)] {
      zip(lines.indices, OutputTimes.masked(lines)).filter { index, _ in
        regex.map { !lines[index].contains($0) } ?? true
      }.map { (index: $0, line: $1) }
    }
    let (a, b) = (kept(expected), kept(found))
    for place in 0..<max(a.count, b.count) {
      if place < a.count, place < b.count, agree(a[place].line, b[place].line) { continue }
      let index = place < a.count ? a[place].index : expected.count
      return Difference(
        index: index, expected: place < a.count ? expected[index] : nil,
        found: place < b.count ? found[b[place].index] : nil)
    }
    return nil
  }

  private static func agree(_ a: String, _ b: String) -> Bool {
    let (first, second) = (tokens(a), tokens(b))
    return first.count == second.count
      && zip(first, second).allSatisfy { $0 == $1 || agree(pieces: $0, $1) }
  }

  /// Words, with rules of any length as one sign.
  private static func tokens(_ line: String) -> [String] {
    line.replacingOccurrences(of: "─+", with: "─", options: .regularExpression)
      .split(whereSeparator: \.isWhitespace).map(String.init)
  }

  private static func agree(pieces a: String, _ b: String) -> Bool {
    let (first, second) = (StatedNumber.pieces(a), StatedNumber.pieces(b))
    guard first.count == second.count else { return false }
    return zip(first, second).allSatisfy { x, y in
      switch (x, y) {
      case (.text(let x), .text(let y)): x == y
      case (.number(let x), .number(let y)): x.agrees(with: y)
      default: false
      }
    }
  }
}
