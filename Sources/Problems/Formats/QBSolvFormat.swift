import ExactArithmetic
public import Foundation
public import Networks

/// QUBO as qbsolv's `.qubo`: minimise Σ q_ij x_i x_j, every pair once, indices from 0.
///
///     c a comment
///     p qubo 0 maxNodes nNodes nCouplers
///     i i q        nNodes lines
///     i j q        nCouplers lines
public enum QBSolvFormat {
  private static let form = "p qubo 0 maxNodes nNodes nCouplers"

  /// - Throws: `InputError` that names the line.
  public static func read(_ data: Data) throws(InputError) -> QUBO {
    var lines = try FormatLines(data)
    let header = try lines.next("the line “\(form)”")
    guard header.words.count == 6, header.words[0] == "p", header.words[1] == "qubo" else {
      throw header.failure("the first line is not the program line", remedy: "write \(form)")
    }
    let limit = lines.byteCount
    var entries = SymmetricEntries(variables: try header.variables(3, "nodes"))
    let nodes = try header.entries(4, "nodes", bytes: limit)
    let couplers = try header.entries(5, "couplers", bytes: limit)
    try EntryForm(noun: "entry", base: 0)
      .read(nodes + couplers, from: &lines, header: header.number, into: &entries)
    try lines.expectEnd(after: "coupler", count: nodes + couplers, header: header.number)
    guard entries.pairs.count == couplers else {
      throw header.failure(
        "the line promises \(nodes) nodes and \(couplers) couplers but the file has "
          + "\(nodes + couplers - entries.pairs.count) and \(entries.pairs.count)",
        remedy: "a node is a line i i q, a coupler a line i j q")
    }
    return QUBO(
      bits: entries.variables, products: entries.pairs, linear: entries.diagonal, sense: .minimize)
  }

  /// - Throws: `InputError` where the problem is to maximise, or a coefficient is neither integer nor double.
  public static func write(_ problem: QUBO) throws(InputError) -> Data {
    try FormatText.check(problem, is: .minimize, format: "a .qubo file", other: ".bqp")
    let nodes = FormatText.diagonal(problem.linear)
    var text = "p qubo 0 \(problem.bits) \(nodes.count) \(problem.products.count)\n"
    for entry in nodes + problem.products { text += try FormatText.entry(entry, base: 0) }
    return Data(text.utf8)
  }
}
