import ArgumentParser
import LipBench

struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "The paper's experiments, with the columns it could not have.",
    discussion: """
      Each writes a folder with the table as Markdown, CSV and JSON, and pictures by gnuplot (SVG and PNG) with their data and \
      script; the table goes to standard output, too.

      EXAMPLES
        lipbench reproduce lemma2
        lipbench reproduce figure2 --output figure2 --seed 1
      """,
    subcommands: [Lemma2.self, Figure2.self])

  struct Place: ParsableArguments {
    @Option(help: ArgumentHelp("The folder to write; by default the experiment's name.", valueName: "FOLDER"))
    var output: String?

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 0

    @Flag(help: "Print the table as JSON.")
    var json = false

    @Flag(help: "No progress on standard error.")
    var quiet = false

    func note(_ line: String) { if !quiet { Terminal.note(line) } }

    func write(
      _ table: ExperimentTable, name: String, pictures: [(name: String, picture: any Picture)],
      in folder: ExperimentFolder
    ) throws {
      let written = try folder.write(table, name: name, pictures: pictures)
      print(json ? table.json : table.markdown, terminator: json ? "\n" : "")
      note("wrote \(written.files.joined(separator: ", ")) in \(folder.path)")
      for reason in written.missing { Terminal.note("note: no picture; \(reason)") }
    }
  }

  struct Lemma2: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "lemma2", abstract: "Means of max over σ of |⟨σ·u, v⟩| beside their closed form and 1/π.")
    @OptionGroup var place: Place

    @Option(help: "Pairs of random vectors of each dimension.")
    var samples = 2000

    func validate() throws {
      guard (2...10_000_000).contains(samples) else {
        throw ValidationError("--samples must be from 2 to 10000000")
      }
    }

    func run() throws {
      let folder = try ExperimentFolder(place.output ?? "lemma2")
      let lemma = LemmaTwo(samples: samples, seed: place.seed) { place.note("dimension \($0)") }
      try place.write(lemma.table, name: "lemma2", pictures: [("lemma2", lemma.picture)], in: folder)
    }
  }

  struct Figure2: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "figure2",
      abstract: "SeqLip against depth in the ideal scenario, beside its limit and Theorem 3.",
      discussion: "Four ratios at width 100 and up to 10 layers take a few minutes.")
    @OptionGroup var place: Place

    @Option(help: "Units of each layer.")
    var width = 100

    @Option(help: "Layers of the deepest network.")
    var layers = 10

    @Option(parsing: .upToNextOption, help: "Ratios of the second singular value to the first.")
    var ratios = [0, 0.1, 0.3, 0.5]

    @Option(help: ArgumentHelp("Stop each SeqLip after so many seconds.", valueName: "seconds"))
    var timeLimit: Double?

    func validate() throws {
      guard (1...1000).contains(width) else { throw ValidationError("--width must be from 1 to 1000") }
      guard (2...50).contains(layers) else { throw ValidationError("--layers must be from 2 to 50") }
      guard ratios.allSatisfy({ (0...1).contains($0) }), Set(ratios).count == ratios.count else {
        throw ValidationError("--ratios must be different numbers from 0 to 1")
      }
      if let timeLimit, !(timeLimit > 0) { throw ValidationError("--time-limit must be above 0") }
    }

    func run() throws {
      Interrupt.install()
      let folder = try ExperimentFolder(place.output ?? "figure2")
      var settings = FigureTwo.Settings()
      settings.width = width
      settings.largestDepth = layers
      settings.ratios = ratios
      settings.seed = place.seed
      settings.timeLimit = timeLimit
      settings.isInterrupted = { Interrupt.isRequested }
      let figure = try FigureTwo(settings) { row in
        place.note("r = \(row.ratio), \(row.layers) layers: \(row.seqLip.value.map { "\($0)" } ?? "–")")
      }
      try place.write(figure.table, name: "figure2", pictures: [("figure2", figure.picture)], in: folder)
      if Interrupt.isRequested || figure.rows.contains(where: \.seqLip.isStopped) { throw ExitCode(2) }
    }
  }
}
