import ArgumentParser
import Foundation
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
        lipbench reproduce figure4
        lipbench reproduce figure5 --data mnist --epochs 5
      """,
    subcommands: [
      Lemma2.self, Figure2.self, Figure3.self, Figure4.self, Figure5.self, AlexNetCommand.self,
    ])

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

    /// While networks were trained.
    func endIfInterrupted(_ folder: ExperimentFolder) throws {
      guard Interrupt.isRequested else { return }
      Terminal.note("stopped; the networks that were trained are in \(folder.path), for --networks")
      throw ExitCode(2)
    }

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

  /// The networks of Figures 3 and 4.
  struct Surface: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Take figure4-4.json, figure4-5.json, … from this folder in place of training them.",
        valueName: "FOLDER"))
    var networks: String?

    @Option(help: "Passes over the data.")
    var epochs = 200

    func validate() throws {
      guard (1...100_000).contains(epochs) else { throw ValidationError("--epochs must be from 1 to 100000") }
    }

    func settings(_ place: Place, depths: [Int]) throws -> FigureFour.Settings {
      guard !depths.isEmpty, depths.allSatisfy({ (2...50).contains($0) }), Set(depths).count == depths.count
      else { throw ValidationError("layers must be different numbers from 2 to 50") }
      var settings = FigureFour.Settings()
      settings.depths = depths.sorted()
      settings.epochs = epochs
      settings.seed = place.seed
      settings.isInterrupted = { Interrupt.isRequested }
      return settings
    }

    /// - Parameter folder: where trained networks are written, each as soon as it is there.
    func read(
      _ settings: FigureFour.Settings, _ place: Place, in folder: ExperimentFolder
    ) throws -> [MultilayerPerceptron] {
      if let networks {
        return try settings.depths.map { depth in
          let path = "\(networks)/figure4-\(depth).json"
          let network = try NetworkFile.read(path)
          guard network.inputs == 2, network.outputs == 1, network.layers.count == depth else {
            throw InputError(
              file: path, "is a network \(network.architecture)",
              remedy: "give one of 2 inputs, 1 output and \(depth) layers")
          }
          return network
        }
      }
      let progress = !place.quiet
      let report: @Sendable (Int, Trainer.Epoch) -> Void = { depth, epoch in
        guard progress, epoch.number.isMultiple(of: 20) else { return }
        Terminal.note(
          "\(depth) layers: epoch \(epoch.number), mean squared error "
            + directedDecimal(epoch.loss, digits: 3, .nearest))
      }
      return try FigureFour.train(settings, report: report) {
        try NetworkFile.write($0, to: "\(folder.path)/\($0.name).json")
      }
    }
  }

  struct Figure3: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "figure3",
      abstract: "The surface that the networks of Figure 4 learn, one of them, and its gradient, as pictures."
    )
    @OptionGroup var place: Place
    @OptionGroup var surface: Surface

    @Option(help: "Of the network.")
    var layers = 7

    @Option(help: "On each side of the pictures.")
    var pixels = 200

    func validate() throws {
      guard (10...2000).contains(pixels) else { throw ValidationError("--pixels must be from 10 to 2000") }
    }

    func run() throws {
      Interrupt.install()
      let folder = try ExperimentFolder(place.output ?? "figure3")
      let settings = try surface.settings(place, depths: [layers])
      let network = try surface.read(settings, place, in: folder)[0]
      try place.endIfInterrupted(folder)
      let figure = try FigureThree(settings, network: network, pixels: pixels)
      try place.write(figure.table, name: "figure3", pictures: figure.pictures, in: folder)
      if Interrupt.isRequested || figure.isStopped { throw ExitCode(2) }
    }
  }

  struct Figure4: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "figure4",
      abstract: "Every bound of perceptrons that learnt a Gaussian process, beside the exact constant.",
      discussion: """
        Trains a network of each depth, and writes it as figure4-LAYERS.json; then bounds it. From nothing it takes some minutes \
        on two cores.
        """)
    @OptionGroup var place: Place
    @OptionGroup var surface: Surface

    @Option(parsing: .upToNextOption, help: "Layers of each network.")
    var layers = [4, 5, 7, 10]

    @Option(help: "Points on each side of the grid.")
    var grid = 2000

    @Option(help: ArgumentHelp("For each search.", valueName: "seconds"))
    var timeLimit = 60.0

    func validate() throws {
      guard (2...20_000).contains(grid) else { throw ValidationError("--grid must be from 2 to 20000") }
      guard timeLimit > 0 else { throw ValidationError("--time-limit must be above 0") }
    }

    func run() throws {
      Interrupt.install()
      let folder = try ExperimentFolder(place.output ?? "figure4")
      var settings = try surface.settings(place, depths: layers)
      settings.gridPointsPerAxis = grid
      settings.timeLimit = timeLimit
      let networks = try surface.read(settings, place, in: folder)
      try place.endIfInterrupted(folder)
      let figure = try FigureFour(
        settings, networks: networks, source: surface.networks, progress: place.note)
      try place.write(figure.table, name: "figure4", pictures: [("figure4", figure.picture)], in: folder)
      if Interrupt.isRequested || !figure.hasConstants { throw ExitCode(2) }
    }
  }

  struct Figure5: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "figure5",
      abstract: "Bounds of convolutional networks that learnt pictures, with lower bounds.",
      discussion: """
        The pictures are Fashion-MNIST's of Debian's package dataset-fashion-mnist, or those of a folder with MNIST's four files. \
        Each network is written as figure5-LAYERS.onnx. Takes some ten minutes on two cores.
        """)
    @OptionGroup var place: Place

    @Option(help: ArgumentHelp("The folder with the pictures.", valueName: "FOLDER"))
    var data = IDXDataSet.fashionFolder

    @Option(parsing: .upToNextOption, help: "Layers of each network.")
    var layers = [4, 5, 7, 10]

    @Option(help: "Passes over the data.")
    var epochs = 3

    @Option(help: ArgumentHelp("Only the first pictures.", valueName: "N"))
    var limit: Int?

    func validate() throws {
      guard !layers.isEmpty, layers.allSatisfy({ (3...30).contains($0) }), Set(layers).count == layers.count
      else { throw ValidationError("--layers must be different numbers from 3 to 30") }
      guard (1...10_000).contains(epochs) else { throw ValidationError("--epochs must be from 1 to 10000") }
      guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit must be above 0") }
    }

    func run() throws {
      Interrupt.install()
      let folder = try ExperimentFolder(place.output ?? "figure5")
      let (train, test) = try IDXDataSet.read(folder: data, limit: limit ?? .max)
      var settings = FigureFive.Settings()
      settings.depths = layers.sorted()
      settings.epochs = epochs
      settings.seed = place.seed
      settings.isInterrupted = { Interrupt.isRequested }
      let figure = try FigureFive(settings, train: train, test: test, progress: place.note) { layers, model in
        let name = "figure5-\(layers)"
        try TextFile.write(try model.onnx(name: name), to: "\(folder.path)/\(name).onnx")
      }
      try place.write(figure.table, name: "figure5", pictures: [("figure5", figure.picture)], in: folder)
      if Interrupt.isRequested { throw ExitCode(2) }
    }
  }

  struct AlexNetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "alexnet",
      abstract: "AutoLip and Greedy SeqLip of AlexNet, with the factor of its max pools stated apart.",
      discussion: """
        Without a file the weights are random, as torch initialises them. Takes some five minutes and 1.6 GB of memory.
        """)
    @OptionGroup var place: Place

    @Option(help: ArgumentHelp("An .onnx file of trained weights.", valueName: "FILE"))
    var network: String?

    @Option(help: "Singular vectors of each layer.")
    var vectors = 200

    func validate() throws {
      guard vectors >= 1 else { throw ValidationError("--vectors must be at least 1") }
    }

    func run() throws {
      Interrupt.install()
      let folder = try ExperimentFolder(place.output ?? "alexnet")
      let graph =
        try network.map { try NetworkFile.readGraph($0).graph }
        ?? AlexNetExperiment.randomGraph(seed: place.seed)
      let name = network.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "random weights"
      let experiment = try AlexNetExperiment(
        graph, name: name,
        settings: GraphBound.Settings(
          vectors: vectors, seed: place.seed, isInterrupted: { Interrupt.isRequested }),
        progress: place.note)
      try place.write(experiment.table, name: "alexnet", pictures: [], in: folder)
      if Interrupt.isRequested { throw ExitCode(2) }
    }
  }
}
