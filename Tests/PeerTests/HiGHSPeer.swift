import Foundation
import Testing

/// HiGHS, by way of its Python package; one process for all programs.
enum HiGHSPeer {
  static func solve(_ programs: [URL], in folder: URL) throws -> [PeerAnswer] {
    let script = try #require(
      Bundle.module.url(forResource: "solve", withExtension: "py", subdirectory: "Resources"))
    let answers = folder.appendingPathComponent("answers")
    try Peers.run([Peers.python, script.path, answers.path] + programs.map(\.path), in: folder)
    return try Data(contentsOf: answers).split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(PeerAnswer.self, from: Data($0))
    }
  }
}
