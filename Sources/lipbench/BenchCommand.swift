import ArgumentParser
import LipBench

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "The performance tables: counts (the same everywhere) and times (of this machine).",
    discussion: """
      EXAMPLES
        lipbench bench
        lipbench bench free --json
        lipbench bench networks --networks instances/networks
        lipbench bench quadratic --seeds 10 --peers python3    # beside HiGHS, SCIP, Gurobi where it has them
        lipbench bench outputs           # two layers, several outputs, free patterns
        lipbench bench seqlip            # SeqLip's factors of trained networks
        lipbench bench deep --seeds 1    # exact constants of deep networks, trained and random; up to a minute each
        lipbench bench deep --only 10-20-20-2 --json
        lipbench bench graphs --peers python3    # products with AlexNet's layers, beside PyTorch
        lipbench bench planted           # hardness of planted instances; minutes
      """)

  @Argument(
    help: ArgumentHelp(
      "free (two layers, Gaussian, all patterns), networks, quadratic, outputs, seqlip, deep, graphs or planted; the first two if left out."
    ))
  var suite: String?

  @Option(
    help: ArgumentHelp(
      "The folder of .json networks; seqlip has its own default, instances/networks/wide.",
      valueName: "FOLDER"))
  var networks: String?

  @Option(help: "Instances of each kind (quadratic, outputs, deep).")
  var seeds = 3

  @Option(
    help: ArgumentHelp(
      "Real ACAS Xu networks, .nnet or .onnx, in place of random ones of their shape (deep).",
      valueName: "FOLDER"))
  var acas: String?

  @Option(help: ArgumentHelp("Only networks whose name contains this (deep).", valueName: "TEXT"))
  var only: String?

  @Option(
    help: ArgumentHelp(
      "The same by others, where this Python has them: HiGHS, SCIP and Gurobi (highspy, pyscipopt, gurobipy; quadratic), PyTorch (torch; graphs).",
      valueName: "PYTHON"))
  var peers: String?

  @Option(help: ArgumentHelp("Stop a peer after so many seconds.", valueName: "seconds"))
  var peerTimeLimit = 60.0

  @OptionGroup var search: SearchOptions

  func validate() throws {
    guard seeds >= 1, seeds <= 1000 else { throw ValidationError("--seeds must be from 1 to 1000") }
    guard peerTimeLimit > 0 else { throw ValidationError("--peer-time-limit must be above 0") }
    guard peers == nil || suite == SearchBenchmark.Suite.quadratic.rawValue || suite == "graphs" else {
      throw ValidationError("--peers is for the suites quadratic and graphs")
    }
    guard suite == "deep" || (acas == nil && only == nil) else {
      throw ValidationError("--acas and --only are for the suite deep")
    }
    if let suite, ["planted", "deep", "graphs"].contains(suite) { return }
    if let suite, SearchBenchmark.Suite(rawValue: suite) != nil { return }
    if let suite, Benchmark.Suite(rawValue: suite) == nil {
      throw ValidationError(
        "unknown suite \(suite); the suites are \((Benchmark.Suite.allCases.map(\.rawValue) + SearchBenchmark.Suite.allCases.map(\.rawValue)).joined(separator: ", ")), deep, graphs, planted"
      )
    }
  }

  func run() throws {
    if suite == "planted" { return try runPlanted() }
    if suite == "deep" { return try runDeep() }
    if suite == "graphs" { return try runGraphs() }
    if let suite, let search = SearchBenchmark.Suite(rawValue: suite) { return try run(search) }
    let benchmark = Benchmark(settings: try search.settings(defaultTimeLimit: 60))
    var rows: [Benchmark.Row] = []
    for candidate in Benchmark.Suite.allCases where suite == nil || suite == candidate.rawValue {
      try benchmark.run(candidate, folder: networks ?? "instances/networks") { row in
        rows.append(row)
        if !search.limits.quiet { Terminal.note("\(row.instance) seed \(row.seed): \(row.seconds) s") }
      }
    }
    print(search.json ? Benchmark.json(rows) : Benchmark.text(rows))
  }

  private func run(_ suite: SearchBenchmark.Suite) throws {
    let patterns = try search.settings(defaultTimeLimit: 600)
    var quadratic = try search.quadraticSettings()
    quadratic.timeLimit = quadratic.timeLimit ?? 600
    quadratic.progress = { _, _, _, _ in }
    let benchmark = SearchBenchmark(
      seeds: seeds, quadraticSettings: quadratic, patternSettings: patterns,
      peers: peers.map { PeerSolvers(python: $0, timeLimit: peerTimeLimit) })
    var rows: [SearchBenchmark.Row] = []
    try benchmark.run(suite, folder: networks ?? "instances/networks/wide") { row in
      rows.append(row)
      if !search.limits.quiet { Terminal.note("\(row.kind) seed \(row.seed): \(row.cpuSeconds) CPU s") }
    }
    print(search.json ? SearchBenchmark.json(rows) : SearchBenchmark.text(rows))
  }

  private func runDeep() throws {
    let benchmark = DeepBenchmark(
      settings: try search.settings(defaultTimeLimit: 60), seeds: seeds,
      folder: networks ?? "instances/networks", acasFolder: acas, only: only)
    var rows: [DeepBenchmark.Row] = []
    try benchmark.run { row in
      rows.append(row)
      if !search.limits.quiet {
        Terminal.note("\(row.network) \(row.domain) \(row.norm): \(row.cpuSeconds) CPU s")
      }
    }
    print(search.json ? DeepBenchmark.json(rows) : DeepBenchmark.text(rows))
  }

  private func runGraphs() throws {
    let rows = try GraphBenchmark(python: peers).run { row in
      if !search.limits.quiet { Terminal.note("\(row.part): \(row.forward) and \(row.transposed) ms") }
    }
    print(search.json ? GraphBenchmark.json(rows) : GraphBenchmark.text(rows))
  }

  private func runPlanted() throws {
    Interrupt.install()
    let study = PlantedStudy(
      timeLimit: search.limits.timeLimit ?? 20, isInterrupted: { Interrupt.isRequested })
    var rows: [PlantedStudy.Row] = []
    try study.run { row in
      rows.append(row)
      let starts = row.restarts.map { "\($0)" } ?? "–"
      if !search.limits.quiet {
        Terminal.note("\(row.family) \(row.parameters) seed \(row.seed): \(starts) starts")
      }
    }
    print(search.json ? PlantedStudy.json(rows) : PlantedStudy.text(rows))
  }
}
