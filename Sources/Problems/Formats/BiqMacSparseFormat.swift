import ExactArithmetic
public import Foundation
public import Networks

/// QUBO as Biq Mac's `.sparse`: minimise xᵀ Q x. `n m`, then m lines `i j q` from 1, which mean Q_ij = Q_ji = q: a
/// product counts twice, a diagonal entry once.
public enum BiqMacSparseFormat {
  /// - Throws: `InputError` that names the line.
  public static func read(_ data: Data) throws(InputError) -> QUBO {
    var lines = try FormatLines(data)
    let problem = try readMatrix(from: &lines, sense: .minimize)
    try lines.expectEnd(after: "entry", count: problem.entries, header: problem.header)
    return problem.problem
  }

  /// - Throws: `InputError` where the problem is to maximise, or half a coefficient is neither integer nor double.
  public static func write(_ problem: QUBO) throws(InputError) -> Data {
    try FormatText.check(problem, is: .minimize, format: "a .sparse file", other: ".bqp")
    return Data(try matrixText(problem).utf8)
  }

  /// One problem, `n m` and its entries.
  static func readMatrix(
    from lines: inout FormatLines, sense: Sense
  ) throws(InputError) -> (problem: QUBO, entries: Int, header: Int) {
    let header = try lines.next("n m, the numbers of variables and entries,")
    try header.expect(2...2, form: "n m, the numbers of variables and entries")
    var entries = SymmetricEntries(variables: try header.variables(0, "variables"))
    let count = try header.entries(1, "entries", bytes: lines.byteCount)
    try EntryForm(noun: "entry", base: 1)
      .read(count, from: &lines, header: header.number, into: &entries)
    let products = entries.pairs.map { PairTerm($0.i, $0.j, 2 * $0.coefficient) }
    let problem = QUBO(
      bits: entries.variables, products: products, linear: entries.diagonal, sense: sense)
    return (problem, count, header.number)
  }

  /// `n m` and the entries, sorted.
  static func matrixText(_ problem: QUBO) throws(InputError) -> String {
    let products = problem.products.map { PairTerm($0.i, $0.j, $0.coefficient / 2) }
    let entries = (FormatText.diagonal(problem.linear) + products).sorted { ($0.i, $0.j) < ($1.i, $1.j) }
    var text = "\(problem.bits) \(entries.count)\n"
    for entry in entries { text += try FormatText.entry(entry, base: 1) }
    return text
  }
}
