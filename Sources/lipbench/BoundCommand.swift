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
      """)

  @Flag(help: "List the methods with what they are and where they come from.")
  var list = false

  @Argument(help: "The method's name.")
  var method: String?

  @Argument(help: "The network: a .json, .nnet or .onnx file.")
  var network: String?

  @OptionGroup var place: DomainOptions
  @OptionGroup var search: SearchOptions
  @OptionGroup var proof: CertificateOptions

  func validate() throws {
    if list { return }
    guard let method else { throw ValidationError("name a method and a network, or give --list") }
    guard boundMethods.contains(where: { $0.name == method }) else {
      throw ValidationError(
        "unknown method \(method); the methods are \(boundMethods.map { $0.name }.joined(separator: ", "))")
    }
    guard network != nil else { throw ValidationError("name a network file after the method") }
  }

  func run() throws {
    if list {
      print(methodList())
      return
    }
    guard let network, let type = boundMethods.first(where: { $0.name == method }) else { return }
    let question = try place.question(network, search.settings(defaultTimeLimit: 60))
    let (bound, certificate) = try CertifiedBound.run(
      type, question, certificate: try proof.request(network, place: place))
    print(search.json ? bound.json(question, certificate: certificate) : bound.text)
    if let certificate, !search.json { print(certificate.text) }
    try proof.require(certificate)
    if bound.value == nil { throw ExitCode(1) }
  }
}
