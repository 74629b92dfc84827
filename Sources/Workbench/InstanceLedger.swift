import Bounds
import ExactArithmetic
import Foundation
import Generators
import Networks
import PatternSearch
import Problems
import QuadraticSearch
import Reductions

/// The library's ledger: one line for each instance, with what is known of it and the command that made it.
///
/// Tab-separated: file (from the library's folder), kind, size, question, lower, upper, known by, command. For a problem the
/// question is its sense and the two ends are exact fractions, equal where the optimum is proved; for a network the question is the
/// domain and the ends are doubles.
public struct InstanceLedger: Sendable {
  public struct Entry: Sendable {
    public var file: String
    public var kind: String
    public var size: String
    public var question: String
    public var lower: String
    public var upper: String
    public var knownBy: String
    public var command: String
  }

  public struct Outcome: Sendable {
    public var confirmed = 0
    public var unconfirmed = 0
    public var contradicted = 0

    public var count: Int { confirmed + unconfirmed + contradicted }

    public var summary: String {
      "\(confirmed) confirmed, \(unconfirmed) not confirmed in time, \(contradicted) contradicted"
    }
  }

  public let folder: String
  public let entries: [Entry]
  static let header = ["file", "kind", "size", "question", "lower", "upper", "known by", "command"]

  /// - Throws: `MissingFile`, or `InputError` with the line.
  public init(folder: String) throws {
    self.folder = folder
    let path = folder + "/ledger.tsv"
    let text = String(decoding: try InputFile.contents(path), as: UTF8.self)
    var entries: [Entry] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == Self.header.count else {
        throw InputError(
          file: path, place: "\(number + 1)", "the line has \(cells.count) columns",
          remedy: "the columns are \(Self.header.joined(separator: ", "))")
      }
      if number == 0 { continue }
      entries.append(
        Entry(
          file: cells[0], kind: cells[1], size: cells[2], question: cells[3], lower: cells[4],
          upper: cells[5],
          knownBy: cells[6], command: cells[7]))
    }
    self.entries = entries
  }

  public var text: String {
    var table = TextTable(
      header: ["file", "kind", "size", "question", "lower", "upper", "known by"],
      alignments: [.left, .left, .right, .left, .right, .right, .left])
    for entry in entries {
      table.rows.append([
        entry.file, entry.kind, entry.size, entry.question, entry.lower, entry.upper, entry.knownBy,
      ])
    }
    return table.lines().joined(separator: "\n")
  }

  /// Regenerates and re-solves, reporting a line for each entry.
  ///
  /// - Parameter only: entries whose file name contains this; nil for all.
  public func verify(
    only: String? = nil, timeLimit: Double, isInterrupted: @escaping @Sendable () -> Bool = { false },
    report: (String) -> Void
  ) throws -> Outcome {
    var outcome = Outcome()
    for entry in entries where only.map({ entry.file.contains($0) }) ?? true {
      if isInterrupted() { break }
      let start = ContinuousClock.now
      var verdict = try regenerated(entry)
      if case .confirmed = verdict { verdict = try solved(entry, timeLimit, isInterrupted) }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let (label, remark): (String, String)
      switch verdict {
      case .confirmed(let how):
        outcome.confirmed += 1
        (label, remark) = ("ok           ", how)
      case .unconfirmed(let why):
        outcome.unconfirmed += 1
        (label, remark) = ("NOT CONFIRMED", why)
      case .contradicted(let why):
        outcome.contradicted += 1
        (label, remark) = ("CONTRADICTED ", why)
      }
      report("\(label) \(secondsText(seconds).padded(to: 7))  \(entry.file)  \(entry.question)  \(remark)")
    }
    return outcome
  }

  private enum Verdict {
    case confirmed(String)
    case unconfirmed(String)
    case contradicted(String)
  }

  /// Whether the entry's `generate` or `reduce` command makes the file, byte for byte. Other commands are not run.
  private func regenerated(_ entry: Entry) throws -> Verdict {
    let words = entry.command.split(separator: " ").map(String.init)
    // Training takes minutes.
    guard words.count >= 3, words[0] == "lipbench", words[1] != "reproduce" else { return .confirmed("") }
    let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let copy = scratch.appendingPathComponent(URL(fileURLWithPath: entry.file).lastPathComponent).path
    switch words[1] {
    case "generate": try regenerate(Array(words.dropFirst(2))).write(to: copy)
    case "reduce":
      guard let option = words.firstIndex(of: "--to"), option + 1 < words.count,
        let kind = ProblemKind(rawValue: words[option + 1])
      else { return .contradicted("the command names no kind") }
      let reduction = try InstanceReduction(try ProblemFile.read(folder + "/" + words[2]), to: kind)
      _ = try InstanceFile.write(reduction.target, to: copy)
    default: return .contradicted("the command is not one that makes instances")
    }
    return try InputFile.contents(copy) == InputFile.contents(path(entry))
      ? .confirmed("") : .contradicted("the command makes another file")
  }

  /// FAMILY name=value … --seed S.
  private func regenerate(_ words: [String]) throws(InputError) -> GeneratedInstance {
    var seed: UInt64 = 0
    if let option = words.firstIndex(of: "--seed"), option + 1 < words.count {
      seed = UInt64(words[option + 1]) ?? 0
    }
    var parameters: [String: String] = [:]
    for word in words.dropFirst() where word.contains("=") {
      let parts = word.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { parameters[String(parts[0])] = String(parts[1]) }
    }
    return try generate(words[0], parameters: parameters, seed: seed)
  }

  private func path(_ entry: Entry) -> String { folder + "/" + entry.file }

  private func solved(
    _ entry: Entry, _ timeLimit: Double, _ isInterrupted: @escaping @Sendable () -> Bool
  ) throws -> Verdict {
    if try NetworkFile.isNetwork(path(entry)) { return try solvedNetwork(entry, timeLimit, isInterrupted) }
    let instance = try ProblemFile.read(path(entry))
    guard let lower = try? Rational.parseSigned(entry.lower),
      let upper = try? Rational.parseSigned(entry.upper)
    else {
      return .contradicted("the ledger's bounds are no numbers")
    }
    let problem = instance.problem
    if let wrong = mismatch(
      entry, kind: problem.kind.rawValue, size: "\(problem.variables)", question: problem.sense.rawValue)
    {
      return wrong
    }
    let settings = QuadraticSettings(timeLimit: timeLimit, isInterrupted: isInterrupted)
    let answer = try Maximization(instance, settings: settings)
    let found = answer.enclosure
    guard found.lower <= upper, lower <= found.upper else {
      return .contradicted("solved: [\(found.lower), \(found.upper)]")
    }
    if answer.isOptimal {
      return lower == upper
        ? .confirmed("solved again by \(answer.result.engine.rawValue)")
        : .confirmed("solved: the optimum is \(answer.value), sharper than the ledger")
    }
    if let planted = instance.planted, planted.value == lower, lower == upper {
      // Its proof is by construction; the reader has checked the planted solution's value.
      return .confirmed(
        answer.value == planted.value ? "planted, and found" : "planted; found \(answer.value)")
    }
    if lower < upper, lower <= found.lower, found.upper <= upper {
      return .confirmed("both ends found again, or better")
    }
    return .unconfirmed("found [\(found.lower), \(found.upper)]")
  }

  /// What the entry says of its file and the file does not.
  private func mismatch(_ entry: Entry, kind: String, size: String, question: String) -> Verdict? {
    let columns = [
      ("kind", entry.kind, kind), ("size", entry.size, size), ("question", entry.question, question),
    ]
    return columns.first { $0.1 != $0.2 }.map { .contradicted("\($0.0): the file's is \($0.2), not \($0.1)") }
  }

  private func solvedNetwork(
    _ entry: Entry, _ timeLimit: Double, _ isInterrupted: @escaping @Sendable () -> Bool
  ) throws -> Verdict {
    guard let lower = Double(entry.lower), let upper = Double(entry.upper) else {
      return .contradicted("the ledger's bounds are no numbers")
    }
    let network = try NetworkFile.read(path(entry))
    let widths = network.architecture
    if let wrong = mismatch(entry, kind: "network", size: widths, question: entry.question) { return wrong }
    let settings = SearchSettings(timeLimit: timeLimit, isInterrupted: isInterrupted)
    let exact = try ExactConstant(
      try BoundQuestion(
        network, domain: try DomainText.parse(entry.question, inputs: network.inputs), settings: settings))
    let found = exact.result.enclosure
    guard found.lower <= upper, lower <= found.upper else {
      return .contradicted("solved: [\(found.lower), \(found.upper)]")
    }
    if exact.result.isOptimal, upper - lower > 2 * settings.relativeGap * upper {
      return .confirmed("solved: [\(found.lower), \(found.upper)], sharper than the ledger")
    }
    return exact.result.isOptimal
      ? .confirmed("solved again by \(exact.result.engine.rawValue)")
      : .unconfirmed("found [\(found.lower), \(found.upper)]")
  }
}

extension String {
  func padded(to width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }
}
