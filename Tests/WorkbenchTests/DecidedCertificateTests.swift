import Bounds
import Foundation
import PatternSearch
import RandomNumbers
import Testing
import Workbench

/// Certificates of searches on boxes, where affine bounds decide units beyond the cells.
@Suite struct DecidedCertificateTests {
  private static let networks = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("instances/networks")

  private func solve(
    _ path: String, low: Double, high: Double, nodes: Int? = nil
  ) throws -> ExactConstant {
    let network = try NetworkFile.read(path)
    let n = network.layers[0].weights.columns
    let box = Domain.box(
      lower: [Double](repeating: low, count: n), upper: [Double](repeating: high, count: n))
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let question = try BoundQuestion(network, domain: box, settings: SearchSettings(nodeLimit: nodes))
    return try ExactConstant(question, certificate: CertificateRequest(path: file, instance: path))
  }

  private func decided(_ solved: ExactConstant) -> Int {
    solved.certificate?.check.verdict?.counts.first { $0.rule == "decided" }?.count ?? 0
  }

  @Test(arguments: ["diabetes-10-30-30-30-3.json", "wide/digits-64-100-100-10.json"])
  func theUnitCubeIsProved(file: String) throws {
    let solved = try solve(Self.networks.appendingPathComponent(file).path, low: 0, high: 1)
    #expect(solved.certificate?.check.reason == nil)
    #expect(solved.result.isOptimal)
    #expect(decided(solved) > 0)
  }

  @Test("What the search decides the checker decides, complete or stopped")
  func randomNetworks() throws {
    var random = SplitMix64(seed: 0xDEC1DED)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".json")
    defer { try? FileManager.default.removeItem(at: file) }
    var steps = 0
    for round in 0..<120 {
      let isInteger = round % 3 == 0
      // Without biases every range of the first layer is symmetric on a symmetric box.
      let isUnbiased = round % 4 == 0
      func number() -> Double {
        isInteger ? Double(Int.random(in: -3...3, using: &random)) : random.gaussian()
      }
      let sizes = [Int.random(in: 2...5, using: &random)] + (0..<3).map { _ in Int.random(in: 3...9, using: &random) } + [2]
      let layers = zip(sizes, sizes.dropFirst()).map { columns, rows in
        let weights = (0..<rows).map { _ in (0..<columns).map { _ in number() } }
        return "{\"weights\": \(weights), \"bias\": \((0..<rows).map { _ in isUnbiased ? 0 : 2 * number() })}"
      }
      let slope = [0, 0.125, 1.75, -0.75, 0.01][round % 5]
      let activation = slope == 0 ? "\"relu\"" : "\"leaky-relu\", \"slope\": \(slope)"
      let text = "{\"layers\": [\(layers.joined(separator: ", "))], \"activation\": \(activation)}"
      try text.write(to: file, atomically: true, encoding: .utf8)
      let size = [0.05, 0.25, 1][Int(random.next() % 3)]
      let low = isUnbiased ? -size : random.gaussian()
      let solved = try solve(file.path, low: low, high: low + 2 * size, nodes: round % 2 == 0 ? nil : round % 7)
      #expect(solved.certificate?.check.reason == nil, "\(round): \(text)")
      steps += decided(solved)
    }
    #expect(steps > 40)
  }
}
