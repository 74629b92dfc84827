import ExactArithmetic

/// QUBO as Beasley's OR-Library writes it: maximise xᵀ Q x. The number of problems, here 1, which may be left out; then
/// `n m` and m lines `i j q` from 1, which mean Q_ij = Q_ji = q.
enum ORLibraryFile {
  static func read(_ bytes: [UInt8]) throws(InstanceUnreadable) -> SpinProblem {
    var lines = try TextLines(bytes, .words)
    var rest = lines
    let first = try rest.next("the number of problems, or n m,")
    if first.words.count == 1 {
      guard try first.natural(0, "the number of problems") == 1 else {
        throw first.failure(
          "the file holds not one problem; write the one that is meant to a file of its own")
      }
      lines = rest
    }
    let table = try SymmetricTable.readCounted(from: &lines)
    try lines.end()
    return .qubo(products: BiqMacFile.doubled(table.pairs), linear: table.diagonal, maximizes: true)
  }
}
