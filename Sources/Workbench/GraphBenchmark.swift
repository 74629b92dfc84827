import ComputationGraphs
import ExactArithmetic
import Foundation
import Generators
import LinearAlgebra
import Networks
import ONNXNetworks
import RandomNumbers

/// How fast the affine parts of AlexNet are applied, forwards and transposed, in double precision: what norms and singular vectors cost.
/// Beside PyTorch on the same cores where a Python has it; and how far Algorithm 2 stays below the norm.
public struct GraphBenchmark: Sendable {
  public struct Row: Sendable, Encodable {
    public var part: String
    /// Multiplications of one product.
    public var multiplications: Int
    /// The best of several, milliseconds.
    public var forward: Double
    public var transposed: Double
    /// PyTorch's; nil where it is not there.
    public var torchForward: Double?
    public var torchTransposed: Double?
    /// By Lanczos.
    public var norm: Double
    /// Applications that Lanczos took.
    public var steps: Int
    /// 1 - (Algorithm 2 after 500 iterations) / norm.
    public var powerMethodLowBy: Double
  }

  /// The Python that has `torch`.
  public let python: String?
  public let repetitions: Int

  public init(python: String? = nil, repetitions: Int = 15) {
    self.python = python
    self.repetitions = repetitions
  }

  private struct Layer: Codable {
    var name: String
    /// channels, height, width; or one number.
    var input: [Int]
    var weight: [Int]
    var stride: Int
    var padding: Int
    var repetitions: Int
  }

  private struct Times: Codable {
    var forward: Double
    var transposed: Double
  }

  public func run(report: (Row) -> Void) throws -> [Row] {
    guard case .graph(let network) = try generate("alexnet", parameters: [:], seed: 0) else {
      preconditionFailure("the family alexnet makes graphs")
    }
    let graph = try ONNXFormat.readGraph(try network.onnx().data).graph
    var random = SplitMix64(seed: 1)
    var rows: [Row] = []
    var layers: [Layer] = []
    for part in graph.affineParts() {
      guard let map = part.form else { continue }
      let name = part.names.joined(separator: " + ")
      let x = (0..<part.map.inputCount).map { _ in random.gaussian() }
      let y = (0..<part.map.outputCount).map { _ in random.gaussian() }
      let lanczos = try norm(part.map)
      let power = PowerMethod(iterations: 500).norm(of: part.map)
      let row = Row(
        part: name, multiplications: map.cost, forward: best { _ = part.map.apply(x) },
        transposed: best { _ = part.map.applyTransposed(y) }, norm: lanczos.norm, steps: lanczos.steps,
        powerMethodLowBy: 1 - power / lanczos.norm)
      report(row)
      rows.append(row)
      layers.append(layer(name, map))
    }
    guard let python else { return rows }
    for (index, times) in try torch(layers, python).enumerated() {
      rows[index].torchForward = times.forward
      rows[index].torchTransposed = times.transposed
    }
    return rows
  }

  private func norm(_ map: some LinearOperator) throws -> Lanczos.Triplets { try Lanczos().triplets(of: map) }

  /// The least of several times, in milliseconds.
  private func best(_ body: () -> Void) -> Double {
    var least = Double.infinity
    for _ in 0..<repetitions {
      let start = ContinuousClock.now
      body()
      least = min(least, (ContinuousClock.now - start) / .milliseconds(1))
    }
    return least
  }

  private func layer(_ name: String, _ map: LinearMap) -> Layer {
    switch map {
    case .convolution(let c, _):
      return Layer(
        name: name, input: [c.inputChannels, c.vertical.input, c.horizontal.input],
        weight: [c.outputChannels, c.inputChannels / c.groups, c.vertical.kernel, c.horizontal.kernel],
        stride: c.vertical.stride, padding: c.vertical.padding.before, repetitions: repetitions)
    case .dense(let matrix):
      return Layer(
        name: name, input: [matrix.columns], weight: [matrix.rows, matrix.columns], stride: 1, padding: 0,
        repetitions: repetitions)
    default: preconditionFailure("AlexNet's parts are convolutions and matrices")
    }
  }

  private func torch(_ layers: [Layer], _ python: String) throws -> [Times] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["layers.json", "times.json", "torch_products.py"].map(folder.appendingPathComponent)
    try JSONEncoder().encode(layers).write(to: files[0])
    try Data(torchScript.utf8).write(to: files[2])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, files[2].path, files[0].path, files[1].path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard let data = try? Data(contentsOf: files[1]),
      let times = try? JSONDecoder().decode([Times].self, from: data)
    else {
      throw InputError(
        file: python, "cannot run the products of PyTorch", remedy: "give a Python 3 that has torch")
    }
    return times
  }

  public static func text(_ rows: [Row]) -> String {
    var table = TextTable(
      header: [
        "part", "multiplications", "A x ms", "Aᵀy ms", "GFlop/s", "torch A x", "torch Aᵀy", "ratio", "norm",
        "steps", "power method low by",
      ],
      alignments: [
        .left, .right, .right, .right, .right, .right, .right, .right, .right, .right, .right,
      ])
    for row in rows {
      let total = row.forward + row.transposed
      let torch = row.torchForward.flatMap { a in row.torchTransposed.map { a + $0 } }
      table.rows.append([
        row.part, "\(row.multiplications)", shown(row.forward), shown(row.transposed),
        String(format: "%.1f", 4e-6 * Double(row.multiplications) / total), row.torchForward.map(shown) ?? "",
        row.torchTransposed.map(shown) ?? "", torch.map { String(format: "%.2f", $0 / total) } ?? "",
        directedDecimal(row.norm, digits: 7, .down), "\(row.steps)",
        String(format: "%.1e", row.powerMethodLowBy),
      ])
    }
    return table.lines().joined(separator: "\n")
  }

  private static func shown(_ milliseconds: Double) -> String { String(format: "%.2f", milliseconds) }

  public static func json(_ rows: [Row]) -> String { JSONReport.text(rows) }
}

/// usage: python torch_products.py LAYERS TIMES
private let torchScript = """
  import json, os, sys, time
  import torch
  import torch.nn.functional as F

  source, target = sys.argv[1:]
  torch.set_num_threads(len(os.sched_getaffinity(0)))
  with open(source) as file:
      layers = json.load(file)


  def best(f, repetitions):
      f()
      times = []
      for _ in range(repetitions):
          start = time.perf_counter()
          f()
          times.append(time.perf_counter() - start)
      return 1000 * min(times)


  answers = []
  with torch.no_grad():
      for layer in layers:
          w = torch.randn(layer["weight"], dtype=torch.float64)
          x = torch.randn([1] + layer["input"], dtype=torch.float64)
          s, p, n = layer["stride"], layer["padding"], layer["repetitions"]
          if len(layer["weight"]) == 2:
              y = torch.randn(layer["weight"][0], dtype=torch.float64)
              x = x[0]
              forward, back = (lambda: torch.mv(w, x)), (lambda: torch.mv(w.t(), y))
          else:
              y = torch.randn_like(F.conv2d(x, w, stride=s, padding=p))
              forward = lambda: F.conv2d(x, w, stride=s, padding=p)
              back = lambda: torch.nn.grad.conv2d_input(x.shape, w, y, stride=s, padding=p)
          answers.append({"forward": best(forward, n), "transposed": best(back, n)})
  with open(target, "w") as file:
      json.dump(answers, file)
  """
