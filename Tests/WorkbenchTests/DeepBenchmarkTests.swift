import Foundation
import PatternSearch
import Testing
import Workbench

@Suite struct DeepBenchmarkTests {
  private static func rows(_ only: String) throws -> [DeepBenchmark.Row] {
    let networks = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("instances/networks").path
    var rows: [DeepBenchmark.Row] = []
    try DeepBenchmark(settings: SearchSettings(), seeds: 1, folder: networks, only: only)
      .run { rows.append($0) }
    return rows
  }

  @Test(
    "Small cases are solved, with the same counts again",
    arguments: [("8-16-16-2", 3), ("9-16-16-1", 1), ("2-20x4-1", 1)])
  func counts(only: String, count: Int) throws {
    let rows = try Self.rows(only)
    #expect(rows.count == count)
    #expect(rows.allSatisfy { $0.isSolved && $0.relativeGap <= 1e-6 })
    let again = try Self.rows(only)
    #expect(rows.map(\.nodes) == again.map(\.nodes))
    #expect(rows.map(\.lower) == again.map(\.lower))
    let text = DeepBenchmark.text(rows)
    for word in ["nodes", "CPU s", "peak MB", only] { #expect(text.contains(word), "\(word)") }
  }

  @Test func anUnknownNameIsRefused() {
    #expect(throws: (any Error).self) { try Self.rows("no such network") }
  }
}
