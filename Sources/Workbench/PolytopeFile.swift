import Foundation
import LinearAlgebra
import LinearProgramming
import Networks
import PatternSearch

/// Polytopes as text: a row `a_1 … a_n b` a line means a·x ≤ b; `#` begins a comment.
enum PolytopeFile {
  /// - Throws: `InputError` naming the line; or where the polytope has no interior.
  static func read(_ path: String, inputs: Int) throws -> Domain {
    let text = String(decoding: try InputFile.contents(path), as: UTF8.self)
    var rows: [[Double]] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.prefix { $0 != "#" }.split { $0.isWhitespace || $0 == "," }
      if words.isEmpty { continue }
      let numbers = words.compactMap { DomainText.number($0) }
      guard numbers.count == words.count, numbers.count == inputs + 1 else {
        throw InputError(
          file: path, place: "\(index + 1)",
          "“\(line.prefix(60))” is not a row of \(inputs + 1) finite numbers",
          remedy: "write a_1 … a_\(inputs) b for a·x ≤ b")
      }
      guard numbers.dropLast().contains(where: { $0 != 0 }) else {
        throw InputError(
          file: path, place: "\(index + 1)", "all coefficients of the row are zero", remedy: "leave it out")
      }
      rows.append(numbers)
    }
    guard !rows.isEmpty else {
      throw InputError(file: path, "holds no rows", remedy: "write a_1 … a_n b a line, or use --domain all")
    }
    return try polytope(rows, path)
  }

  private static func polytope(_ rows: [[Double]], _ path: String) throws -> Domain {
    let inputs = rows[0].count - 1
    // The largest ball of radius at most 1: its radius is positive where there is an interior.
    var columns = Polyhedron(columns: inputs + 1)
    for j in 0..<inputs {
      columns.columnLower[j] = -1e9
      columns.columnUpper[j] = 1e9
    }
    columns.columnLower[inputs] = -1
    columns.columnUpper[inputs] = 1
    for row in rows {
      let a = Array(row.dropLast())
      columns.addRow(a.map { -$0 } + [-norm(a)], lower: -row[inputs])
    }
    let cost = [Double](repeating: 0, count: inputs) + [-1]
    guard case .optimal(_, let point, _)? = try GLPK.minimize([cost], over: columns).first, point[inputs] > 0
    else {
      throw InputError(
        file: path, "no point lies strictly inside all rows", remedy: "give a polytope with an interior")
    }
    return .polytope(
      rows: Matrix(rows.map { Array($0.dropLast()) }), bounds: rows.map { $0[inputs] }, lower: nil, upper: nil
    )
  }
}
