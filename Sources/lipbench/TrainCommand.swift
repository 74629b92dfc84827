public import ArgumentParser
import Foundation
import LipBench

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network of rectifiers, with AutoLip as a penalty if asked.",
    discussion: """
      DATA is one of gaussian-process (the paper's surface over the plane), iris, wine, digits, fashion-mnist (Debian's package \
      dataset-fashion-mnist), a folder with the four files of MNIST, or a text file: a point a line, and its class or value in the \
      column called label, class or target, else in the last one. Features of iris, wine and digits are scaled to [0,1], pixels of \
      pictures too; a text file's are as they are.

      The same data, settings and seed give the same network. Weights are rounded to single precision at the end, so that every \
      format holds the same function.

      EXAMPLES
        lipbench train iris --layers 8,8 -o iris.json
        lipbench train gaussian-process --layers 20x6 --epochs 200 -o surface.onnx --curve curve.csv
        lipbench train iris --layers 8,8 --penalty 1e-3 -o smooth.json
        lipbench train fashion-mnist --layers c16s2,c16s2,64 --epochs 3 -o cnn.onnx --checkpoint cnn.state
      """)

  @Argument(help: ArgumentHelp("What to learn.", valueName: "DATA"))
  var data: String

  @Option(
    help:
      "Hidden layers: 20,20 or 20x9; c16s2 is a 3 × 3 convolution of 16 channels and stride 2, c16k5 one of 5 × 5."
  )
  var layers: String

  @Option(
    name: [.short, .customLong("output-file")],
    help: ArgumentHelp(
      "The network: .json, .nnet or .onnx; .onnx where it has convolutions.", valueName: "FILE"))
  var output: String

  @Option(help: "Passes over the data.")
  var epochs = 100

  @Option(help: "Samples a step.")
  var batch = 32

  @Option(help: "The step size; by default 0.001 for adam and 0.01 for sgd.")
  var rate: Double?

  @Option(help: ArgumentHelp("constant, or cosine: falling to zero.", valueName: "constant|cosine"))
  var schedule = Trainer.Settings.Schedule.constant

  @Option(help: ArgumentHelp("adam, or sgd.", valueName: "adam|sgd"))
  var optimizer = OptimizerName.adam

  @Option(help: "Of sgd.")
  var momentum = 0.9

  @Option(
    help: ArgumentHelp(
      "By default mse for values and cross-entropy for classes.", valueName: "mse|cross-entropy"))
  var loss: Loss?

  @Option(help: ArgumentHelp("Adds λ times AutoLip to the loss.", valueName: "λ"))
  var penalty = 0.0

  @Option(help: "Of the weights at the start, the order of samples, and data that is drawn.")
  var seed: UInt64 = 0

  @Option(help: "The share of samples that are only tested on, where the data has none of its own.")
  var holdOut = 0.2

  @Option(help: ArgumentHelp("Only so many samples, of training and test pictures each.", valueName: "N"))
  var limit: Int?

  @Flag(help: "Whole numbers in a text file are values, not classes.")
  var regression = false

  @Option(
    help: ArgumentHelp(
      "Write the state here every ten seconds and at the end, and go on from it where it exists.",
      valueName: "FILE"))
  var checkpoint: String?

  @Option(
    help: ArgumentHelp(
      "Write each epoch's mean loss, and the penalty λ · AutoLip beside it, as CSV.", valueName: "FILE"))
  var curve: String?

  @Option(
    help: ArgumentHelp(
      "Write the samples that are trained on as CSV, for --data of other commands.", valueName: "FILE"))
  var saveData: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "No progress on standard error.")
  var quiet = false

  enum OptimizerName: String, ExpressibleByArgument, CaseIterable { case adam, sgd }

  func validate() throws {
    guard (1...1_000_000).contains(epochs) else {
      throw ValidationError("--epochs must be from 1 to 1000000")
    }
    guard batch >= 1 else { throw ValidationError("--batch must be at least 1") }
    guard rate.map({ $0 > 0 && $0.isFinite }) ?? true else { throw ValidationError("--rate must be above 0") }
    guard (0..<1).contains(momentum) else { throw ValidationError("--momentum must be from 0 to below 1") }
    guard penalty >= 0, penalty.isFinite else { throw ValidationError("--penalty must be at least 0") }
    guard (0...0.9).contains(holdOut) else { throw ValidationError("--hold-out must be from 0 to 0.9") }
    guard limit.map({ (2...1_000_000).contains($0) }) ?? true else {
      throw ValidationError("--limit must be from 2 to 1000000")
    }
    let paths = [output, checkpoint, curve, saveData].compactMap(\.self)
    guard Set(paths.map { URL(fileURLWithPath: $0).standardizedFileURL.path }).count == paths.count else {
      throw ValidationError("-o, --checkpoint, --curve and --save-data must be different files")
    }
  }

  func run() throws {
    Interrupt.install()
    let architecture = try Architecture(layers)
    let ending = URL(fileURLWithPath: output).pathExtension.lowercased()
    guard ["json", "nnet", "onnx"].contains(ending) else {
      throw ValidationError("-o must end in .json, .nnet or .onnx")
    }
    guard ending == "onnx" || !architecture.hasConvolutions else {
      throw ValidationError("a network with convolutions is written as .onnx")
    }
    for path in [output, checkpoint, curve, saveData].compactMap(\.self) {
      try TextFile.checkIsWritable(path)
    }
    let (train, test) = try samples()
    if case .values = train.targets, loss == .crossEntropy {
      throw ValidationError("--loss cross-entropy needs classes")
    }
    let model = try Model(
      architecture, sampleShape: train.sampleShape, outputs: train.targets.outputs, seed: seed)
    var trainer = Trainer(model, data: train, settings: settings, loss: loss)
    if let checkpoint { try trainer.resume(from: checkpoint) }
    if let saveData { try TextFile.write(train.csv, to: saveData) }
    let seconds = try runEpochs(of: &trainer)
    if Interrupt.isRequested, !trainer.isFinished {
      if let checkpoint {
        try trainer.save(to: checkpoint)
        Terminal.note("stopped after \(trainer.curve.count) epochs; the same command goes on")
      } else {
        Terminal.note("stopped after \(trainer.curve.count) epochs")
      }
    }
    let name = URL(fileURLWithPath: output).deletingPathExtension().lastPathComponent
    let report = try TrainingReport(trainer, name: name, train: train, test: test, seconds: seconds)
    try report.write(to: output)
    if let curve { try TextFile.write(trainer.curveCSV, to: curve) }
    print(json ? report.json : report.text)
    if !trainer.isFinished { throw ExitCode(2) }
  }

  private var settings: Trainer.Settings {
    var settings = Trainer.Settings()
    settings.optimizer = optimizer == .adam ? .adam() : .sgd(momentum: momentum)
    settings.rate = rate ?? (optimizer == .adam ? 1e-3 : 1e-2)
    settings.schedule = schedule
    settings.batch = batch
    settings.epochs = epochs
    settings.penalty = penalty
    settings.seed = seed
    return settings
  }

  /// Runs the epochs that are left; the seconds they took.
  private func runEpochs(of trainer: inout Trainer) throws -> Double {
    let progress = ProgressBar(isQuiet: quiet)
    let start = ContinuousClock.now
    var saved = start
    while !trainer.isFinished, !Interrupt.isRequested {
      let epoch = try trainer.runEpoch()
      // Where it is no terminal, twenty lines are enough.
      let isDue = isatty(STDERR_FILENO) == 1 || epoch.number % max(1, epochs / 20) == 0
      if isDue || trainer.isFinished {
        progress.show(
          "loss \(directedDecimal(epoch.loss, digits: 6, .nearest))", done: epoch.number, of: epochs)
      }
      if let checkpoint, trainer.isFinished || ContinuousClock.now - saved > .seconds(10) {
        try trainer.save(to: checkpoint)
        saved = .now
      }
    }
    progress.clear()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  private func samples() throws -> (train: DataSet, test: DataSet) {
    if data == "gaussian-process" {
      let surface = GaussianProcess(seed: seed)
      return (
        surface.samples(count: limit ?? 15_000, seed: seed), surface.samples(count: 5000, seed: ~seed)
      )
    }
    if let known = EmbeddedDataSet(rawValue: data) { return split(known.data) }
    var isFolder: ObjCBool = false
    let isFashion = data == "fashion-mnist"
    let path = isFashion ? IDXDataSet.fashionFolder : data
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if isFashion, !exists {
      throw InputError(
        file: path, "is not there",
        remedy: "install Debian's package dataset-fashion-mnist, or name the folder with the four files")
    }
    if exists, isFolder.boolValue { return try IDXDataSet.read(folder: path, limit: limit ?? .max) }
    if !exists, !data.contains("."), !data.contains("/") {
      let names = ["gaussian-process"] + EmbeddedDataSet.allCases.map(\.rawValue) + ["fashion-mnist"]
      throw ValidationError(
        "unknown data \(data); it is \(names.joined(separator: ", ")), a folder or a file")
    }
    let file = try DataFile(path)
    guard let labels = file.labels else {
      throw InputError(
        file: path, "has one column only", remedy: "give each line a class or a value after its numbers")
    }
    return split(try DataSet(name: path, points: file.points, labels: labels, isRegression: regression))
  }

  private func split(_ whole: DataSet) -> (train: DataSet, test: DataSet) {
    let kept = limit.map { whole.sampled($0, seed: seed) } ?? whole
    return kept.split(holdingOut: holdOut, seed: seed)
  }
}

extension Loss: ExpressibleByArgument {}
extension Trainer.Settings.Schedule: ExpressibleByArgument {}
