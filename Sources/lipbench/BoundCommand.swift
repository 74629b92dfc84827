import ArgumentParser
import Foundation
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
        lipbench bound autolip resnet.onnx --domain box:0:1      # any .onnx graph, without lowering it
        lipbench bound greedy-seqlip alexnet.onnx --vectors 200
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
      "autolip: a function of one number x in place of a network, for example exp(-x^2/2).",
      discussion: "Functions: \(ScalarExpression.functionNames.joined(separator: ", ")).", valueName: "TEXT"
    ))
  var expression: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A constant of the expression, a decimal or a fraction, exactly.", valueName: "NAME=VALUE"))
  var constants: [String] = []

  @Flag(
    help: ArgumentHelp(
      "Bound an .onnx file's own graph.",
      discussion:
        "autolip, seqlip, greedy-seqlip and sampling can do without lowering the network to dense layers, and do so by themselves where "
        + "it cannot be lowered or is large."))
  var graph = false

  @Option(
    help: ArgumentHelp(
      "Graphs: singular vectors of each affine part for seqlip and greedy-seqlip.", valueName: "E"))
  var vectors = 200

  @Option(
    help: ArgumentHelp("Points on each side of a grid; by default four million in all.", valueName: "N"))
  var grid: Int?

  @OptionGroup var place: DomainOptions
  @OptionGroup var points: DataOptions
  @OptionGroup var search: SearchOptions
  @OptionGroup var proof: CertificateOptions

  private var methods: [any BoundMethod.Type] { dataMethods + comparedMethods + boundMethods }

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
    if graph {
      guard GraphBound.Method(rawValue: method) != nil else {
        throw ValidationError(
          "--graph is for \(GraphBound.Method.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      guard canBeGraph else {
        throw ValidationError("--graph is for norm 2, without --output, --certificate or --data")
      }
    }
    guard grid == nil || type == GridSearch.self else { throw ValidationError("--grid is for grid") }
    guard grid.map({ (1...20_000_000).contains($0) }) ?? true else {
      throw ValidationError("--grid must be from 1 to 20000000")
    }
    guard vectors >= 1 else { throw ValidationError("--vectors must be at least 1") }
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
    if let method = GraphBound.Method(rawValue: type.name), canBeGraph,
      let question = try GraphQuestion(network, place: place, isAsked: graph)
    {
      try run(method, question)
      return
    }
    var question = try place.question(network, search.settings(defaultTimeLimit: 60))
    question.gridPointsPerAxis = grid
    try points.add(to: &question)
    let (bound, certificate) = try CertifiedBound.run(
      type, question, certificate: try proof.request(network, place: place))
    print(search.json ? bound.json(question, certificate: certificate) : bound.text)
    if let certificate, !search.json { print(certificate.text) }
    try proof.require(certificate)
    if bound.isStopped { throw ExitCode(2) }
    if bound.value == nil { throw ExitCode(1) }
  }

  /// Whether what is asked makes sense for a graph.
  private var canBeGraph: Bool {
    place.norm == "2" && place.output == nil && proof.certificate == nil && points.data == nil
  }

  private func run(_ method: GraphBound.Method, _ question: GraphQuestion) throws {
    let limits = search.limits
    Interrupt.install()
    let settings = GraphBound.Settings(
      vectors: vectors, seed: limits.seed,
      timeLimit: limits.timeLimit ?? (method == .sampling ? 60 : nil),
      isInterrupted: { Interrupt.isRequested })
    let bar = ProgressBar(isQuiet: limits.quiet)
    let bound = try GraphBound(
      method, question.graph, name: question.name, notes: question.notes, domain: question.domain,
      settings: settings
    ) { bar.show($0.name, done: $0.done, of: $0.total) }
    bar.clear()
    print(limits.json ? bound.json : bound.text)
    if bound.isStopped { throw ExitCode(2) }
    if bound.value == nil { throw ExitCode(1) }
  }
}

/// An `.onnx` file to be bounded as the graph that it is.
private struct GraphQuestion {
  /// Entries of dense layers above which a network is not lowered.
  static let mostDenseEntries = 1 << 25

  let graph: ComputationGraph
  let name: String
  let notes: [String]
  let domain: Domain

  /// Nil where the network can be lowered to dense layers, and nobody asked for its graph.
  init?(_ path: String, place: DomainOptions, isAsked: Bool) throws {
    guard isAsked || path.lowercased().hasSuffix(".onnx") else { return nil }
    let (graph, notes) = try NetworkFile.readGraph(path, outputTensor: place.outputTensor)
    if !isAsked, graph.denseEntries <= Self.mostDenseEntries,
      (try? NetworkFile.read(path, outputTensor: place.outputTensor)) != nil
    {
      return nil
    }
    self.notes = notes
    let inputs = graph.nodes[0].shape.reduce(1, *)
    self.graph = graph
    name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    if let center = place.center, let radius = place.radius {
      domain = try DomainText.ball(center: center, radius: radius, inputs: inputs)
    } else if place.domain == "own" {
      throw InputError(file: path, "stores no input box", remedy: "use --domain all, box:LO:HI or a file")
    } else {
      domain = try DomainText.parse(place.domain, inputs: inputs)
    }
    guard domain == .all || domain.box != nil else {
      throw InputError(
        place: "--domain \(place.domain)", "is no box", remedy: "graphs are bounded on all of R^n or on a box"
      )
    }
  }
}
