import ArgumentParser
import Foundation
import LipBench

/// Which network, on which domain.
struct NetworkOptions: ParsableArguments {
  @Argument(
    help: "The network: a .json, .nnet or .onnx file.", completion: .file(extensions: NetworkFile.endings))
  var network: String

  @OptionGroup var place: DomainOptions

  func question(_ settings: SearchSettings) throws -> BoundQuestion {
    try place.question(network, settings)
  }
}

/// How domains are written.
let domainHelp = ArgumentHelp(
  "Where the inputs range.",
  discussion:
    "all (of R^n); box:LO:HI for every input; own, the box stored in the network's file; polytope:FILE, a row "
    + "“a_1 … a_n b” a line for a·x ≤ b; data:FILE, the smallest box that holds all points of a data file; a .vnnlib file, "
    + "for its box of the inputs; or a file with one line “lo hi” an input.",
  valueName: "all|box:LO:HI|own|polytope:FILE|data:FILE|FILE")

/// The domain and the norm.
struct DomainOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: domainHelp)
  var domain = "all"

  @Option(help: ArgumentHelp("Use a box around the point in this file, with --radius.", valueName: "FILE"))
  var center: String?

  @Option(parsing: .unconditional, help: "The half-width of the box around --center.")
  var radius: Double?

  @Option(help: ArgumentHelp("ONNX: the tensor to take as the output.", valueName: "NAME"))
  var outputTensor: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The norm of inputs and outputs.",
      discussion:
        "2, 1 or inf on both sides; or P:Q for sup ‖Jv‖_Q / ‖v‖_P, of which 1:inf (the largest |J_ij|), 1:2 and 2:inf "
        + "are computed.", valueName: "norm"))
  var norm = "2"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("One output, or the difference of two, counted from 0.", valueName: "i|i-j"))
  var output: String?

  func validate() throws {
    guard OperatorNorm(norm) != nil else {
      throw ValidationError("--norm \(norm): use \(OperatorNorm.all.map(\.name).joined(separator: ", "))")
    }
    if let output, OutputChoice(output) == nil {
      throw ValidationError("--output \(output): write i or i-j, outputs counted from 0")
    }
    guard (center == nil) == (radius == nil) else {
      throw ValidationError("--center and --radius go together")
    }
    if let radius, !(radius > 0 && radius.isFinite) {
      throw ValidationError("--radius must be a finite number above 0")
    }
    guard center == nil || domain == "all" else {
      throw ValidationError("give --domain or --center, not both")
    }
    try Self.check(domain)
  }

  static func check(_ domain: String) throws {
    guard domain != "" else { throw ValidationError("--domain is empty") }
    guard !domain.hasPrefix("-") else {
      throw ValidationError("--domain \(domain): write all, box:LO:HI (for example box:-1:1), own or a file")
    }
  }

  /// A problem has its own domain.
  func refuseForProblems() throws {
    let given = [
      ("--domain", domain != "all"), ("--center", center != nil), ("--output-tensor", outputTensor != nil),
      ("--norm", norm != "2"), ("--output", output != nil),
    ]
    if let option = given.first(where: { $0.1 })?.0 {
      throw ValidationError("\(option) is for networks, and the file holds a problem")
    }
  }

  /// The domain that a user wrote, of a network in this file.
  static func domain(_ text: String, network: MultilayerPerceptron, path: String) throws -> Domain {
    guard text == "own" else { return try DomainText.parse(text, inputs: network.inputs) }
    guard let box = network.inputBox else {
      throw InputError(file: path, "stores no input box", remedy: "use --domain all, box:LO:HI or a file")
    }
    return .box(lower: box.lower, upper: box.upper)
  }

  static func network(_ path: String, outputTensor: String?) throws -> MultilayerPerceptron {
    let network = try NetworkFile.read(path, outputTensor: outputTensor)
    for note in network.notes { Terminal.note("note: \(note)") }
    return network
  }

  func question(_ path: String, _ settings: SearchSettings) throws -> BoundQuestion {
    let network = try Self.network(path, outputTensor: outputTensor)
    let domain =
      if let center, let radius {
        try DomainText.ball(center: center, radius: radius, inputs: network.inputs)
      } else {
        try Self.domain(domain, network: network, path: path)
      }
    return try BoundQuestion(
      network, domain: domain, norm: OperatorNorm(norm) ?? .two, outputs: output.flatMap { OutputChoice($0) },
      settings: settings)
  }
}

/// Points of the user's.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file of points, one a line.",
      discussion:
        "Numbers separated by commas, semicolons or white space, one for each input; a first line of names is a header. A column "
        + "that it calls label, class or target, or one number more than there are inputs, is the class.",
      valueName: "FILE"), completion: .file(extensions: ["csv", "txt"]))
  var data: String?

  /// The points become part of the question, and where searches start.
  func add(to question: inout BoundQuestion) throws {
    guard let data else { return }
    let points = try DataFile(data, inputs: question.network.inputs).points
    question.points = points
    question.settings.startingPoints = points
  }
}

/// When to stop, and how to report.
struct LimitOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stop after so many seconds (audit: each method; robustness: each constant).", valueName: "seconds"))
  var timeLimit: Double?

  @Option(parsing: .unconditional, help: ArgumentHelp("Stop after so many nodes.", valueName: "count"))
  var nodeLimit: Int?

  @Option(
    parsing: .unconditional, help: "Seed of samples and starts; the same seed gives the same node counts.")
  var seed: UInt64 = 0

  @Flag(help: "No progress on standard error.")
  var quiet = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if let timeLimit, !(timeLimit >= 0) { throw ValidationError("--time-limit must be at least 0") }
    if let nodeLimit, nodeLimit < 0 { throw ValidationError("--node-limit must be at least 0") }
  }

  static func validate(relativeGap: Double) throws {
    guard relativeGap >= 0, relativeGap < 1 else { throw ValidationError("--relative-gap must be in [0, 1)") }
  }
}

/// How branch and bound keeps its tree.
struct TreeOptions: ParsableArguments {
  @Option(
    parsing: .unconditional, help: "Threads over the nodes of a tree; with one, runs repeat node by node.")
  var threads = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Memory for open nodes; beyond it the search stops.", valueName: "MB"))
  var memoryLimit = 4096

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads must be from 1 to 1024") }
    guard (1...1 << 24).contains(memoryLimit) else {
      throw ValidationError("--memory-limit must be from 1 to \(1 << 24) megabytes")
    }
  }

  func settings(_ checkpoint: CheckpointOptions? = nil) -> TreeSettings {
    TreeSettings(threads: threads, memoryLimit: memoryLimit << 20, checkpoint: checkpoint?.plan)
  }
}

/// Where one search saves its tree.
struct CheckpointOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Save the tree here now and then, and at the end.", valueName: "FILE"))
  var checkpoint: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Seconds between two checkpoints.", valueName: "seconds"))
  var checkpointInterval = 10.0

  @Flag(help: "Go on from the checkpoint, if there is one; the time limit is this run's own.")
  var resume = false

  func validate() throws {
    guard checkpointInterval >= 0, checkpointInterval <= 1e6 else {
      throw ValidationError("--checkpoint-interval must be from 0 to 1000000 seconds")
    }
    guard !resume || checkpoint != nil else {
      throw ValidationError("--resume needs --checkpoint FILE")
    }
  }

  var plan: CheckpointPlan? {
    checkpoint.map { CheckpointPlan(file: $0, interval: checkpointInterval, resumes: resume) }
  }

  /// Says so where the engine kept no tree.
  func note(_ keepsTree: Bool, engine: String) {
    guard checkpoint != nil, !keepsTree else { return }
    Terminal.note("note: engine \(engine) keeps no tree, and wrote no checkpoint")
  }
}

/// Whether a proof is written.
struct CertificateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write a certificate that lipbench-check accepts, and check it; not with --checkpoint.",
      valueName: "FILE"))
  var certificate: String?

  func request(
    _ instance: String, kind: ProblemKind? = nil, place: DomainOptions? = nil,
    checkpoint: CheckpointOptions? = nil
  ) throws -> CertificateRequest? {
    guard let certificate else { return nil }
    guard !certificate.isEmpty else { throw ValidationError("--certificate is empty: name a file") }
    guard checkpoint?.checkpoint == nil else {
      throw ValidationError("--certificate and --checkpoint: a proof holds the whole search; leave one out")
    }
    guard place?.outputTensor == nil else {
      throw ValidationError(
        "--certificate and --output-tensor: the checker reads the network's own output only")
    }
    return CertificateRequest(path: certificate, instance: instance, kind: kind)
  }

  func request(_ file: ProblemOptions, checkpoint: CheckpointOptions) throws -> CertificateRequest? {
    guard certificate == nil || file.problem == nil || file.problem == 1 else {
      throw ValidationError("--certificate and --problem: the checker reads the first problem of a file only")
    }
    return try request(file.instance, kind: try file.parsedKind(), checkpoint: checkpoint)
  }

  /// A rejected certificate is bad news.
  func require(_ report: CertificateReport?) throws {
    if report?.isAccepted == false { throw ExitCode(1) }
  }
}

/// How to search a network.
struct SearchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "auto, enumerate, cells, semidefinite or zonotope; elimination and linear for problems and networks that are one; milp for "
        + "those, and in the norms 1, inf and 1:inf for networks on boxes (GLPK: a comparison, its upper end is not checked).",
      valueName: "engine"))
  var engine = "auto"

  @Option(
    parsing: .unconditional,
    help: "Stop when (upper - lower) / upper is at most this. (default: 1e-06; for problems 0)")
  var relativeGap: Double?

  @OptionGroup var limits: LimitOptions
  @OptionGroup var tree: TreeOptions

  var json: Bool { limits.json }

  func validate() throws {
    if let relativeGap { try LimitOptions.validate(relativeGap: relativeGap) }
  }

  func settings(
    defaultTimeLimit: Double? = nil, threshold: Threshold? = nil, checkpoint: CheckpointOptions? = nil
  ) throws -> SearchSettings {
    Interrupt.install()
    return SearchSettings(
      engine: try EngineName.parse(engine), relativeGap: relativeGap ?? 1e-6,
      timeLimit: limits.timeLimit ?? defaultTimeLimit, nodeLimit: limits.nodeLimit, seed: limits.seed,
      tree: tree.settings(checkpoint), threshold: threshold, isInterrupted: { Interrupt.isRequested })
  }

  /// For problems, which are searched by other engines.
  func quadraticSettings(_ checkpoint: CheckpointOptions? = nil) throws -> QuadraticSettings {
    try QuadraticSettings(limits, tree.settings(checkpoint), engine: engine, relativeGap: relativeGap ?? 0)
  }

  var sink: SearchSink {
    if limits.quiet { return { _ in } }
    return { event in Terminal.report(event) }
  }
}

/// `auto`, or the name of an engine.
enum EngineName {
  /// - Returns: nil for auto.
  static func parse<Engine: RawRepresentable<String> & CaseIterable>(_ text: String) throws -> Engine? {
    if text == "auto" { return nil }
    guard let engine = Engine(rawValue: text) else {
      let names = Engine.allCases.map { $0.rawValue }.joined(separator: ", ")
      throw ValidationError("--engine \(text): use auto, \(names)")
    }
    return engine
  }
}
