import ExactArithmetic
import Foundation
import Networks
import Problems
import Testing

@Suite struct ProblemFileTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

  /// Runs `body` with the path of `file` in a folder of its own.
  private func with(_ file: String, _ text: String?, _ body: (String) throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent(file)
    if let text { try Data(text.utf8).write(to: url) }
    try body(url.path)
  }

  @Test(arguments: [
    ("a.mc", "a"), ("a.RUD", "a"), ("a.rudy", "a"), ("G1", "G1"), ("g05_60.5", "g05_60.5"),
    ("pm1s_80.5", "pm1s_80.5"), ("pw05_100.5", "pw05_100.5"), ("ising2.5-100_6666", "ising2.5-100_6666"),
    ("t2g10_6666", "t2g10_6666"), ("toruspm3-8-50", "toruspm3-8-50"),
  ])
  func readsMaxCutByName(file: String, name: String) throws {
    try with(file, "2 1\n1 2 3\n") { path in
      let instance = try ProblemFile.read(path)
      #expect(areEqual(instance.problem, MaxCut(vertices: 2, edges: [PairTerm(0, 1, 3)])))
      #expect(instance.name == name)
      #expect(try ProblemFile.kind(ofFile: path) == .maxCut)
    }
  }

  @Test func theKindDecidesWhereTheNameDoesNot() throws {
    try with("graph.txt", "2 1\n1 2 3\n") { path in
      let error = try #require(throws: InputError.self) { try ProblemFile.read(path) }
      #expect(error.file == path && error.remedy.contains("--kind"))
      #expect(try ProblemFile.read(path, kind: .maxCut).problem.kind == .maxCut)
      #expect(try ProblemFile.read(path, kind: .qubo).problem.sense == .maximize)
    }
  }

  @Test func aWrongKindIsRefused() throws {
    try with("graph.mc", "2 1\n1 2 3\n") { path in
      let error = try #require(throws: InputError.self) { try ProblemFile.read(path, kind: .qubo) }
      #expect(error.problem.contains("max-cut, not qubo") && error.remedy.contains("--to qubo"))
    }
  }

  @Test func choosesAmongProblems() throws {
    try with("bqp50.txt", "2\n2 1\n1 1 9\n1 1\n1 1 8\n") { path in
      let instance = try ProblemFile.read(path, problem: 2)
      #expect(instance.name == "bqp50-2" && instance.problem.variables == 1)
      #expect(throws: InputError.self) { try ProblemFile.read(path) }
    }
  }

  @Test func tellsNetworksApart() throws {
    try with("net.json", #"{"layers": [{"weights": [[1]]}]}"#) { path in
      #expect(try ProblemFile.kind(ofFile: path) == nil)
      let error = try #require(throws: InputError.self) { try ProblemFile.read(path) }
      #expect(error.problem.contains("network"))
    }
    #expect(try ProblemFile.kind(ofFile: "net.onnx") == nil)
  }

  @Test func errorsNameFileAndLine() throws {
    try with("bad.mc", "2 1\n1 3 3\n") { path in
      let error = try #require(throws: InputError.self) { try ProblemFile.read(path) }
      #expect(error.description.hasPrefix("\(path):2: the index 3 is out of range; "))
    }
    #expect(throws: MissingFile.self) { try ProblemFile.read(folder.appendingPathComponent("no.mc").path) }
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func whatIsWrittenReadsBack(seed: UInt64) throws {
    var random = RandomProblems(seed: seed, .integers)
    let problems: [(String, any Problem)] = [
      ("a.mc", random.maxCut()), ("a.sparse", random.qubo(.minimize)), ("a.qubo", random.qubo(.minimize)),
      ("a.bqp", random.qubo(.maximize)), ("a.qplib", random.qubo(.maximize)), ("a.json", random.ising()),
    ]
    for (file, problem) in problems {
      try with(file, nil) { path in
        try ProblemFile.write(ProblemInstance(name: "a", problem: problem), to: path)
        #expect(areEqual(try ProblemFile.read(path).problem, problem), "\(file)")
      }
    }
  }

  @Test func refusesAnotherKindAndWritesNothing() throws {
    let ising = ProblemInstance(name: "a", problem: Ising(spins: 1, couplings: [], sense: .minimize))
    for (file, kind) in [("a.rudy", "max-cut"), ("a.qubo", "qubo"), ("a.lp", "milp"), ("a.mps", "milp")] {
      try with(file, nil) { path in
        let error = try #require(throws: InputError.self) { try ProblemFile.write(ising, to: path) }
        #expect(error.remedy == "reduce it to \(kind) first: lipbench reduce … --to \(kind)")
        #expect(!FileManager.default.fileExists(atPath: path))
      }
    }
    #expect(throws: InputError.self) { try ProblemFile.write(ising, to: "a.txt") }
  }
}
