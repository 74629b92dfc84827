public import Foundation
public import Networks

/// QUBO as Beasley's OR-Library writes it: maximise xᵀ Q x. The number of problems, then each as `n m` and m lines
/// `i j q` from 1, which mean Q_ij = Q_ji = q. A file of one problem may begin with its `n m`.
public enum ORLibraryFormat {
  /// - Parameter number: which problem to read, from 1; nil where the file holds one.
  /// - Throws: `InputError` that names the line.
  public static func read(_ data: Data, problem number: Int? = nil) throws(InputError) -> QUBO {
    var lines = try FormatLines(data)
    var problems = 1
    let first = try lines.next("the number of problems, or n m,")
    if first.words.count == 1 {
      problems = try first.entries(0, "problems", bytes: lines.byteCount)
    } else {
      lines = try FormatLines(data)
    }
    guard problems > 0 else { throw first.failure("the file holds no problems", remedy: "give at least one") }
    guard let number = number ?? (problems == 1 ? 1 : nil), (1...problems).contains(number) else {
      throw first.failure(
        "the file holds \(problems) \(problems == 1 ? "problem" : "problems")"
          + (number.map { " and no problem \($0)" } ?? ""),
        remedy: problems == 1 ? "read problem 1" : "say which one to read, 1 to \(problems)")
    }
    for _ in 1..<number { _ = try BiqMacSparseFormat.readMatrix(from: &lines, sense: .maximize) }
    let chosen = try BiqMacSparseFormat.readMatrix(from: &lines, sense: .maximize)
    for _ in number..<problems { _ = try BiqMacSparseFormat.readMatrix(from: &lines, sense: .maximize) }
    try lines.expectEnd(after: "entry", count: chosen.entries, header: chosen.header)
    return chosen.problem
  }

  /// A file of one problem.
  ///
  /// - Throws: `InputError` where the problem is to minimise, or half a coefficient is neither integer nor double.
  public static func write(_ problem: QUBO) throws(InputError) -> Data {
    try FormatText.check(problem, is: .maximize, format: "a .bqp file", other: ".sparse")
    return Data(("1\n" + (try BiqMacSparseFormat.matrixText(problem))).utf8)
  }
}
