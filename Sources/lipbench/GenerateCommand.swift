import ArgumentParser
import Foundation
import LipBench

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Make an instance of a family: hard problems with and without planted optima, and networks.",
    discussion: """
      The same family, parameters and seed give the same file everywhere. Planted optima are stored in .json files, with
      the reason why nothing is better.

      EXAMPLES
        lipbench generate --list
        lipbench generate wishart n=40 alpha=0.5 --seed 1 -o wishart.json
        lipbench generate g05 n=60 --seed 5 -o g05_60.mc
        lipbench generate gaussian-network widths=10-20-20-1 --seed 2 -o net.onnx
      """)

  @Argument(help: "The family's name.")
  var family: String?

  @Argument(help: "Its parameters; defaults for those not given.")
  var parameters: [String] = []

  @Option(help: "The seed.")
  var seed: UInt64 = 0

  @Option(
    name: [.short, .customLong("output-file")], help: ArgumentHelp("The file to write.", valueName: "FILE"))
  var output: String?

  @Flag(help: "List the families with their parameters.")
  var list = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard list || (family != nil && output != nil) else {
      throw ValidationError("name a family and give -o FILE, or give --list")
    }
    for parameter in parameters where !parameter.contains("=") {
      throw ValidationError("“\(parameter)” is no parameter: write name=value")
    }
  }

  func run() throws {
    guard !list, let family, let output else {
      print(json ? FamilyTable.json : FamilyTable.text)
      return
    }
    var values: [String: String] = [:]
    for parameter in parameters {
      let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard values.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else {
        throw ValidationError("the parameter \(parts[0]) is given twice")
      }
    }
    let instance = try generate(family, parameters: values, seed: seed)
    for note in try instance.write(to: output) { Terminal.note("note: \(note)") }
    print(json ? instance.json(file: output) : instance.text(file: output))
  }
}

struct InstancesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "instances",
    abstract: "The instance library: list it, regenerate and re-solve it, or certify it.",
    subcommands: [List.self, Verify.self, Certify.self])

  struct Folder: ParsableArguments {
    @Option(help: ArgumentHelp("The library's folder.", valueName: "FOLDER"))
    var folder = "instances"
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the ledger as a table.")
    @OptionGroup var place: Folder

    func run() throws { print(try InstanceLedger(folder: place.folder).text) }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Regenerate every generated instance, solve everything again, and compare with the ledger.",
      discussion: """
        Exit code 1 where a file differs from what its command makes, or a result contradicts the ledger; 2 where a time
        limit left an entry unconfirmed.

        EXAMPLES
          lipbench instances verify
          lipbench instances verify --only wishart --time-limit 60
        """)
    @OptionGroup var place: Folder

    @Option(help: ArgumentHelp("Only entries whose file name contains this.", valueName: "TEXT"))
    var only: String?

    @Option(help: ArgumentHelp("Seconds for each entry.", valueName: "seconds"))
    var timeLimit = 60.0

    func run() throws {
      Interrupt.install()
      let ledger = try InstanceLedger(folder: place.folder)
      let outcome = try ledger.verify(
        only: only, timeLimit: timeLimit, isInterrupted: { Interrupt.isRequested }, report: { print($0) })
      guard outcome.count > 0 || Interrupt.isRequested else {
        throw ValidationError("no file of the ledger has “\(only ?? "")” in its name")
      }
      print(outcome.summary)
      if outcome.contradicted > 0 { throw ExitCode(1) }
      if outcome.unconfirmed > 0 { throw ExitCode(2) }
    }
  }

  struct Certify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Solve every instance with its certificate, have the checker read it, and print sizes and times.",
      discussion: """
        Seconds are CPU seconds: of the engine that auto takes, of the same engine as with a certificate, of the same
        writing one, and of the checker. Exit code 1 where a certificate is rejected, 2 where a time limit left a gap.

        EXAMPLES
          lipbench instances certify
          lipbench instances certify --only networks --keep certificates
        """)
    @OptionGroup var place: Folder

    @Option(help: ArgumentHelp("Only entries whose file name contains this.", valueName: "TEXT"))
    var only: String?

    @Option(help: ArgumentHelp("Seconds for each search.", valueName: "seconds"))
    var timeLimit = 60.0

    @Option(help: ArgumentHelp("Keep the certificates in this folder.", valueName: "FOLDER"))
    var keep: String?

    @Flag(inversion: .prefixedNo, help: "Solve without certificates, too, to compare the times.")
    var compare = true

    @Flag(help: "Print one JSON array.")
    var json = false

    func run() throws {
      Interrupt.install()
      if let keep { try FileManager.default.createDirectory(atPath: keep, withIntermediateDirectories: true) }
      let certification = InstanceCertification(
        ledger: try InstanceLedger(folder: place.folder), timeLimit: timeLimit, compares: compare)
      var rows: [InstanceCertification.Row] = []
      let report: (InstanceCertification.Row) -> Void = { row in
        rows.append(row)
        Terminal.note(
          "\(row.isAccepted ? "accepted" : "REJECTED")  \(row.file)  \(row.question)  \(row.statement)")
      }
      try certification.run(
        only: only, keep: keep, isInterrupted: { Interrupt.isRequested }, report: report)
      guard !rows.isEmpty || Interrupt.isRequested else {
        throw ValidationError("no file of the ledger has “\(only ?? "")” in its name")
      }
      print(json ? InstanceCertification.json(rows) : InstanceCertification.text(rows))
      if rows.contains(where: { !$0.isAccepted }) { throw ExitCode(1) }
      if rows.contains(where: { !$0.isSolved }) { throw ExitCode(2) }
    }
  }
}
