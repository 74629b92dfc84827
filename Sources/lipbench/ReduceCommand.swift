import ArgumentParser
import LipBench

struct ReduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reduce",
    abstract: "Write a problem as one of another kind, with the exact value law.",
    discussion: """
      The target's format follows the ending of FILE: .json for any kind but milp; .mc for max-cut; .qubo, .sparse and
      .qplib for qubo; .onnx and .nnet for lip-cst (a network, for any other tool); .lp and .mps for milp.
      --map writes the way back, for `lipbench invert`. A threshold of the source, in its file or by an
      option, becomes one of the target.

      EXAMPLES
        lipbench reduce graph.mc --to lip-cst -o net.onnx --map back.json
        lipbench reduce problem.qubo --to milp -o problem.mps
        lipbench reduce graph.mc --to lip-cst --at-most 12 -o question.json
      """)

  @OptionGroup var file: ProblemOptions

  @Option(help: ArgumentHelp("The kind to reduce to.", valueName: "KIND"))
  var to: String

  @Option(help: ArgumentHelp("A kind to pass through.", valueName: "KIND"))
  var via: String?

  @Option(
    name: [.short, .customLong("output-file")],
    help: ArgumentHelp("Where to write the target.", valueName: "FILE"))
  var output: String

  @Option(help: ArgumentHelp("Where to write the way back.", valueName: "MAP"))
  var map: String?

  @OptionGroup var question: ThresholdOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    _ = try ProblemKind.parse(to, "--to")
    if let via { _ = try ProblemKind.parse(via, "--via") }
  }

  func run() throws {
    let instance = try file.read()
    let target = try ProblemKind.parse(to, "--to")
    let reduction = try InstanceReduction(
      instance, to: target, via: via.map { try ProblemKind.parse($0, "--via") },
      threshold: question.aboutOptimum(of: instance.problem.kind))
    if let map { try TextFile.checkIsWritable(map) }
    for note in try reduction.notes + InstanceFile.write(reduction.target, to: output) {
      Terminal.note("note: \(note)")
    }
    if let map { try reduction.map.write(to: map) }
    print(json ? reduction.json : reduction.text)
  }
}

struct InvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invert",
    abstract: "Carry a solution of a reduced problem back to its source.",
    discussion: """
      EXAMPLES
        lipbench exact net.onnx --json > answer.json && lipbench invert back.json answer.json
      """)

  @Argument(help: "The map that `lipbench reduce --map` wrote.")
  var map: String

  @Argument(help: "The solution: numbers, a JSON list, or the output of --json.")
  var solution: String

  func run() throws {
    let map = try SolutionMapFile.read(self.map)
    let source = try map.invert(try SolutionFile.read(solution), file: solution)
    print("[" + source.map { $0.description }.joined(separator: ", ") + "]")
  }
}

struct ReductionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reductions",
    abstract: "The graph of reductions, with value and size laws.",
    discussion: """
      EXAMPLES
        lipbench reductions
        lipbench reductions --graphviz | dot -Tsvg -o reductions.svg
      """)

  @Flag(help: "Print a digraph for Graphviz.")
  var graphviz = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() {
    print(graphviz ? ReductionTable.graphviz : json ? ReductionTable.json : ReductionTable.text)
  }
}
