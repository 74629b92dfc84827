import Foundation
import Testing

@Suite struct ProblemCommandTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  @Test("Generate, maximize, reduce to ONNX, solve the network, carry the pattern back")
  func fullLoop() throws {
    try inFolder { (folder: String) throws in
      let graph = "\(folder)/graph.json"
      #expect(try Tool.run("generate", "regular", "n=8", "d=3", "--seed", "4", "-o", graph).code == 0)
      let best = try Tool.run("maximize", graph, "--json", "--quiet").json()
      let cut = try #require(best["value"] as? Int)
      let network = "\(folder)/net.onnx"
      let map = "\(folder)/map.json"
      #expect(try Tool.run("reduce", graph, "--to", "lip-cst", "-o", network, "--map", map).code == 0)
      let exact = try Tool.run("exact", network, "--json", "--quiet")
      #expect(try exact.json()["lowerSquared"] as? String == "\(cut)")
      let answer = "\(folder)/answer.json"
      try exact.output.write(toFile: answer, atomically: true, encoding: .utf8)
      let back = try Tool.run("invert", map, answer)
      let sides = try #require(try JSONSerialization.jsonObject(with: Data(back.output.utf8)) as? [Int])
      let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: graph)))
      let edges = try #require((object as? [String: Any])?["edges"] as? [[Int]])
      #expect(edges.filter { sides[$0[0]] != sides[$0[1]] }.count == cut)
    }
  }

  @Test("Decide a problem file: options, and the threshold in the file")
  func decide() throws {
    try Tool.withFile("c5.mc", "5 5\n1 2\n2 3\n3 4\n4 5\n5 1\n") { (file: String) throws in
      #expect(try Tool.run("decide", file, "--at-least", "4").output.hasPrefix("yes"))
      #expect(try Tool.run("decide", file, "--at-least", "5").output.hasPrefix("no"))
      #expect(try Tool.run("decide", file, "--at-most", "4").output.hasPrefix("yes"))
      #expect(try Tool.run("decide", file, "--at-most", "7/2").output.hasPrefix("no"))
      let question = file + ".json"
      #expect(try Tool.run("reduce", file, "--to", "lip-cst", "--at-most", "4", "-o", question).code == 0)
      #expect(try Tool.run("decide", question).output.hasPrefix("yes"))
      #expect(try Tool.run("decide", question, "--at-most", "19/10").output.hasPrefix("no"))
      for (run, name, threshold) in [
        ([file, "--at-least", "4.0"], "at-least", "4.0"), ([question], "at-most-squared", "4"),
        ([question, "--at-most", "19/10"], "at-most", "19/10"),
      ] {
        let json = try Tool.run(["decide", "--json"] + run).json()
        #expect(json["question"] as? String == name && json["threshold"] as? String == threshold)
      }
      #expect(try Tool.run("maximize", file, "--json").json()["question"] == nil)
      #expect(try Tool.run("decide", file).code == 64)
    }
  }

  @Test("A lip-cst file with several outputs is a network to exact and decide")
  func severalOutputs() throws {
    let text = #"{"kind":"lip-cst","M1":[[1,0],[0,1],[1,1]],"M2":[[1,0,1],[0,1,-1]],"ellSquared":"7/2"}"#
    try Tool.withFile("q.json", text) { (file: String) throws in
      let exact = try Tool.run("exact", file, "--json", "--quiet").json()
      let value = try #require(exact["value"] as? Double)
      let answer = try Tool.run("decide", file)
      #expect(answer.output.hasPrefix(value * value <= 3.5 ? "yes" : "no"))
      #expect(try Tool.run("maximize", file).code == 65)
    }
  }

  @Test("The tables of families and reductions, in every form")
  func tables() throws {
    #expect(try Tool.run("generate", "--list").output.contains("wishart"))
    #expect((try Tool.run("generate", "--list", "--json").json()["families"] as? [Any])?.count ?? 0 > 30)
    #expect(try Tool.run("reductions").output.contains("max-cut → qcmh"))
    #expect(try Tool.run("reductions", "--graphviz").output.hasPrefix("digraph"))
    #expect((try Tool.run("reductions", "--json").json()["reductions"] as? [Any])?.count == 12)
  }

  @Test(
    "Bad input: one line, the right code, nothing written",
    arguments: [
      ("g.mc", "3 1\n1 4 1\n", ["maximize"]), ("g.mc", "3 2\n1 2 1\n", ["maximize"]),
      ("g.mc", "3 2\n1 2 1\n2 1 1\n", ["maximize"]), ("g.mc", "1000000000000 1\n1 2 1\n", ["inspect"]),
      ("g.mc", "2 1\n1 2 nan\n", ["decide"]), ("g.mc", "", ["maximize"]),
      ("q.json", #"{"kind":"qcmh","H":[[1,2],[2,1]]}"#, ["maximize"]),
      ("q.json", #"{"kind":"qubo","n":2,"terms":[[0,5,1]]}"#, ["maximize"]),
      (
        "q.json",
        #"{"kind":"ising","n":2,"couplings":[[0,1,1]],"planted":{"value":5,"solution":[1,1],"proof":""}}"#,
        ["maximize"]
      ),
      ("q.sparse", "2 1\n1 2 1e999\n", ["maximize"]), ("q.qubo", "p qubo 0 2 1 1\n0 0 1\n", ["maximize"]),
    ])
  func badInput(name: String, text: String, command: [String]) throws {
    try Tool.withFile(name, text) { (file: String) throws in
      let outcome = try Tool.run(command[0], file)
      #expect(outcome.code == 65, "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      #expect(outcome.errors.hasPrefix(file))
    }
  }

  @Test("Refusals of generate, reduce and invert")
  func refusals() throws {
    try inFolder { (folder: String) throws in
      let file = "\(folder)/x.json"
      for arguments in [["nothing"], ["gnp", "n=0"], ["gnp", "m=3"], ["tile-planting", "size=5"]] {
        let outcome = try Tool.run(["generate"] + arguments + ["-o", file])
        #expect(outcome.code == 65 && !FileManager.default.fileExists(atPath: file), "\(arguments)")
      }
      #expect(try Tool.run("generate", "gnp").code == 64)
      #expect(try Tool.run("generate", "gnp", "n", "-o", file).code == 64)
      #expect(try Tool.run("generate", "sk", "n=5", "-o", file).code == 0)
      #expect(try Tool.run("reduce", file, "--to", "partition", "-o", "\(folder)/y.json").code == 65)
      #expect(try Tool.run("reduce", file, "--to", "ising", "-o", "\(folder)/y.mc").code == 65)
      #expect(try Tool.run("invert", file, file).code == 65)
      #expect(try Tool.run("maximize", "\(folder)/none.json").code == 66)
    }
  }

  private let cycle = "5 5\n1 2\n2 3\n3 4\n4 5\n5 1\n"

  @Test("Files are written in the format of their ending or not at all")
  func endings() throws {
    try Tool.withFile("c5.mc", cycle) { (file: String) throws in
      for ending in ["onnx", "nnet", "xyz", "qubo", "lp"] {
        let target = "\(file).\(ending)"
        let outcome = try Tool.run("convert", file, target)
        expectOneLine(outcome, code: 65, says: target)
        #expect(!FileManager.default.fileExists(atPath: target))
      }
      let question = "\(file).json"
      #expect(try Tool.run("reduce", file, "--to", "lip-cst", "--at-most", "4", "-o", question).code == 0)
      let network = "\(file).nnet"
      let converted = try Tool.run("convert", question, network)
      #expect(converted.code == 0 && converted.errors.contains("threshold"))
      #expect(try Tool.run("exact", network, "--json", "--quiet").json()["lowerSquared"] as? String == "4")
      let reduced = try Tool.run("reduce", file, "--to", "lip-cst", "--at-most", "4", "-o", network)
      #expect(reduced.code == 0 && reduced.errors.contains("threshold"))
    }
  }

  @Test("A question that the target's file cannot ask is refused with the one it can")
  func complements() throws {
    try Tool.withFile("c5.mc", cycle) { (file: String) throws in
      let target = "\(file).json"
      for (asked, says) in [("4", "--at-most 3:"), ("3", "--at-most 2:"), ("3.5", "--at-most 3:")] {
        let outcome = try Tool.run("reduce", file, "--to", "lip-cst", "--at-least", asked, "-o", target)
        expectOneLine(outcome, code: 65, says: says)
        #expect(!FileManager.default.fileExists(atPath: target))
      }
      let other = try Tool.run("reduce", file, "--to", "lip-cst", "--at-most", "3", "-o", target)
      #expect(other.code == 0)
      #expect(try Tool.run("decide", target).output.hasPrefix("no"))
      #expect(try Tool.run("decide", file, "--at-least", "4").output.hasPrefix("yes"))
      let ising = try Tool.run("reduce", file, "--to", "ising", "--at-most", "3", "-o", "\(file).ising.json")
      #expect(ising.code == 0 || ising.errors.contains("--at-least 4:"))
    }
  }

  @Test(
    "Opposite units that are both on or both off are refused with their entries, unless they are isolated")
  func unattainedPatterns() throws {
    try inFolder { (folder: String) throws in
      let (problem, map, file) = ("\(folder)/p.json", "\(folder)/map.json", "\(folder)/pattern")
      try #"{"kind": "ising", "n": 4, "couplings": [[0, 1, 3], [1, 2, -2]]}"#
        .write(toFile: problem, atomically: true, encoding: .utf8)
      let target = "\(folder)/net.json"
      let reduced = try Tool.run("reduce", problem, "--to", "lip-cst", "-o", target, "--map", map)
      #expect(reduced.code == 0, "\(reduced.errors)")
      for (text, says) in [("1 1 0 1 0 1 0 1", "entries 0 and 1"), ("1 0 0 0 0 1 0 1", "entries 2 and 3")] {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        expectOneLine(try Tool.run("invert", map, file), code: 65, says: says)
      }
      try "1 0 0 1 0 1 0 0".write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try Tool.run("invert", map, file).output == "[1, -1, -1, -1]\n")
    }
  }

  @Test("A graph without edges has the constant 0, and no network to write")
  func edgeless() throws {
    try Tool.withFile("e.mc", "3 0\n") { (file: String) throws in
      for ending in ["json", "onnx", "nnet"] {
        let outcome = try Tool.run("reduce", file, "--to", "lip-cst", "-o", "\(file).\(ending)")
        expectOneLine(outcome, code: 65, says: "constant is 0")
      }
    }
  }

  @Test("A MILP file whose objective is scaled says so")
  func scaledObjective() throws {
    try inFolder { (folder: String) throws in
      let problem = "\(folder)/p.json"
      try #"{"kind": "qubo", "n": 2, "terms": [[0, 0, "1/3"], [0, 1, "2/5"]]}"#
        .write(toFile: problem, atomically: true, encoding: .utf8)
      let reduced = try Tool.run("reduce", problem, "--to", "milp", "-o", "\(folder)/p.mps")
      #expect(reduced.code == 0 && reduced.errors.contains("multiplied by 15"), "\(reduced.errors)")
    }
  }

  @Test("A map that cannot be written leaves no target behind")
  func mapFirst() throws {
    try Tool.withFile("c5.mc", cycle) { (file: String) throws in
      let target = "\(file).json"
      let outcome = try Tool.run(
        "reduce", file, "--to", "qubo", "-o", target, "--map", "\(file)-none/map.json")
      expectOneLine(outcome, code: 65, says: "cannot be written")
      #expect(!FileManager.default.fileExists(atPath: target))
    }
  }

  @Test("Solutions of solvers are integers to within 1e-6; anything else is refused with its entry")
  func solutions() throws {
    try inFolder { (folder: String) throws in
      let (graph, map, file) = ("\(folder)/c5.mc", "\(folder)/map.json", "\(folder)/solution")
      try cycle.write(toFile: graph, atomically: true, encoding: .utf8)
      let target = "\(folder)/target.json"
      #expect(try Tool.run("reduce", graph, "--to", "qubo", "-o", target, "--map", map).code == 0)
      for text in [
        "[0.9999999, 0, 1, 0.0, 1]", "1 0 1 1e-7 1", "10101\n", "{\"solution\": [1, 0, 1, 0, 1.0]}",
      ] {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try Tool.run("invert", map, file).output == "[1, 0, 1, 0, 1]\n", "\(text)")
      }
      for (text, says) in [
        ("[0.5, 0, 1, 0, 1]", "entry 0"), ("1 0 0.9 0 1", "entry 2"), ("1 0 nan 0 1", "entry 2"),
        ("1 0 1 0", "4 entries"), ("1 0 1 0 2", "entry 4"), ("[]", "0 entries"), ("none", "no solution"),
        ("{\"solution\": [true, \"x\"]}", "no solution"), ("1e300 0 1 0 1", "entry 0"),
      ] {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        expectOneLine(try Tool.run("invert", map, file), code: 65, says: says)
      }
      // Of a MILP the columns that are no products suffice.
      #expect(try Tool.run("reduce", graph, "--to", "milp", "-o", "\(folder)/c5.lp", "--map", map).code == 0)
      try "1 0 1 0 1".write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try Tool.run("invert", map, file).output == "[1, 0, 1, 0, 1]\n")
      try "1 0 1 0 1 0".write(toFile: file, atomically: true, encoding: .utf8)
      expectOneLine(try Tool.run("invert", map, file), code: 65, says: "6 entries")
      let broken = try String(contentsOfFile: map, encoding: .utf8)
        .replacingOccurrences(
          of: "\"steps\" : [", with: "\"steps\" : [{\"step\":\"products\",\"pairs\":[[0,5]]},")
      try broken.write(toFile: map, atomically: true, encoding: .utf8)
      expectOneLine(try Tool.run("invert", map, file), code: 65, says: "not a map")
    }
  }

  @Test("Negative thresholds, the engines of problems, and options that a problem does not have")
  func decideOptions() throws {
    try Tool.withFile("c5.mc", cycle) { (file: String) throws in
      #expect(try Tool.run("decide", file, "--at-most", "-5").output.hasPrefix("no"))
      #expect(try Tool.run("decide", file, "--at-least", "-5").output.hasPrefix("yes"))
      #expect(try Tool.run("decide", file, "--at-least", "4", "--engine", "elimination").code == 0)
      for (options, says) in [
        (["--at-least", "4", "--engine", "cells"], "elimination"),
        (["--at-least", "4", "--domain", "box:0:1"], "--domain is for networks"),
        (["--at-least", "4", "--output-tensor", "x"], "--output-tensor is for networks"),
        (["--at-most-squared", "4"], "lip-cst"), (["--at-most", "four"], "not a number"),
        ([], "no threshold"),
      ] {
        expectOneLine(try Tool.run(["decide", file] + options), code: 64, says: says)
      }
      // L ≤ 2 and L² ≤ 4 are the same question of lip-cst, whoever carries it.
      let question = "\(file).json"
      #expect(try Tool.run("reduce", file, "--to", "lip-cst", "-o", question).code == 0)
      for (option, value) in [("--at-least", "2"), ("--at-most", "2"), ("--at-most-squared", "4")] {
        #expect(try Tool.run("decide", question, option, value).output.hasPrefix("yes"), "\(option)")
      }
      // A question of the file that the target cannot ask is left out with a note.
      let asked = "\(file).asked.json"
      #expect(try Tool.run("reduce", file, "--to", "lip-cst", "--at-most", "4", "-o", asked).code == 0)
      let lost = try Tool.run("reduce", asked, "--to", "qubo", "-o", "\(file).qubo.json")
      #expect(lost.code == 0 && lost.errors.contains("“is the optimum ≥ -4?”"), "\(lost.errors)")
      let qcmh = "\(file).qcmh.json"
      #expect(try Tool.run("reduce", question, "--to", "qcmh", "--at-least", "2", "-o", qcmh).code == 0)
      #expect(try Tool.run("decide", qcmh).output.hasPrefix("yes: minimum ≤ -4"))
      expectOneLine(try Tool.run("decide", "\(file).none.json"), code: 66, says: "no such file")
      let network = Tool.network("iris-4-5-5-3.json")
      expectOneLine(try Tool.run("decide", network, "--at-most", "-1"), code: 64, says: "nonnegative")
      expectOneLine(
        try Tool.run("exact", network, "--engine", "elimination"), code: 64, says: "two ReLU layers")
    }
  }

  @Test("An engine that does not suit the problem is the request's fault; a stopped one says what it knows")
  func engines() throws {
    try inFolder { (folder: String) throws in
      let file = "\(folder)/sk.json"
      #expect(try Tool.run("generate", "sk", "n=40", "-o", file).code == 0)
      for engine in ["enumerate", "elimination", "zonotope"] {
        expectOneLine(
          try Tool.run("maximize", file, "--engine", engine), code: 64, says: "engine \(engine) takes")
      }
      let small = "\(folder)/small.json"
      #expect(try Tool.run("generate", "sk", "n=20", "-o", small).code == 0)
      let stopped = try Tool.run("maximize", small, "--engine", "enumerate", "--node-limit", "100", "--quiet")
      #expect(stopped.code == 2 && stopped.output.contains("the sum of all magnitudes"))
      #expect(stopped.output.contains("100 nodes"))
      let gap = try Tool.run("maximize", file, "--relative-gap", "0.9", "--quiet")
      #expect(gap.code == 0 && gap.output.contains("gap reached"), "\(gap.output)")
      let network = try Tool.run("maximize", Tool.network("iris-4-5-5-3.onnx"))
      expectOneLine(network, code: 65, says: "holds a network")
    }
  }
}
