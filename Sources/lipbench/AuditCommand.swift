import ArgumentParser
import LipBench

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Every bound side by side with the exact constant, and where the gap comes from.",
    discussion: """
      EXAMPLES
        lipbench audit net.json
        lipbench audit net.onnx --domain box:0:1 --time-limit 10
        lipbench audit net.nnet --domain own --json > audit.json
        lipbench audit net.json --html audit.html
        lipbench audit net.json --domain data:points.csv --data points.csv      # with the bound of the data set
      """)

  @OptionGroup var network: NetworkOptions
  @OptionGroup var search: SearchOptions
  @OptionGroup var proof: CertificateOptions
  @OptionGroup var points: DataOptions

  @Option(
    help: ArgumentHelp("Write the audit as one page, with the waterfall as a picture.", valueName: "FILE"))
  var html: String?

  func validate() throws {
    guard html == nil || html != proof.certificate else {
      throw ValidationError("--html and --certificate name one file; give two")
    }
  }

  func run() throws {
    var question = try network.question(search.settings(defaultTimeLimit: 60))
    try points.add(to: &question)
    let audit = try Audit(
      question, certificate: try proof.request(network.network, place: network.place), sink: search.sink,
      progress: { if !search.limits.quiet { Terminal.note("running \($0)") } })
    if let html {
      let version = LipBenchCommand.configuration.version.split(separator: "\n").joined(separator: "; ")
      try TextFile.write(audit.html(version: version), to: html)
    }
    print(search.json ? audit.json : audit.text)
    if let certificate = audit.certificate, !search.json { print(certificate.text) }
    try proof.require(audit.certificate)
    if !audit.isConsistent { throw ExitCode(1) }
    if !audit.exact.result.isOptimal { throw ExitCode(2) }
  }
}
