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
      """)

  @Argument(help: "free (two layers, Gaussian, all patterns) or networks; both if left out.")
  var suite: String?

  @Option(help: ArgumentHelp("The folder of .json networks.", valueName: "FOLDER"))
  var networks = "instances/networks"

  @OptionGroup var search: SearchOptions

  func validate() throws {
    if let suite, Benchmark.Suite(rawValue: suite) == nil {
      throw ValidationError(
        "unknown suite \(suite); the suites are \(Benchmark.Suite.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
  }

  func run() throws {
    let benchmark = Benchmark(settings: search.settings(defaultTimeLimit: 60))
    var rows: [Benchmark.Row] = []
    for candidate in Benchmark.Suite.allCases where suite == nil || suite == candidate.rawValue {
      try benchmark.run(candidate, folder: networks) { row in
        rows.append(row)
        if !search.quiet { Terminal.note("\(row.instance) seed \(row.seed): \(row.seconds) s") }
      }
    }
    print(search.json ? Benchmark.json(rows) : Benchmark.text(rows))
  }
}
