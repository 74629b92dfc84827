import ExactArithmetic

/// Max-cut as rudy, Biq Mac and Gset write it: `n m`, then m lines `i j w`, vertices from 1. A missing w is 1.
enum RudyFile {
  static func read(_ bytes: [UInt8]) throws(InstanceUnreadable) -> SpinProblem {
    var lines = try TextLines(bytes, .words)
    let table = try SymmetricTable.readCounted(from: &lines, isGraph: true)
    try lines.end()
    return .maxCut(vertices: table.variables, edges: table.pairs)
  }
}
