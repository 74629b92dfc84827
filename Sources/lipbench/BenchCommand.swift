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
        lipbench bench planted           # hardness of planted instances; minutes
      """)

  @Argument(
    help:
      "free (two layers, Gaussian, all patterns), networks, or planted (hardness of planted instances); the first two if left out."
  )
  var suite: String?

  @Option(help: ArgumentHelp("The folder of .json networks.", valueName: "FOLDER"))
  var networks = "instances/networks"

  @OptionGroup var search: SearchOptions

  func validate() throws {
    if suite == "planted" { return }
    if let suite, Benchmark.Suite(rawValue: suite) == nil {
      throw ValidationError(
        "unknown suite \(suite); the suites are \(Benchmark.Suite.allCases.map(\.rawValue).joined(separator: ", ")), planted"
      )
    }
  }

  func run() throws {
    if suite == "planted" { return try runPlanted() }
    let benchmark = Benchmark(settings: try search.settings(defaultTimeLimit: 60))
    var rows: [Benchmark.Row] = []
    for candidate in Benchmark.Suite.allCases where suite == nil || suite == candidate.rawValue {
      try benchmark.run(candidate, folder: networks) { row in
        rows.append(row)
        if !search.limits.quiet { Terminal.note("\(row.instance) seed \(row.seed): \(row.seconds) s") }
      }
    }
    print(search.json ? Benchmark.json(rows) : Benchmark.text(rows))
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
