import ArgumentParser
import LipBench

struct BoundCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bound",
    abstract: "One bound of a network; --list shows the methods.",
    discussion: """
      EXAMPLES
        lipbench bound --list
        lipbench bound seqlip net.json
        lipbench bound lipsdp-neuron net.onnx --json
        lipbench bound autolip net.json --certificate net.cert
        lipbench bound autolip --expression "softplus(x/2) + abs(x/2 - w*sin(x))" --set w=3/4
        lipbench bound dataset net.json --data points.csv      # the largest Jacobian at the points of a file
        lipbench bound cell-walk net.json --data points.csv    # walks from the best of them, too

      Ctrl-C and --time-limit stop a method; what it has by then is printed (exit code 2).
      """)

  @Flag(help: "List the methods with what they are and where they come from.")
  var list = false

  @Argument(help: "The method's name.")
  var method: String?

  @Argument(help: "The network: a .json, .nnet or .onnx file.")
  var network: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "autolip: a function of one number x in place of a network, for example exp(-x*x/2).", valueName: "TEXT"
    ))
  var expression: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A constant of the expression, a decimal or a fraction, exactly.", valueName: "NAME=VALUE"))
  var constants: [String] = []

  @OptionGroup var place: DomainOptions
  @OptionGroup var points: DataOptions
  @OptionGroup var search: SearchOptions
  @OptionGroup var proof: CertificateOptions

  private var methods: [any BoundMethod.Type] { dataMethods + boundMethods }

  func validate() throws {
    if list { return }
    guard let method else { throw ValidationError("name a method and a network, or give --list") }
    guard let type = methods.first(where: { $0.name == method }) else {
      throw ValidationError(
        "unknown method \(method); the methods are \(methods.map { $0.name }.joined(separator: ", "))")
    }
    if expression != nil {
      guard method == AutoLip.name, network == nil, points.data == nil, proof.certificate == nil else {
        throw ValidationError("--expression is for autolip, without a network, --data or --certificate")
      }
      return
    }
    guard constants.isEmpty else { throw ValidationError("--set is for --expression") }
    guard network != nil else { throw ValidationError("name a network file after the method") }
    let needsData = dataMethods.contains { $0 == type }
    guard !needsData || points.data != nil else { throw ValidationError("\(method) needs --data FILE") }
    guard points.data == nil || needsData || type == CellWalk.self else {
      throw ValidationError("--data is for the methods \(Dataset.name) and \(CellWalk.name)")
    }
  }

  func run() throws {
    if list {
      print(methodList())
      return
    }
    if let expression {
      let bound = try ExpressionBound(expression, constants: constants, domain: place.domain)
      print(search.json ? bound.json : bound.text)
      if bound.value == nil { throw ExitCode(1) }
      return
    }
    guard let network, let type = methods.first(where: { $0.name == method }) else { return }
    var question = try place.question(network, search.settings(defaultTimeLimit: 60))
    try points.add(to: &question)
    let (bound, certificate) = try CertifiedBound.run(
      type, question, certificate: try proof.request(network, place: place))
    print(search.json ? bound.json(question, certificate: certificate) : bound.text)
    if let certificate, !search.json { print(certificate.text) }
    try proof.require(certificate)
    if bound.isStopped { throw ExitCode(2) }
    if bound.value == nil { throw ExitCode(1) }
  }
}
