import ExactArithmetic

/// QUBO as qbsolv's `.qubo`: minimise Σ q_ij x_i x_j, every pair once, indices from 0.
///
///     p qubo 0 maxNodes nNodes nCouplers
///     i i q        nNodes lines
///     i j q        nCouplers lines
enum QBSolvFile {
  static func read(_ bytes: [UInt8]) throws(InstanceUnreadable) -> SpinProblem {
    var lines = try TextLines(bytes, .words)
    let header = try lines.next("the line p qubo 0 maxNodes nNodes nCouplers")
    guard header.words.count == 6, header.words[0] == "p", header.words[1] == "qubo" else {
      throw header.failure("the program line is missing; write p qubo 0 maxNodes nNodes nCouplers")
    }
    let n = try header.natural(3, below: SymmetricTable.variableLimit + 1, "the number of nodes")
    let (nodes, couplers) = (try header.natural(4, "nNodes"), try header.natural(5, "nCouplers"))
    var table = SymmetricTable(variables: n)
    try table.read(nodes + couplers, from: &lines, base: 0)
    try lines.end()
    guard table.pairs.count == couplers else {
      throw header.failure(
        "the file has \(table.pairs.count) couplers, not \(couplers); a coupler is a line i j q")
    }
    return .qubo(products: table.pairs, linear: table.diagonal, maximizes: false)
  }
}
