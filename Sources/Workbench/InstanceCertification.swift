import Bounds
import CertificateKernel
import Certificates
import ExactArithmetic
import Foundation
import Networks
import PatternSearch
import Problems
import QuadraticSearch

/// Every entry of the library's ledger solved with its certificate, which the checker accepts or not.
public struct InstanceCertification: Sendable {
  /// One entry. Seconds are CPU seconds of this process.
  public struct Row: Sendable, Encodable {
    public var file: String
    public var question: String
    /// Whether the search closed the gap.
    public var isSolved: Bool
    public var isAccepted: Bool
    /// What was proved, or why nothing was.
    public var statement: String
    public var lines: Int
    public var bytes: Int
    /// Of the engine that would be taken without a certificate; nil where it was not run.
    public var plainSeconds: Double?
    /// Of the same engine as with a certificate, writing none; nil where it was not run.
    public var solveSeconds: Double?
    public var certifySeconds: Double
    public var checkSeconds: Double
  }

  public let ledger: InstanceLedger
  public let timeLimit: Double
  /// Whether each entry is solved without a certificate, too.
  public let compares: Bool

  /// - Parameter timeLimit: seconds for each search.
  public init(ledger: InstanceLedger, timeLimit: Double, compares: Bool) {
    self.ledger = ledger
    self.timeLimit = timeLimit
    self.compares = compares
  }

  /// - Parameters:
  ///   - only: entries whose file name contains this; nil for all.
  ///   - keep: a folder for the certificates; nil to throw them away.
  public func run(
    only: String? = nil, keep: String? = nil, isInterrupted: @escaping @Sendable () -> Bool = { false },
    report: (Row) -> Void
  ) throws {
    let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    for entry in ledger.entries where only.map({ entry.file.contains($0) }) ?? true {
      if isInterrupted() { return }
      let name = (entry.file + "-" + entry.question)
        .map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." ? String($0) : "-" }.joined()
      let target = (keep ?? scratch.path) + "/" + name + ".cert"
      let request = CertificateRequest(path: target, instance: ledger.folder + "/" + entry.file)
      report(try row(entry, request, isInterrupted))
      if keep == nil { try? FileManager.default.removeItem(atPath: target) }
    }
  }

  private func row(
    _ entry: InstanceLedger.Entry, _ request: CertificateRequest,
    _ isInterrupted: @escaping @Sendable () -> Bool
  ) throws -> Row {
    let solve: (_ engine: String?, _ request: CertificateRequest?) throws -> Answer
    if try NetworkFile.isNetwork(request.instance) {
      let network = try NetworkFile.read(request.instance)
      let domain = try DomainText.parse(
        ["maximize", "minimize"].contains(entry.question) ? "all" : entry.question, inputs: network.inputs)
      solve = { engine, request in
        let settings = SearchSettings(
          engine: engine.flatMap { Engine(rawValue: $0) }, timeLimit: timeLimit, isInterrupted: isInterrupted)
        let exact = try ExactConstant(
          try BoundQuestion(network, domain: domain, settings: settings), certificate: request)
        return (exact.result.isOptimal, exact.result.engine.rawValue, exact.certificate)
      }
    } else {
      let instance = try ProblemFile.read(request.instance)
      solve = { engine, request in
        let settings = QuadraticSettings(
          engine: engine.flatMap { QuadraticEngine(rawValue: $0) }, timeLimit: timeLimit,
          isInterrupted: isInterrupted)
        let answer = try Maximization.solve(instance, settings: settings, certificate: request)
        return (answer.isOptimal, answer.result.engine.rawValue, answer.certificate)
      }
    }
    let (answer, both) = try cpuTimed { try solve(nil, request) }
    // Once more, to know its part in both.
    let (check, checking) = try cpuTimed {
      try CertificateCheck(
        instance: request.instance, kind: nil, certificate: answer.certificate?.path ?? request.path)
    }
    var plain: Double?
    var same: Double?
    if compares {
      plain = try cpuTimed { try solve(nil, nil) }.1
      same = try cpuTimed { try solve(answer.engine, nil) }.1
    }
    return Row(
      file: entry.file, question: entry.question, isSolved: answer.isSolved,
      isAccepted: check.verdict != nil,
      statement: check.reason ?? check.verdict?.statements.joined(separator: "; ") ?? "",
      lines: check.verdict?.lines ?? 0, bytes: check.bytes, plainSeconds: plain, solveSeconds: same,
      certifySeconds: max(0, both - checking), checkSeconds: checking)
  }

  private typealias Answer = (isSolved: Bool, engine: String, certificate: CertificateReport?)

  public static func text(_ rows: [Row]) -> String {
    var table = TextTable(
      header: [
        "file", "question", "solved", "accepted", "auto s", "solve s", "with proof s", "check s", "lines",
        "bytes",
      ],
      alignments: [.left, .left, .left, .left, .right, .right, .right, .right, .right, .right])
    for row in rows {
      table.rows.append([
        row.file, row.question, row.isSolved ? "yes" : "no", row.isAccepted ? "yes" : "NO",
        row.plainSeconds.map(secondsText) ?? "–", row.solveSeconds.map(secondsText) ?? "–",
        secondsText(row.certifySeconds), secondsText(row.checkSeconds), "\(row.lines)", "\(row.bytes)",
      ])
    }
    return table.lines().joined(separator: "\n")
  }

  public static func json(_ rows: [Row]) -> String { JSONReport.text(rows) }
}
