import ArgumentParser
import LipBench

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "What a network file holds: layers, sizes, box, notes.",
    discussion: """
      EXAMPLES
        lipbench inspect net.onnx
        lipbench inspect net.nnet --json
      """)

  @Argument(help: "The network: a .json, .nnet or .onnx file.")
  var network: String

  @Option(help: ArgumentHelp("ONNX: the tensor to take as the output.", valueName: "NAME"))
  var outputTensor: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let inspection = try Inspection(path: network, outputTensor: outputTensor)
    print(json ? inspection.json : inspection.text)
  }
}
