import Foundation
import Testing

@Suite struct ReproduceCommandTests {
  @Test func writesTheFolderAndPrintsTheTable() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let figure = try Tool.run(
      "reproduce", "figure2", "--width", "8", "--layers", "3", "--ratios", "0", "0.5", "--output", folder)
    #expect(figure.code == 0)
    #expect(figure.output.contains("lipsdp-neuron"))
    let files = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
    #expect(files == Set(["md", "csv", "json", "dat", "gp", "svg", "png"].map { "figure2.\($0)" }))
    #expect(try String(contentsOfFile: "\(folder)/figure2.md", encoding: .utf8) == figure.output)
    let lemma = try Tool.run("reproduce", "lemma2", "--samples", "50", "--json", "--output", folder)
    #expect(lemma.code == 0)
    let object = try JSONSerialization.jsonObject(with: Data(lemma.output.utf8)) as? [String: Any]
    #expect((object?["rows"] as? [Any])?.count == 6)
  }

  @Test(arguments: [
    ["figure2", "--layers", "1"], ["figure2", "--ratios", "0.1", "0.1"], ["figure2", "--ratios", "2"],
    ["figure2", "--time-limit", "0"], ["lemma2", "--samples", "1"],
  ])
  func refusesWhatMakesNoSense(arguments: [String]) throws {
    #expect(try Tool.run(["reproduce"] + arguments).code == 64)
  }
}
