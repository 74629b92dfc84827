import ExactArithmetic
import Experiments
import Foundation
import Networks
import Testing

@Suite struct ExperimentTableTests {
  private var table: ExperimentTable {
    var table = ExperimentTable(
      title: "A \"title\"",
      columns: [
        .init("n", "size"), .init("up", "upper"), .init("down", "lower"), .init("off by", "signed"),
      ])
    table.append([.integer(3), .number(1.0000001, .up), .number(1.9999999, .down), .number(-0.25, .nearest)])
    table.append([.integer(10), .none, .number(0, .down), .number(-1.0000001, .up)])
    table.notes = ["a note"]
    return table
  }

  @Test func markdownRoundsOutwardsAndAligns() {
    let lines = table.markdown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0] == "A \"title\"")
    #expect(lines[4].contains("1.00001") && lines[4].contains("1.99999") && lines[4].contains("-0.25"))
    #expect(lines[5].contains("–") && lines[5].contains("-1.00000"))
    #expect(Set(lines[2...5].map(\.count)).count == 1)
    #expect(lines.contains("a note"))
  }

  @Test func csvAndJSONHoldNumbersInFull() throws {
    let rows = table.csv.split(separator: "\n").map(String.init)
    #expect(rows == ["n,up,down,off_by", "3,1.0000001,1.9999999,-0.25", "10,,0.0,-1.0000001"])
    let object = try JSONSerialization.jsonObject(with: Data(table.json.utf8)) as? [String: Any]
    #expect(object?["title"] as? String == "A \"title\"")
    let objects = try #require(object?["rows"] as? [[String: Any]])
    #expect(objects.count == 2)
    #expect(objects[0]["up"] as? Double == 1.0000001)
    #expect(objects[1]["up"] is NSNull)
  }

  @Test func aFileInTheWayIsBadInput() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(throws: InputError.self) { try ExperimentFolder(file.path) }
  }
}
