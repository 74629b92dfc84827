import Foundation

/// GLPK's own command.
enum GLPKPeer {
  static func solve(_ program: URL, _ format: ExportFormat, in folder: URL) throws -> PeerAnswer {
    let solution = folder.appendingPathComponent("solution")
    let reader = format == .mps ? "--freemps" : "--lp"
    let log = try Peers.run(
      ["glpsol", reader, program.path, "--tmlim", "60", "--write", solution.path], in: folder)
    guard let text = try? String(contentsOf: solution, encoding: .utf8), let answer = answer(text) else {
      throw PeerFailure("glpsol writes no solution: \(log)")
    }
    return answer
  }

  /// Reads what `--write` writes: `s mip rows columns status objective`, and `j column value` for each column.
  private static func answer(_ text: String) -> PeerAnswer? {
    var head: (isOptimal: Bool, objective: Double)?
    var columns: [Double] = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      switch words.first {
      case "s" where words.count == 6 && words[1] == "mip":
        head = Double(words[5]).map { (words[4] == "o", $0) }
      case "j" where words.count == 3 && Int(words[1]) == columns.count + 1:
        guard let value = Double(words[2]) else { return nil }
        columns.append(value)
      default: break
      }
    }
    return head.map { PeerAnswer(isOptimal: $0.isOptimal, objective: $0.objective, columns: columns) }
  }
}
