import Bounds
import Foundation
import Generators
import Networks
public import PatternSearch
import RandomNumbers

/// The exact constants of deep networks: trained and random ones, on all of Rⁿ, the unit box and small boxes, in several norms.
public struct DeepBenchmark: Sendable {
  public struct Row: Sendable, Encodable {
    public var network: String
    public var seed: UInt64?
    public var domain: String
    public var norm: String
    public var isSolved: Bool
    public var engine: String
    public var nodes: Int
    /// (upper - lower) / upper.
    public var relativeGap: Double
    public var cpuSeconds: Double
    public var lower: Double
    public var upper: Double?
    /// The most memory that the process held during the search; nil where the system does not tell.
    public var peakMegabytes: Double?
  }

  /// One search: made when it is run, since networks may be large.
  struct Case {
    var network: String
    var seed: UInt64?
    var domain: String
    var norm: OperatorNorm = .two
    var question: () throws -> (network: MultilayerPerceptron, domain: Domain)
  }

  public let settings: SearchSettings
  /// Random networks of each size.
  public let seeds: Int
  /// Where the trained networks are.
  public let folder: String
  /// Real ACAS Xu networks, in place of random ones of that shape.
  public let acasFolder: String?
  /// Part of the names, as `Row` has them, of the networks that are run; nil for all.
  public let only: String?

  public init(
    settings: SearchSettings, seeds: Int, folder: String, acasFolder: String? = nil, only: String? = nil
  ) {
    self.settings = settings
    self.seeds = seeds
    self.folder = folder
    self.acasFolder = acasFolder
    self.only = only
  }

  /// Runs all cases, reporting each as it is done.
  public func run(report: (Row) -> Void) throws {
    let cases = try cases().filter { candidate in only.map { candidate.network.contains($0) } ?? true }
    guard !cases.isEmpty else {
      throw InputError(
        place: "--only \(only ?? "")", "is part of no network's name",
        remedy: "give a part of one, for example 10-20-20-2")
    }
    for candidate in cases where !settings.isInterrupted() {
      report(try run(candidate))
    }
  }

  private func run(_ candidate: Case) throws -> Row {
    let (network, domain) = try candidate.question()
    let question = try BoundQuestion(network, domain: domain, norm: candidate.norm, settings: settings)
    PeakMemory.reset()
    let (exact, seconds) = try cpuTimed { try ExactConstant(question) }
    let (result, enclosure) = (exact.result, exact.result.enclosure)
    return Row(
      network: candidate.network, seed: candidate.seed, domain: candidate.domain, norm: candidate.norm.name,
      isSolved: result.isOptimal, engine: result.engine.rawValue, nodes: result.statistics.nodes,
      relativeGap: enclosure.relativeGap, cpuSeconds: seconds, lower: enclosure.lower,
      upper: JSONReport.finite(enclosure.upper), peakMegabytes: PeakMemory.megabytes())
  }

  // MARK: Cases

  private var allSeeds: Range<UInt64> { 0..<UInt64(seeds) }

  private func cases() throws -> [Case] {
    var cases: [Case] = []
    for domain in ["box:0:0.1", "box:0:1"] {
      for norm in [OperatorNorm.two, .one, .infinity] {
        cases.append(trained("diabetes-10-30-30-30-3", domain, norm))
      }
    }
    for widths in ["10-20-20-2", "8-16-16-2"] {
      for norm in [OperatorNorm.infinity, .largestEntry, .one] {
        cases += allSeeds.map { random(widths, seed: $0, domain: "box:0:1", norm: norm) }
      }
    }
    for name in [
      "breast-cancer-11-12-12-1", "diabetes-9-16-16-1", "breast-cancer-11-24-24-1", "wine-13-20-16-8-3",
    ] {
      cases.append(trained(name, "all", .two))
    }
    cases += try acas(radii: [0.01, 0.02, 0.05])
    for widths in ["784-64-64-10", "784-256-256-10"] {
      cases += allSeeds.map { seed in
        ball(random(widths, seed: seed, domain: "radius 0.01"), around: 0...1, 0.01, seed)
      }
    }
    for layers in [4, 5, 7, 10] {
      let widths = (["2"] + [String](repeating: "20", count: layers) + ["1"]).joined(separator: "-")
      cases += allSeeds.map { seed in
        var candidate = random(widths, seed: seed, domain: "all")
        candidate.network = "random 2-20x\(layers)-1"
        return candidate
      }
    }
    return cases
  }

  private func trained(_ name: String, _ domain: String, _ norm: OperatorNorm) -> Case {
    Case(network: name, domain: domain, norm: norm) {
      let network = try NetworkFile.read("\(folder)/\(name).json")
      return (network, try DomainText.parse(domain, inputs: network.inputs))
    }
  }

  private func random(_ widths: String, seed: UInt64, domain: String, norm: OperatorNorm = .two) -> Case {
    Case(network: "random \(widths)", seed: seed, domain: domain, norm: norm) {
      guard
        case .network(let network) = try generate(
          UniformNetwork.name, parameters: ["widths": widths], seed: seed)
      else { preconditionFailure("\(UniformNetwork.name) generates networks") }
      return (
        network, domain.hasPrefix("radius") ? .all : try DomainText.parse(domain, inputs: network.inputs)
      )
    }
  }

  /// The same network on the box of this radius around a random point of a cube.
  private func ball(
    _ candidate: Case, around cube: ClosedRange<Double>, _ radius: Double, _ seed: UInt64
  ) -> Case {
    var result = candidate
    result.question = {
      let network = try candidate.question().network
      // Another stream than the network's own.
      var draws = SplitMix64(seed: ~seed)
      let center = (0..<network.inputs).map { _ in
        cube.lowerBound + (cube.upperBound - cube.lowerBound) * draws.uniform()
      }
      return (network, .box(lower: center.map { $0 - radius }, upper: center.map { $0 + radius }))
    }
    return result
  }

  /// 5-50x6-5, in inputs scaled to [-½, ½]: real ones around the middle of their own box, or around 0.
  private func acas(radii: [Double]) throws -> [Case] {
    guard let acasFolder else {
      return radii.flatMap { radius in
        allSeeds.map { seed in
          var candidate = ball(
            random("5-50-50-50-50-50-50-5", seed: seed, domain: "radius \(radius)"), around: -0.5...0.5,
            radius, seed)
          candidate.network = "random 5-50x6-5"
          return candidate
        }
      }
    }
    let files = ((try? FileManager.default.contentsOfDirectory(atPath: acasFolder)) ?? []).filter { file in
      NetworkFile.endings.contains { file.hasSuffix("." + $0) }
    }.sorted()
    guard !files.isEmpty else {
      throw InputError(
        file: acasFolder, "holds no networks", remedy: "give a folder of .nnet, .onnx or .json files")
    }
    return files.flatMap { file in
      radii.map { radius in
        Case(network: file, domain: "radius \(radius)") {
          let network = try NetworkFile.read("\(acasFolder)/\(file)")
          let unit = InputBox(
            lower: [Double](repeating: -0.5, count: network.inputs),
            upper: [Double](repeating: 0.5, count: network.inputs))
          let box = network.inputBox ?? unit
          let sides = zip(box.lower, box.upper).map { low, high in
            (center: low / 2 + high / 2, radius: radius * (high - low))
          }
          return (
            network,
            .box(lower: sides.map { $0.center - $0.radius }, upper: sides.map { $0.center + $0.radius })
          )
        }
      }
    }
  }

  // MARK: Reports

  public static func json(_ rows: [Row]) -> String { JSONReport.text(rows) }

  public static func text(_ rows: [Row]) -> String {
    var table = TextTable(
      header: [
        "network", "seed", "domain", "norm", "solved", "engine", "nodes", "gap", "CPU s", "lower", "upper",
        "peak MB",
      ],
      alignments: [
        .left, .right, .left, .left, .left, .left, .right, .right, .right, .right, .right, .right,
      ])
    for row in rows {
      table.rows.append([
        row.network, row.seed.map { "\($0)" } ?? "", row.domain, row.norm, row.isSolved ? "yes" : "no",
        row.engine, "\(row.nodes)", String(format: "%.1e", row.relativeGap), secondsText(row.cpuSeconds),
        String(format: "%.6g", row.lower), row.upper.map { String(format: "%.6g", $0) } ?? "∞",
        row.peakMegabytes.map { String(format: "%.0f", $0) } ?? "–",
      ])
    }
    return table.lines().joined(separator: "\n")
  }
}
