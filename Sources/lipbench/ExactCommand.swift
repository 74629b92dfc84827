import ArgumentParser
import LipBench

struct ExactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exact",
    abstract: "The exact Lipschitz constant, as an enclosure with a witness.",
    discussion: """
      Ctrl-C, --time-limit and --node-limit stop the search; the enclosure found so far is printed (exit code 2).

      EXAMPLES
        lipbench exact net.json --explain
        lipbench exact net.onnx --domain box:-1:1 --time-limit 60
        lipbench exact net.json --patterns free          # FGL, Eq. (7) of the paper
        lipbench exact net.json --domain data:points.csv      # on the smallest box that holds the points
        lipbench exact net.json --data points.csv        # starts from the best of the points
      """)

  @OptionGroup var network: NetworkOptions
  @OptionGroup var search: SearchOptions
  @OptionGroup var checkpoint: CheckpointOptions
  @OptionGroup var proof: CertificateOptions
  @OptionGroup var points: DataOptions

  @Option(help: ArgumentHelp("attainable (the constant) or free (FGL).", valueName: "patterns"))
  var patterns = "attainable"

  @Flag(help: "Say which engine was taken, and why.")
  var explain = false

  func validate() throws {
    guard ExactConstant.Patterns(rawValue: patterns) != nil else {
      throw ValidationError("--patterns \(patterns): use attainable or free")
    }
    guard points.data == nil || patterns == "attainable" else {
      throw ValidationError(
        "--data starts a search of attainable patterns; leave out one of --data and --patterns")
    }
  }

  func run() throws {
    var question = try network.question(search.settings(checkpoint: checkpoint))
    try points.add(to: &question)
    let exact = try ExactConstant(
      question, patterns: ExactConstant.Patterns(rawValue: patterns) ?? .attainable,
      certificate: try proof.request(network.network, place: network.place, checkpoint: checkpoint),
      sink: search.sink)
    for warning in exact.result.warnings { Terminal.note("warning: \(warning)") }
    checkpoint.note(exact.result.engine.keepsTree, engine: exact.result.engine.rawValue)
    print(search.json ? exact.json : exact.text(explain: explain))
    try proof.require(exact.certificate)
    if !exact.result.isOptimal { throw ExitCode(2) }
  }
}
