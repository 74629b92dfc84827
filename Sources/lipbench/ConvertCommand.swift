import ArgumentParser
import LipBench

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a network or a problem in another format, by file ending.",
    discussion: """
      EXAMPLES
        lipbench convert net.onnx net.json
        lipbench convert net.json net.nnet
        lipbench convert graph.mc graph.json
      """)

  @Argument(help: "The network or problem to read.")
  var input: String

  @Argument(
    help: "The file to write: .json, .nnet or .onnx; for problems .json, .mc, .sparse, .qubo, .bqp or .qplib."
  )
  var output: String

  @Option(help: ArgumentHelp("What a problem file holds, where its name does not say.", valueName: "KIND"))
  var kind: String?

  @Option(help: ArgumentHelp("Which problem of an OR-Library file, from 1.", valueName: "NUMBER"))
  var problem: Int?

  @Option(help: ArgumentHelp("ONNX: the tensor to take as the output.", valueName: "NAME"))
  var outputTensor: String?

  func run() throws {
    let hint = try kind.map { try ProblemKind.parse($0, "--kind") }
    guard try NetworkFile.isNetwork(input, kind: hint) else {
      let instance = try ProblemFile.read(input, kind: hint, problem: problem)
      for note in instance.notes { Terminal.note("note: \(note)") }
      for note in try InstanceFile.write(instance, to: output) { Terminal.note("note: \(note)") }
      return
    }
    let network = try NetworkFile.read(input, outputTensor: outputTensor)
    for note in network.notes { Terminal.note("note: \(note)") }
    if network.inputBox != nil, output.lowercased().hasSuffix(".onnx") {
      Terminal.note("note: .onnx has no place for the input box; it is not written")
    }
    try NetworkFile.write(network, to: output)
  }
}
