import ExactArithmetic

/// The lines of a text file that carry data, split into words. Lines end with LF, CR or both.
struct TextLines {
  enum Style {
    /// Words between spaces; what follows `#`, `%` or `!` is a comment, and a line that begins with `c` or `*` is one.
    case words
    /// The same where a line may begin with any word.
    case wordsAfterAny
    /// Fields between commas; a line that begins with `//` is a comment.
    case fields
  }

  struct Line {
    let number: Int
    let words: [String]

    func failure(_ reason: String) -> InstanceUnreadable { InstanceUnreadable("line \(number)", reason) }

    func expect(_ counts: ClosedRange<Int>, _ form: String) throws(InstanceUnreadable) {
      guard counts.contains(words.count) else {
        throw failure("the line has \(words.count) words; write \(form)")
      }
    }

    /// Word `index` as an integer in 0 ..< limit.
    func natural(_ index: Int, below limit: Int = 1 << 40, _ what: String) throws(InstanceUnreadable) -> Int {
      guard index < words.count, words[index].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let value = Int(words[index]), value < limit
      else { throw failure("\(what) is missing, no natural number or too large; write one below \(limit)") }
      return value
    }

    func number(_ index: Int) throws(InstanceUnreadable) -> Rational {
      guard index < words.count, let value = NumberText.plain(words[index]) else {
        throw failure(
          "word \(index + 1) is no number; write an integer or a finite decimal like -1.5 or 2e-3")
      }
      return value
    }
  }

  private let bytes: [UInt8]
  private let style: Style
  private var position: Int
  private var number = 0

  init(_ bytes: [UInt8], _ style: Style) throws(InstanceUnreadable) {
    guard !bytes.contains(0) else {
      throw InstanceUnreadable("", "the file is not text; save it as plain text")
    }
    self.bytes = bytes
    self.style = style
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  mutating func next() -> Line? {
    while position < bytes.count {
      let end = bytes[position...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
      let words = words(bytes[position..<end])
      number += 1
      position = end + (bytes[end...].starts(with: [0x0D, 0x0A]) ? 2 : 1)
      if let words { return Line(number: number, words: words) }
    }
    return nil
  }

  mutating func next(_ what: String) throws(InstanceUnreadable) -> Line {
    guard let line = next() else {
      throw InstanceUnreadable(
        "line \(max(number, 1))", "the file ends where \(what) should stand; complete it")
    }
    return line
  }

  mutating func end() throws(InstanceUnreadable) {
    if let line = next() { throw line.failure("the file goes on after its last entry; correct the counts") }
  }

  /// Nil for lines without data.
  private func words(_ line: ArraySlice<UInt8>) -> [String]? {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0C }
    func text(_ word: ArraySlice<UInt8>) -> String { String(decoding: word, as: UTF8.self) }
    if style == .fields {
      let start = line.drop(while: isSpace)
      if start.isEmpty || start.starts(with: "//".utf8) { return nil }
      var fields = start.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { field in
        text(ArraySlice(field.drop(while: isSpace).reversed().drop(while: isSpace).reversed()))
      }
      if fields.last == "" { fields.removeLast() }
      return fields
    }
    let data = line.prefix { !"#%!".utf8.contains($0) }
    let words = data.split(whereSeparator: isSpace).map(text)
    guard let first = words.first else { return nil }
    let isComment = first == "c" || first == "C" || first.hasPrefix("*")
    return style == .words && isComment ? nil : words
  }
}

/// The entries of a symmetric table as a file lists them: each pair once, in either order.
struct SymmetricTable {
  static let variableLimit = 1_000_000

  let variables: Int
  private(set) var pairs: [(i: Int, j: Int, coefficient: Rational)] = []
  private(set) var diagonal: [Rational]
  private var seen: Set<Int> = []

  init(variables: Int) {
    self.variables = variables
    diagonal = [Rational](repeating: 0, count: variables)
  }

  /// False where the pair has an entry already.
  mutating func add(_ i: Int, _ j: Int, _ coefficient: Rational) -> Bool {
    guard seen.insert(min(i, j) * variables + max(i, j)).inserted else { return false }
    if i == j { diagonal[i] = coefficient } else { pairs.append((i, j, coefficient)) }
    return true
  }

  /// Reads lines `i j q` with indices from `base`.
  mutating func read(
    _ count: Int, from lines: inout TextLines, base: Int, isGraph: Bool = false
  ) throws(InstanceUnreadable) {
    for _ in 0..<count {
      let line = try lines.next("one of \(count) entries")
      try line.expect((isGraph ? 2 : 3)...3, isGraph ? "i j or i j w" : "i j q")
      let i = try line.natural(0, below: variables + base, "an index") - base
      let j = try line.natural(1, below: variables + base, "an index") - base
      guard i >= 0, j >= 0, !isGraph || i != j else {
        throw line.failure("the pair is out of range or joins a vertex to itself; indices begin with \(base)")
      }
      guard add(i, j, line.words.count == 3 ? try line.number(2) : 1) else {
        throw line.failure(
          "the pair \(line.words[0]) \(line.words[1]) stands here a second time; list every pair once")
      }
    }
  }

  /// `n m` and m lines; the number of variables and entries.
  static func readCounted(
    from lines: inout TextLines, isGraph: Bool = false
  ) throws(InstanceUnreadable) -> SymmetricTable {
    let header = try lines.next("n m, the numbers of variables and entries,")
    try header.expect(2...2, "n m, the numbers of variables and entries")
    var table = SymmetricTable(
      variables: try header.natural(0, below: variableLimit + 1, "the number of variables"))
    try table.read(header.natural(1, "the number of entries"), from: &lines, base: 1, isGraph: isGraph)
    return table
  }
}
