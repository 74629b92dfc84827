import Foundation
import Testing

@Suite struct TrainCommandTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func trainsAndAudits() throws {
    try inFolder { folder in
      let net = "\(folder)/iris.json"
      let trained = try Tool.run(
        "train", "iris", "--layers", "6,6", "--epochs", "30", "--rate", "0.01", "--batch", "20", "-o", net,
        "--curve", "\(folder)/curve.csv", "--save-data", "\(folder)/data.csv", "--json", "--quiet")
      #expect(trained.code == 0 && trained.errors.isEmpty)
      let report = try trained.json()
      #expect((report["training"] as? [String: Any])?["accuracy"] as? Double ?? 0 > 0.8)
      #expect((report["heldOut"] as? [String: Any])?["samples"] as? Int == 30)
      let curve = try String(contentsOfFile: "\(folder)/curve.csv", encoding: .utf8)
      #expect(curve.split(separator: "\n").count == 31)
      let bound = try Tool.run("bound", "autolip", net, "--json").json()
      #expect(bound["value"] as? Double == report["autolip"] as? Double)
      let dataset = try Tool.run("bound", "dataset", net, "--data", "\(folder)/data.csv", "--json")
      #expect(dataset.code == 0)
      let grid = ["bound", "grid", net, "--domain", "box:0:1", "--grid", "4"]
      #expect(try Tool.run(grid).output.contains("at most 3 are offered"))
      #expect(try Tool.run("bound", "autolip", net, "--grid", "4").code == 64)
      let onnx = try Tool.run(
        "train", "digits", "--layers", "c4s2,8", "--epochs", "1", "-o", "\(folder)/cnn.onnx", "--quiet")
      #expect(onnx.code == 0)
      #expect(try Tool.run("bound", "autolip", "\(folder)/cnn.onnx", "--graph").code == 0)
    }
  }

  @Test func goesOnAfterAnInterruption() throws {
    try inFolder { folder in
      let arguments = [
        "train", "wine", "--layers", "6", "--epochs", "40", "--json", "--quiet", "-o",
      ]
      let whole = "\(folder)/whole.json"
      #expect(try Tool.run(arguments + [whole]).code == 0)
      let state = ["--checkpoint", "\(folder)/state"]
      // Fewer epochs first: with a constant rate the same training.
      let short = ["train", "wine", "--layers", "6", "--epochs", "7", "--quiet", "-o", "\(folder)/part.json"]
      #expect(try Tool.run(short + state).code == 0)
      #expect(try Tool.run(arguments + ["\(folder)/resumed.json"] + state).code == 0)
      let weights = try [whole, "\(folder)/resumed.json"].map {
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: $0)))
        return try JSONSerialization.data(
          withJSONObject: (object as? [String: Any])?["layers"] ?? [], options: .sortedKeys)
      }
      #expect(weights[0] == weights[1] && weights[0].count > 100)
    }
  }

  @Test func learnsFromATextFile() throws {
    try inFolder { folder in
      let rows = (0..<40).map { "\(Double($0) / 10),\($0 < 20 ? "low" : "high")" }
      try ("x,label\n" + rows.joined(separator: "\n")).write(
        toFile: "\(folder)/data.csv", atomically: true, encoding: .utf8)
      let run = try Tool.run(
        "train", "\(folder)/data.csv", "--layers", "4", "--epochs", "200", "--rate", "0.05", "-o",
        "\(folder)/net.nnet", "--quiet")
      #expect(run.code == 0 && run.output.contains("% right"))
    }
  }

  private static let mistakes: [(arguments: [String], code: Int32)] = [
    (["nosuch"], 64), (["iris", "--epochs", "0"], 64), (["iris", "--layers", "c4"], 64),
    (["iris", "--layers", "4,x"], 65), (["digits", "--layers", "c4"], 64), (["iris", "--penalty", "-1"], 64),
    (["gaussian-process", "--loss", "cross-entropy"], 64), (["missing.csv"], 66), (["/nowhere/"], 66),
  ]

  @Test(arguments: mistakes)
  func refusesWhatMakesNoSense(arguments: [String], code: Int32) throws {
    try inFolder { folder in
      let layers = arguments.contains("--layers") ? [] : ["--layers", "4"]
      let run = try Tool.run(["train"] + arguments + layers + ["-o", "\(folder)/net.json"])
      #expect(run.code == code, "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count >= 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }
}
