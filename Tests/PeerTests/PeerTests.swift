import Foundation
import Problems
import Testing

/// The programs we export, solved by other people's solvers: their optimum is ours, and their solution carries back.
@Suite(.enabled(if: Peers.areAskedFor, "LIPBENCH_PEERS=1 asks for glpsol and highspy"))
struct PeerTests {
  @Test("glpsol finds our optimum", arguments: PeerCase.all)
  func glpsol(_ peerCase: PeerCase) throws {
    let instance = try PeerInstance(peerCase)
    for format in ExportFormat.allCases {
      try Peers.withFolder { folder in
        let file = folder.appendingPathComponent("program.\(format)")
        try instance.write(to: file)
        try GLPKPeer.solve(file, format, in: folder).check(instance, "\(format)")
      }
    }
  }

  @Test("HiGHS finds our optimum")
  func highs() throws {
    let questions = try PeerCase.all.flatMap { peerCase in
      let instance = try PeerInstance(peerCase)
      return ExportFormat.allCases.map { (instance, $0, "\(peerCase.testDescription), \($0)") }
    }
    try Peers.withFolder { folder in
      var files: [URL] = []
      for (instance, format, _) in questions {
        let file = folder.appendingPathComponent("\(files.count).\(format)")
        try instance.write(to: file)
        files.append(file)
      }
      let answers = try HiGHSPeer.solve(files, in: folder)
      try #require(answers.count == questions.count)
      for (answer, (instance, _, name)) in zip(answers, questions) {
        #expect(throws: Never.self) { try answer.check(instance, name) }
      }
    }
  }

  @Test("At least 30 instances, of every kind a program is made from")
  func cases() throws {
    #expect(PeerCase.all.count >= 30)
    let kinds = try Set(PeerCase.all.map { try $0.source().kind })
    #expect(kinds == Set(ProblemKind.allCases).subtracting([.milp]))
  }
}
