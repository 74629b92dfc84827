import ArgumentParser
import CertificateKernel
import Foundation

@main
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lipbench-check",
    abstract: "Checks a certificate against an instance file in exact arithmetic.",
    discussion: """
      The instance comes from its own file alone; the certificate says what is claimed of it (norm, domain, patterns) and \
      proves it: read the statement. This program shares no parser, \
      solver or floating-point library with lipbench, and no number in it is rounded in favour of a claim.

      Exit codes: 0 accepted, and the statements printed are proved; 1 rejected, with the line, the rule and the reason; \
      64 usage; 65 unreadable instance or certificate; 66 no such file.

      EXAMPLES
        lipbench exact net.json --certificate net.cert
        lipbench-check net.json net.cert
        lipbench-check G1 G1.cert --json
        lipbench-check graph.txt graph.cert --kind max-cut
      """,
    version: "lipbench-check 0.1.0, certificate format 1")

  @Argument(help: "The network or problem, as the user has it.")
  var instance: String

  @Argument(help: "The certificate, one step a line.")
  var certificate: String

  @Option(
    help: ArgumentHelp(
      "What the instance holds, where its name does not say: max-cut, qubo …", valueName: "KIND"))
  var kind: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print the proved statements only.")
  var quiet = false

  private static let kinds = ["network", "lip-cst", "max-cut", "ising", "qubo", "qcmh", "partition"]

  func validate() throws {
    guard kind.map(Self.kinds.contains) ?? true else {
      throw ValidationError("--kind is one of \(Self.kinds.joined(separator: ", "))")
    }
  }

  func run() throws {
    let start = Date()
    let bytes = try CheckedFile.open(instance).contents()
    let proof = try CheckedFile.open(certificate)
    guard !bytes.starts(with: Array("lipbench-certificate".utf8)) else {
      throw Failure(
        "\(instance): is a certificate; give the instance first and the certificate after it", code: 65)
    }
    let question: Instance
    do throws(InstanceUnreadable) {
      question = try Instance.read(bytes, name: instance, kind: kind)
    } catch {
      let place = error.place.hasPrefix("line ") ? String(error.place.dropFirst(5)) : error.place
      throw Failure("\(instance):\(place.isEmpty ? "" : "\(place):") \(error.reason)", code: 65)
    }
    var checker = CertificateChecker(instance: question)
    do {
      var size = 0
      while true {
        let piece = try proof.read()
        if piece.isEmpty { break }
        size += piece.count
        try checker.check(bytes: piece)
      }
      let verdict = try checker.finish()
      accepted(verdict, bytes: size, seconds: Date().timeIntervalSince(start))
    } catch let error as CertificateRejected {
      rejected(line: error.line, rule: error.rule, error.reason)
      throw ExitCode(1)
    }
  }

  // MARK: Results

  private func accepted(_ verdict: CertificateVerdict, bytes: Int, seconds: Double) {
    if json {
      let rules = verdict.counts.map { "\(JSONOutput.quoted($0.rule)):\($0.count)" }.joined(separator: ",")
      let statements = verdict.statements.map(JSONOutput.quoted).joined(separator: ",")
      print(
        "{\"accepted\":true,\"statements\":[\(statements)],\"rules\":{\(rules)},\"lines\":\(verdict.lines),"
          + "\"bytes\":\(bytes),\"seconds\":\(String(format: "%.3f", seconds))}")
      return
    }
    for statement in verdict.statements { print("proved: \(statement)") }
    if quiet { return }
    let width = verdict.counts.map(\.rule.count).max() ?? 0
    let digits = verdict.counts.map { "\($0.count)".count }.max() ?? 0
    for (rule, count) in verdict.counts {
      let number = "\(count)"
      print(
        "  \(rule)\(String(repeating: " ", count: width - rule.count + 2))"
          + "\(String(repeating: " ", count: digits - number.count))\(number)")
    }
    print("\(verdict.lines) lines, \(bytes) bytes, \(String(format: "%.3f", seconds)) s")
  }

  private func rejected(line: Int, rule: String, _ reason: String) {
    guard json else {
      let word = rule.isEmpty ? "" : " (\(rule))"
      print(JSONOutput.oneLine("rejected: \(certificate):\(line)\(word): \(reason)"))
      return
    }
    print(
      "{\"accepted\":false,\"line\":\(line),\"rule\":\(JSONOutput.quoted(rule)),"
        + "\"reason\":\(JSONOutput.quoted(reason))}")
  }

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as Failure {
      FileHandle.standardError.write(Data((JSONOutput.oneLine(error.line) + "\n").utf8))
      Foundation.exit(error.code)
    } catch {
      exit(withError: error)
    }
  }
}

/// A file that could not be used: one line on standard error, and the exit code.
struct Failure: Error {
  let line: String
  let code: Int32

  init(_ line: String, code: Int32) {
    self.line = line
    self.code = code
  }
}

enum JSONOutput {
  static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\u{0}"..<" ": String(format: "\\u%04x", scalar.value)
      default: String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }

  /// `text` without line breaks and control characters, which file names and certificates may hold.
  static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}
