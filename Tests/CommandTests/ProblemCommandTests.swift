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
}
