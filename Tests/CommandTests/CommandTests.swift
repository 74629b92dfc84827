import Foundation
import Testing

@Suite struct CommandTests {
  @Test func auditPrintsTheTableAndTheWaterfall() throws {
    let outcome = try Tool.run("audit", Tool.network("iris-4-5-5-3.json"))
    #expect(outcome.code == 0)
    for word in [
      "autolip", "seqlip", "greedy-seqlip", "lipsdp-neuron", "frobenius", "gap waterfall", "consistent",
    ] {
      #expect(outcome.output.contains(word), "\(word)")
    }
    #expect(outcome.output.contains("107.44472647"))
  }

  @Test func auditWritesAPage() throws {
    try Tool.withFile("audit.html", "") { (file: String) throws in
      #expect(try Tool.run("audit", Tool.network("iris-4-5-5-3.json"), "--html", file, "--quiet").code == 0)
      let page = try String(contentsOfFile: file, encoding: .utf8)
      for part in [
        "<svg", "misalignment", "combettes-pesquet", "107.4447264", "<pre>network   iris-4-5-5-3",
        "floating-point bound, with margins", "  direction    (", "<footer>lipbench ",
      ] {
        #expect(page.contains(part), "\(part)")
      }
      #expect(!page.contains("all together"))
      let affine = #"{"activation":"leaky-relu","slope":-0.5,"layers":[{"weights":[[1]]},{"weights":[[1]]}]}"#
      try Tool.withFile("net.json", affine) { (network: String) throws in
        #expect(try Tool.run("audit", network, "--html", file, "--quiet", "--time-limit", "0").code <= 2)
        let page = try String(contentsOfFile: file, encoding: .utf8)
        #expect(page.contains("theorem3: ") && page.contains("[0, 1]"))
      }
      #expect(
        try Tool.run(
          "audit", Tool.network("digits-64-16-10.json"), "--html", file, "--quiet", "--time-limit", "0"
        ).code == 2)
      #expect(try String(contentsOfFile: file, encoding: .utf8).contains("all together: "))
    }
    let outcome = try Tool.run(
      "audit", Tool.network("iris-4-5-5-3.json"), "--html", "/no/such/folder/audit.html", "--quiet")
    #expect(outcome.code == 65)
  }

  @Test func auditJSONHasTheAgreedKeys() throws {
    let json = try Tool.run("audit", Tool.network("iris-4-5-5-3.onnx"), "--domain", "box:0:1", "--json")
      .json()
    #expect(json["consistent"] as? Bool == true)
    let exact = try #require(json["exact"] as? [String: Any])
    for key in [
      "value", "lower", "upper", "lowerSquared", "upperSquared", "status", "reason", "norm", "domain",
      "patterns",
      "engine", "nodes", "seconds", "seed", "sense", "witness",
    ] { #expect(exact[key] != nil, "\(key)") }
    let value = try #require(exact["value"] as? Double)
    // From an independent enumeration of cells with another LP solver.
    #expect(abs(value - 84.938_222_449_535_25) < 1e-9)
    let witness = try #require(exact["witness"] as? [String: Any])
    for key in ["x", "direction", "x2", "pattern"] { #expect(witness[key] != nil, "\(key)") }
    let methods = try #require(json["methods"] as? [[String: Any]])
    #expect(methods.count == 14)
    for method in methods {
      for key in ["name", "value", "side", "soundness", "seconds", "layers"] {
        #expect(method[key] != nil, "\(key)")
      }
    }
    let steps = try #require(json["waterfall"] as? [[String: Any]])
    #expect(
      steps.map { $0["step"] as? String } == [
        "unattainable patterns", "splitting", "misalignment", "spectral vs Frobenius",
      ])
  }

  @Test func theSameSeedGivesTheSameCounts() throws {
    func counts() throws -> NSDictionary? {
      try Tool.run("exact", Tool.network("iris-4-8-8-3.json"), "--seed", "7", "--json").json()["statistics"]
        as? NSDictionary
    }
    #expect(try counts() == counts())
  }

  @Test func everyEngineGivesTheSameConstant() throws {
    // Attainable patterns are not for it.
    #expect(try Tool.run("exact", Tool.network("iris-4-5-5-3.nnet"), "--engine", "zonotope").code == 64)
    for engine in ["enumerate", "cells", "semidefinite"] {
      let json = try Tool.run("exact", Tool.network("iris-4-5-5-3.nnet"), "--engine", engine, "--json").json()
      let value = try #require(json["value"] as? Double)
      #expect(abs(value - 107.444_726_479_484_8) < 1e-9, "\(engine)")
      #expect(json["engine"] as? String == engine)
    }
  }

  @Test func limitsLeaveAnEnclosureAndExitCode2() throws {
    for limit in [["--node-limit", "1"], ["--time-limit", "0"]] {
      let outcome = try Tool.run(
        "exact", Tool.network("digits-64-24-16-10.json"), limit[0], limit[1], "--json", "--quiet")
      #expect(outcome.code == 2)
      let json = try outcome.json()
      #expect(json["status"] as? String == "stopped")
      let lower = try #require(json["lower"] as? Double)
      let upper = try #require(json["upper"] as? Double)
      #expect(lower <= 22.813_569_9 && 22.813_569_1 <= upper)
    }
  }

  @Test func ctrlCPrintsTheEnclosure() throws {
    let outcome = try Tool.run(
      "exact", Tool.network("digits-64-24-16-10.json"), "--engine", "cells", "--json", "--quiet",
      interruptAfter: 1)
    #expect(outcome.code == 2)
    let json = try outcome.json()
    #expect(json["reason"] as? String == "interrupt")
    #expect(json["upper"] as? Double != nil)
  }

  @Test(arguments: ["sampling", "cell-walk", "dataset", "seqlip"])
  func aStoppedBoundSaysSo(method: String) throws {
    let network = Tool.network("digits-64-24-16-10.json")
    let row = (0..<64).map { "0.\($0 % 10)" }.joined(separator: " ") + "\n"
    try Tool.withFile("points.txt", row) { (file: String) throws in
      let run = ["bound", method, network] + (method == "dataset" ? ["--data", file] : [])
      let outcome = try Tool.run(run + ["--time-limit", "0"])
      #expect(
        outcome.code == 2 && outcome.output.contains(" bound, stopped, soundness: ") != (method == "dataset"))
      #expect(outcome.output.contains(", stopped"))
      #expect(try Tool.run(run + ["--time-limit", "0", "--json"]).json()["stopped"] as? Bool == true)
      let whole = try Tool.run(run)
      #expect(whole.code == 0 && !whole.output.contains("stopped"))
      if method == "sampling" {
        let audit = try Tool.run("audit", network, "--data", file, "--time-limit", "0", "--quiet").output
        for row in audit.split(separator: "\n")
        where ["sampling ", "cell-walk ", "dataset "].contains(where: row.hasPrefix) {
          #expect(row.contains("lower bound, stopped"), "\(row)")
        }
      }
    }
  }

  @Test(arguments: [
    ("--at-most", "3/2", "at-most"), ("--at-most-squared", "1e3", "at-most-squared"),
    ("--at-least", "0.50", "at-least"),
  ])
  func decideJSONHasTheQuestion(option: String, threshold: String, question: String) throws {
    let json = try Tool.run("decide", Tool.network("iris-4-5-5-3.json"), option, threshold, "--json").json()
    #expect(json["threshold"] as? String == threshold && json["question"] as? String == question)
    let exact = try Tool.run("exact", Tool.network("iris-4-5-5-3.json"), "--json", "--quiet").json()
    #expect(exact["question"] == nil && exact["threshold"] == nil)
  }

  /// f has L = √5: the tie is settled exactly on both sides.
  @Test(arguments: [
    ("--at-most-squared", "5", "yes"), ("--at-most-squared", "4.999999999999999999999", "no"),
    ("--at-most-squared", "5.000000000000000000001", "yes"), ("--at-most", "2.2360679774997896", "no"),
    ("--at-most", "2.2360679774997897", "yes"), ("--at-least", "2.2360679774997896", "yes"),
    ("--at-least", "2.2360679774997897", "no"), ("--at-least", "0", "yes"), ("--at-most", "1/3", "no"),
  ])
  func decideSettlesTies(option: String, threshold: String, verdict: String) throws {
    let text = """
      {"activation": "relu", "layers": [{"weights": [[-2, -1], [-2, 0]]}, {"weights": [[1, -1]]}]}
      """
    try Tool.withFile("net.json", text) { (file: String) throws in
      let outcome = try Tool.run("decide", file, option, threshold, "--json")
      #expect(outcome.code == 0)
      #expect(try outcome.json()["verdict"] as? String == verdict)
    }
  }

  @Test func decideSettlesTiesOfSeveralOutputs() throws {
    // |x| + |y| and |x| - |y| as two outputs: every Jacobian has norm √2.
    let text = """
      {"activation": "relu", "layers": [{"weights": [[1, 0], [-1, 0], [0, 1], [0, -1]]},
       {"weights": [[1, 1, 1, 1], [1, 1, -1, -1]]}]}
      """
    try Tool.withFile("net.json", text) { (file: String) throws in
      for (option, threshold, verdict) in [
        ("--at-most-squared", "2", "yes"), ("--at-most-squared", "1.99999999999999999", "no"),
        ("--at-least", "1.41421356237309504", "yes"),
        ("--at-least", "1.41421356237309505", "no"),
      ] {
        #expect(
          try Tool.run("decide", file, option, threshold, "--json").json()["verdict"] as? String == verdict)
      }
    }
  }

  @Test func boundWithoutAFiniteAnswerExitsWith1() throws {
    let text = """
      {"activation": "leaky-relu", "slope": -0.5, "layers": [{"weights": [[1], [2]]}, {"weights": [[1, 1]]}]}
      """
    try Tool.withFile("net.json", text) { (file: String) throws in
      let outcome = try Tool.run("bound", "theorem3", file, "--json")
      #expect(outcome.code == 1)
      let json = try outcome.json()
      #expect(json["value"] is NSNull)
      #expect((json["reason"] as? String)?.contains("[0, 1]") == true)
      // A slope outside [0, 1] is no obstacle to the exact constant: 1 + 2 = 3 for x > 0.
      #expect(try Tool.run("exact", file, "--json").json()["value"] as? Double == 3)
    }
  }

  @Test func convertIsAClosedLoop() throws {
    try Tool.withFile("net.json", Data(contentsOf: URL(fileURLWithPath: Tool.network("iris-4-8-8-3.json")))) {
      (file: String) throws in
      let base = file.dropLast(5)
      #expect(try Tool.run("convert", file, "\(base).onnx").code == 0)
      #expect(try Tool.run("convert", "\(base).onnx", "\(base).nnet").code == 0)
      #expect(try Tool.run("convert", "\(base).nnet", "\(base)2.json").code == 0)
      func value(_ path: String) throws -> String? {
        try Tool.run("exact", path, "--json").json()["lowerSquared"] as? String
      }
      #expect(try value(file) == value("\(base)2.json"))
    }
  }

  @Test func helpAndVersionWork() throws {
    for command in ["audit", "exact", "bound", "decide", "inspect", "convert", "bench"] {
      let outcome = try Tool.run(command, "--help")
      #expect(outcome.code == 0)
      #expect(outcome.output.contains("EXAMPLES"), "\(command)")
    }
    #expect(try Tool.run("--version").output.contains("GLPK"))
    let list = try Tool.run("bound", "--list")
    #expect(list.code == 0 && list.output.contains("combettes-pesquet"))
  }

  @Test("SeqLip's factors of networks with 50 and 100 units a layer are solved, each in a few nodes")
  func benchSeqLip() throws {
    let folder = Tool.network("wide")
    let outcome = try Tool.run("bench", "seqlip", "--networks", folder, "--json", "--quiet")
    let rows = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]]
    #expect(rows?.count == 4)
    for row in rows ?? [] {
      #expect(row["isSolved"] as? Bool == true)
      #expect((row["nodes"] as? Int).map { $0 <= 20 } == true)
    }
  }
}
