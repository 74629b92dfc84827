import ArgumentParser
import LipBench

/// Which problem file.
struct ProblemOptions: ParsableArguments {
  @Argument(
    help: "The problem: .json, .mc, .rud, .rudy, .sparse, .qubo, .bqp, .qplib, or a rudy file without ending."
  )
  var instance: String

  @Option(help: ArgumentHelp("What the file holds, where its name does not say.", valueName: "KIND"))
  var kind: String?

  @Option(help: ArgumentHelp("Which problem of an OR-Library file, from 1.", valueName: "NUMBER"))
  var problem: Int?

  func validate() throws { _ = try parsedKind() }

  func parsedKind() throws -> ProblemKind? { try kind.map { try ProblemKind.parse($0, "--kind") } }

  func read() throws -> ProblemInstance {
    let instance = try ProblemFile.read(self.instance, kind: parsedKind(), problem: problem)
    for note in instance.notes { Terminal.note("note: \(note)") }
    return instance
  }
}

/// Limits of a search over spins.
struct QuadraticOptions: ParsableArguments {
  @Option(help: ArgumentHelp("auto, enumerate, elimination or semidefinite.", valueName: "engine"))
  var engine = "auto"

  @Option(help: "Stop at this gap relative to the Ising value; 0 goes on to the exact optimum.")
  var relativeGap = 0.0

  @Option(help: ArgumentHelp("Stop after so many seconds.", valueName: "seconds"))
  var timeLimit: Double?

  @Option(help: ArgumentHelp("Stop after so many nodes.", valueName: "count"))
  var nodeLimit: Int?

  @Option(help: "Seed of the starts; the same seed gives the same node counts.")
  var seed: UInt64 = 0

  @Flag(help: "No progress on standard error.")
  var quiet = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard engine == "auto" || QuadraticEngine(rawValue: engine) != nil else {
      let names = QuadraticEngine.allCases.map { $0.rawValue }.joined(separator: ", ")
      throw ValidationError("--engine \(engine): use auto, \(names)")
    }
    guard relativeGap >= 0, relativeGap < 1 else { throw ValidationError("--relative-gap must be in [0, 1)") }
    if let timeLimit, !(timeLimit >= 0) { throw ValidationError("--time-limit must be at least 0") }
    if let nodeLimit, nodeLimit < 0 { throw ValidationError("--node-limit must be at least 0") }
  }

  func settings() -> QuadraticSettings {
    Interrupt.install()
    var settings = QuadraticSettings(
      engine: QuadraticEngine(rawValue: engine), relativeGap: relativeGap, timeLimit: timeLimit,
      nodeLimit: nodeLimit, seed: seed)
    settings.isInterrupted = { Interrupt.isRequested }
    if !quiet { settings.progress = Terminal.report(value:bound:statistics:open:) }
    return settings
  }
}

extension ProblemKind {
  static func parse(_ text: String, _ option: String) throws -> ProblemKind {
    guard let kind = ProblemKind(rawValue: text) else {
      let names = ProblemKind.allCases.map { $0.rawValue }.joined(separator: ", ")
      throw ValidationError("\(option) \(text): use one of \(names)")
    }
    return kind
  }
}
