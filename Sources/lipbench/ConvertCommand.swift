import ArgumentParser
import LipBench

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a network in another format, by file ending.",
    discussion: """
      EXAMPLES
        lipbench convert net.onnx net.json
        lipbench convert net.json net.nnet
      """)

  @Argument(help: "The network to read.")
  var input: String

  @Argument(help: "The file to write: .json, .nnet or .onnx.")
  var output: String

  @Option(help: ArgumentHelp("ONNX: the tensor to take as the output.", valueName: "NAME"))
  var outputTensor: String?

  func run() throws {
    let network = try NetworkFile.read(input, outputTensor: outputTensor)
    for note in network.notes { Terminal.note("note: \(note)") }
    if network.inputBox != nil, output.lowercased().hasSuffix(".onnx") {
      Terminal.note("note: .onnx has no place for the input box; it is not written")
    }
    try NetworkFile.write(network, to: output)
  }
}
