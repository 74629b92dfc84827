import Bounds
import Foundation
import Networks
import PatternSearch
import RandomNumbers
import Testing
import Workbench

/// Certificates of searches on boxes, where affine bounds decide units beyond the cells.
@Suite struct DecidedCertificateTests {
  private static let networks = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("instances/networks")

  /// The answer, and how many steps of its certificate are of the rule decided.
  private func solve(
    _ path: String, low: Double, high: Double, nodes: Int? = nil
  ) throws -> (answer: ExactConstant, decided: Int) {
    let network = try NetworkFile.read(path)
    let box = Domain.box(
      lower: [Double](repeating: low, count: network.inputs),
      upper: [Double](repeating: high, count: network.inputs))
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let question = try BoundQuestion(network, domain: box, settings: SearchSettings(nodeLimit: nodes))
    let answer = try ExactConstant(question, certificate: CertificateRequest(path: file, instance: path))
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    return (answer, lines.count { $0.hasPrefix("decided ") })
  }

  @Test(
    "Complete, and stopped with open nodes",
    arguments: [("diabetes-10-30-30-30-3", nil), ("wide/digits-64-100-100-10", 3)])
  func theUnitCubeIsProved(name: String, nodes: Int?) throws {
    let path = Self.networks.appendingPathComponent("\(name).json").path
    let solved = try solve(path, low: 0, high: 1, nodes: nodes)
    let report = try #require(solved.answer.certificate)
    #expect(report.isAccepted, "\(report.text)")
    #expect(solved.answer.result.isOptimal == (nodes == nil))
    #expect(solved.decided > 0)
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
      let sizes =
        [Int.random(in: 2...5, using: &random)] + (0..<3).map { _ in Int.random(in: 3...9, using: &random) }
        + [2]
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
      let solved = try solve(
        file.path, low: low, high: low + 2 * size, nodes: round % 2 == 0 ? nil : round % 7)
      let report = try #require(solved.answer.certificate)
      #expect(report.isAccepted, "\(round): \(report.text) \(text)")
      steps += solved.decided
    }
    #expect(steps > 40)
  }
}
