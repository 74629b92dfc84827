import Foundation
import LinearAlgebra
public import Networks
import PatternSearch

/// What a network file holds.
public struct Inspection: Sendable {
  public let path: String
  public let network: MultilayerPerceptron
  /// FNV-1a, 64 bits, of the file's bytes: names a version of the file, secures nothing.
  public let hash: String

  public init(path: String, outputTensor: String? = nil) throws {
    self.path = path
    network = try NetworkFile.read(path, outputTensor: outputTensor)
    hash = try Self.hash(of: path)
  }

  static func hash(of path: String) throws -> String {
    let hash = try InputFile.contents(path).withUnsafeBytes { bytes in
      bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
    return "fnv1a64:" + String(format: "%016lx", hash)
  }

  /// Things about the network that a reader of its constants should know.
  private var warnings: [String] {
    var warnings: [String] = []
    for (index, layer) in network.layers.enumerated() {
      let zero = (0..<layer.weights.rows).filter { row in layer.weights.row(row).allSatisfy { $0 == 0 } }
        .count
      if zero > 0 { warnings.append("layer \(index + 1): \(zero) of \(layer.weights.rows) rows are zero") }
    }
    return warnings
  }

  public var text: String {
    var table = TextTable(
      header: ["layer", "in", "out", "activation", "spectral norm", "largest weight"],
      alignments: [.right, .right, .right, .left, .right, .right])
    for (index, layer) in network.layers.enumerated() {
      table.rows.append([
        "\(index + 1)", "\(layer.weights.columns)", "\(layer.weights.rows)",
        index < network.activations.count ? network.activations[index].label : "–",
        (try? layer.weights.spectralNorm()).map { String(format: "%.6g", $0) } ?? "–",
        String(format: "%.6g", layer.weights.largestMagnitude),
      ])
    }
    var lines = [
      "file      \(path)", "kind      network", "network   \(network.summaryLine)", "hash      \(hash)",
      "box       "
        + (network.inputBox.map {
          "\(DomainText.describe(.box(lower: $0.lower, upper: $0.upper)))  (--domain own)"
        } ?? "none"),
      "",
    ]
    lines += table.lines()
    lines += network.notes.map { "note: \($0)" } + warnings.map { "warning: \($0)" }
    return lines.joined(separator: "\n")
  }

  private struct Report: Encodable {
    var kind = "network"
    var file: String
    var hash: String
    var network: JSONReport.Network
    var warnings: [String]
    var domain: [String: [Double]]?
  }

  public var json: String {
    JSONReport.text(
      Report(
        file: path, hash: hash, network: network.report, warnings: warnings,
        domain: network.inputBox.map { ["lower": $0.lower, "upper": $0.upper] }))
  }
}
