import ExactArithmetic
import Networks

/// How one format lists entries `i j q`.
struct EntryForm {
  /// What an entry is called in messages: `edge`, `entry`.
  let noun: String
  /// The first index: 0 or 1.
  let base: Int
  var allowsDiagonal = true
  /// Whether `i j` alone means the coefficient 1.
  var allowsUnitWeight = false

  /// Reads `count` lines into `entries`; line `header` promised them.
  func read(
    _ count: Int, from lines: inout FormatLines, header: Int, into entries: inout SymmetricEntries
  ) throws(InputError) {
    for index in 0..<count {
      guard let line = lines.next() else {
        throw InputError(
          place: "\(header)", "the line promises \(count) lines “\(form)” but the file has \(index)",
          remedy: "correct the count, or complete the file")
      }
      try add(line, to: &entries)
    }
  }

  /// Reads one line into `entries`.
  func add(_ line: FormatLines.Line, to entries: inout SymmetricEntries) throws(InputError) {
    try line.expect((allowsUnitWeight ? 2 : 3)...3, form: form)
    let i = try self.index(line, 0, variables: entries.variables)
    let j = try self.index(line, 1, variables: entries.variables)
    guard i != j || allowsDiagonal else {
      throw line.failure(
        "the \(noun) joins \(line.words[0]) to itself", remedy: "remove it: a loop is never cut")
    }
    let coefficient = line.words.count == 3 ? try line.number(2) : 1
    if let earlier = entries.add(i, j, coefficient, place: line.number) {
      throw line.failure(
        "the \(noun) \(line.words[0]) \(line.words[1]) stands in line \(earlier) already",
        remedy: "list every pair once, in one order")
    }
  }

  private var form: String { allowsUnitWeight ? "i j or i j w" : "i j q" }

  private func index(_ line: FormatLines.Line, _ word: Int, variables: Int) throws(InputError) -> Int {
    let index = try line.natural(word, "an index")
    guard index >= base, index - base < variables else {
      throw line.failure(
        "the index \(line.words[word].prefix(30)) is out of range",
        remedy: variables == 0
          ? "the file promises no variables" : "indices go from \(base) to \(variables - 1 + base)")
    }
    return index - base
  }
}
