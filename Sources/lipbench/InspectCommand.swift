import ArgumentParser
import LipBench

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "What a network or problem file holds.",
    discussion: """
      EXAMPLES
        lipbench inspect net.onnx
        lipbench inspect net.nnet --json
        lipbench inspect graph.mc
      """)

  @Argument(help: "The network or problem file.")
  var network: String

  @Option(help: ArgumentHelp("ONNX: the tensor to take as the output.", valueName: "NAME"))
  var outputTensor: String?

  @Option(help: ArgumentHelp("What a problem file holds, where its name does not say.", valueName: "KIND"))
  var kind: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let hint = try kind.map { try ProblemKind.parse($0, "--kind") }
    guard try NetworkFile.isNetwork(network, kind: hint) else {
      let inspection = ProblemInspection(path: network, instance: try ProblemFile.read(network, kind: hint))
      print(json ? inspection.json : inspection.text)
      return
    }
    do {
      let inspection = try Inspection(path: network, outputTensor: outputTensor)
      print(json ? inspection.json : inspection.text)
    } catch let error as InputError {
      // What cannot be lowered to dense layers may be a graph all the same; if not, the first reader's words stand.
      guard let graph = try? GraphInspection(path: network, outputTensor: outputTensor) else { throw error }
      print(json ? graph.json : graph.text)
    }
  }
}
