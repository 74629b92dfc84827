import Foundation
import Testing

@Suite struct GraphCommandTests {
  /// A generated graph's path, while the body runs.
  private static func withGraph<T>(_ words: String..., body: (String) throws -> T) throws -> T {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).onnx").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try Tool.run(["generate"] + words + ["--seed", "3", "-o", path]).code == 0)
    return try body(path)
  }

  @Test("A residual network as a graph: sandwiched, labelled, and the same whether lowered or not")
  func residualNetwork() throws {
    try Self.withGraph("resnet", "blocks=1", "channels=3", "size=6") { path in
      func value(_ method: String, _ options: String...) throws -> Double {
        let outcome = try Tool.run(["bound", method, path, "--graph", "--json", "--quiet"] + options)
        #expect(outcome.code == 0)
        let json = try outcome.json()
        #expect(json["name"] as? String == method)
        return try #require(json["value"] as? Double)
      }
      let sampled = try value("sampling", "--domain", "box:0:1")
      let autoLip = try value("autolip")
      let seqLip = try value("seqlip", "--vectors", "400")
      #expect(sampled > 0 && sampled <= seqLip && seqLip <= autoLip)
      #expect(try value("greedy-seqlip", "--vectors", "400") <= seqLip * (1 + 1e-9))
      // Lowered, branches travel side by side: a bound of its own, on either side of this one.
      let lowered = try Tool.run("bound", "autolip", path, "--json", "--quiet").json()
      #expect(try #require(lowered["value"] as? Double) >= sampled)
      let text = try Tool.run("bound", "autolip", path, "--graph", "--quiet").output
      #expect(
        text.contains("stem.conv + stem.norm") && text.contains("upper bound, soundness: floating-point"))
      #expect(try Tool.run("inspect", path).code == 0)
    }
  }

  @Test(
    "What cannot be lowered is bounded as a graph by itself, inspected as one, and refused where layers are needed"
  )
  func largeNetwork() throws {
    try Self.withGraph("resnet", "blocks=1", "channels=12", "size=24") { path in
      let outcome = try Tool.run("bound", "autolip", path, "--quiet")
      #expect(outcome.code == 0 && outcome.output.contains("graph     "))
      let inspected = try Tool.run("inspect", path, "--json").json()
      #expect(inspected["kind"] as? String == "graph")
      expectOneLine(
        try Tool.run("exact", path), code: 65, says: "lipbench bound autolip takes the graph as it is")
      let stopped = try Tool.run("bound", "autolip", path, "--time-limit", "0.0001", "--quiet")
      #expect(stopped.code == 2 && stopped.output.contains("upper bound, stopped"))
    }
  }

  @Test func misuse() throws {
    let network = Tool.network("iris-4-5-5-3.onnx")
    #expect(try Tool.run("bound", "autolip", network, "--graph", "--norm", "inf").code == 64)
    #expect(try Tool.run("bound", "fgl", network, "--graph").code == 64)
    #expect(try Tool.run("bound", "seqlip", network, "--graph", "--vectors", "0").code == 64)
    expectOneLine(
      try Tool.run("bound", "autolip", Tool.network("iris-4-5-5-3.json"), "--graph"), code: 65,
      says: "is no .onnx file")
    expectOneLine(
      try Tool.run("bound", "autolip", network, "--graph", "--domain", "box:1:0"), code: 65, says: "lower")
    #expect(try Tool.run("bound", "autolip", network, "--graph", "--domain", "box:0:1").code == 0)
  }
}
