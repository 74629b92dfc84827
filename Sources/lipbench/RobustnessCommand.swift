import ArgumentParser
import Foundation
import LipBench

struct RobustnessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robustness",
    abstract: "How far the points of a file may move before the network can change their class.",
    discussion: """
      For a point x of class c and every other class j: within min(h, (f_c(x) - f_j(x)) / L) no point has a larger f_j than f_c, \
      where L is the exact constant of f_c - f_j on the box of half-width h around x. First h is --radius; for the class \
      that limits the radius smaller boxes are tried, --steps of them. Margins are exact, constants upper bounds, and the radius is \
      rounded down. Points with a wrong class have the radius 0.

      COLUMNS
        nearest           the class that limits the radius
        margin            of the point's class over it
        constant          of their difference, on the box that gives the radius
        closed            whether no limit stopped the search for a constant
        largest constant  of two classes, on the full boxes (--radius)

      A network with one output has two classes: 1 where the output is above 0, and 0.

      Without --data: the constants of f_i - f_j on the whole domain for all pairs of classes.

      Ctrl-C prints the points finished so far (exit code 2).

      EXAMPLES
        lipbench robustness net.json --data points.csv --radius 0.1
        lipbench robustness net.onnx --data points.csv --radius 0.03 --norm inf --domain box:0:1 --json
        lipbench robustness net.json --data points.csv --radius 0.1 --html radii.html
        lipbench robustness net.json --domain data:points.csv      # all pairs of classes
      """)

  @Argument(
    help: "The network: a .json, .nnet or .onnx file.", completion: .file(extensions: NetworkFile.endings))
  var network: String

  @OptionGroup var points: DataOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The largest radius to certify, in the norm of --norm.", valueName: "R"))
  var radius: Double?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The norm of the distances: 2, 1 or inf.", valueName: "norm"))
  var norm = "2"

  @Option(parsing: .unconditional, help: domainHelp)
  var domain = "all"

  @Option(parsing: .unconditional, help: "Smaller boxes that are tried for each class that limits a radius.")
  var steps = 5

  @Option(help: ArgumentHelp("ONNX: the tensor to take as the output.", valueName: "NAME"))
  var outputTensor: String?

  @Option(
    help: ArgumentHelp(
      "Write the radii as one page, with the certified accuracy as a picture.", valueName: "FILE"))
  var html: String?

  @OptionGroup var search: SearchOptions

  /// Seconds for each constant.
  private static let timeLimit = 10.0

  func validate() throws {
    guard ["1", "2", "inf"].contains(norm) else {
      throw ValidationError("--norm \(norm): a radius is in the norm 2, 1 or inf")
    }
    guard search.engine != Engine.milp.rawValue else {
      throw ValidationError("--engine milp: its bounds are GLPK's word, and a radius needs one that holds")
    }
    guard (points.data == nil) == (radius == nil) else {
      throw ValidationError(
        "--data and --radius go together; leave out both for the constants of all pairs of classes")
    }
    guard html == nil || points.data != nil else {
      throw ValidationError("--html draws the radii of points: give --data and --radius, too")
    }
    if let radius, !(radius > 0 && radius <= Robustness.largest) {
      throw ValidationError("--radius must be above 0 and at most \(Robustness.largest)")
    }
    guard (0...1000).contains(steps) else { throw ValidationError("--steps must be from 0 to 1000") }
    try DomainOptions.check(domain)
  }

  func run() throws {
    let settings = try search.settings(defaultTimeLimit: Self.timeLimit)
    let network = try DomainOptions.network(network, outputTensor: outputTensor)
    let domain = try DomainOptions.domain(domain, network: network, path: self.network)
    let norm = OperatorNorm(norm) ?? .two
    let ticker = Ticker(isQuiet: search.limits.quiet)
    guard let data = points.data, let radius else {
      let classes = max(2, network.outputs)
      let pairs = try ClassPairConstants(network, domain: domain, norm: norm, settings: settings) {
        ticker.note("pair \($0.count) of \(classes * (classes - 1) / 2)")
      }
      print(search.json ? pairs.json : pairs.text)
      if pairs.isInterrupted || !pairs.isClosed { throw ExitCode(2) }
      return
    }
    let file = try DataFile(data, inputs: network.inputs)
    let robustness = try Robustness(
      network, data: file, radius: radius, domain: domain, norm: norm, steps: steps, settings: settings
    ) { rows in
      ticker.note(
        "point \(rows.count) of \(file.points.count), \(rows.count { $0.certifiedRadius >= radius }) certified"
      )
    }
    if let html { try TextFile.write(robustness.html, to: html) }
    print(search.json ? robustness.json : robustness.text)
    if robustness.isInterrupted || !robustness.isClosed { throw ExitCode(2) }
  }
}

/// Progress on standard error, twice a second.
private final class Ticker {
  private let isQuiet: Bool
  private let clock = ContinuousClock()
  private let start = ContinuousClock.now
  private var last = ContinuousClock.now

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  func note(_ line: @autoclosure () -> String) {
    guard !isQuiet, clock.now - last > .milliseconds(500) else { return }
    last = clock.now
    Terminal.note("\(line())  \(String(format: "%.1f", (last - start) / .seconds(1))) s")
  }
}
