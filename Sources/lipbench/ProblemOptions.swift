import ArgumentParser
import LipBench

/// Which problem file.
struct ProblemOptions: ParsableArguments {
  @Argument(
    help:
      "The problem: .json, .mc, .rud, .rudy, .sparse, .qubo, .bqp, .qplib, or a file under its collection's name (G1, g05_60.5)."
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

/// How to search a problem.
struct QuadraticOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "auto, enumerate, elimination, linear, semidefinite, zonotope or milp (GLPK, unchecked).",
      valueName: "engine"))
  var engine = "auto"

  @Option(
    parsing: .unconditional,
    help: "Stop at this gap relative to the Ising or QCMH value; 0 goes on to the exact optimum.")
  var relativeGap = 0.0

  @Flag(inversion: .prefixedNo, help: "Reduce the problem before the search.")
  var presolve = true

  @OptionGroup var limits: LimitOptions
  @OptionGroup var tree: TreeOptions
  @OptionGroup var checkpoint: CheckpointOptions

  func validate() throws {
    try LimitOptions.validate(relativeGap: relativeGap)
  }

  func settings() throws -> QuadraticSettings {
    var settings = try QuadraticSettings(
      limits, tree.settings(checkpoint), engine: engine, relativeGap: relativeGap)
    settings.presolves = presolve
    return settings
  }
}

extension QuadraticSettings {
  /// What the user asked for, Ctrl-C, and progress on standard error.
  init(
    _ limits: LimitOptions, _ tree: TreeSettings = TreeSettings(), engine: String = "auto",
    relativeGap: Double = 0
  ) throws {
    Interrupt.install()
    self.init(
      engine: try EngineName.parse(engine), relativeGap: relativeGap, timeLimit: limits.timeLimit,
      nodeLimit: limits.nodeLimit, seed: limits.seed, tree: tree,
      isInterrupted: { Interrupt.isRequested })
    if !limits.quiet { progress = Terminal.report(value:bound:statistics:open:) }
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
