import ExactArithmetic
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
    guard try interiorPoint(rows) != nil else {
      throw InputError(
        file: path, "no point was found strictly inside all rows",
        remedy: "give a polytope with an interior; an equality in two rows has none")
    }
    return .polytope(
      rows: Matrix(rows.map { Array($0.dropLast()) }), bounds: rows.map { $0[rows[0].count - 1] }, lower: nil,
      upper: nil)
  }

  /// How often the search for a point is repeated around the last one, in finer coordinates each time.
  private static let rounds = 7

  /// A point strictly inside, proved in exact arithmetic: the centre of the largest ball near the origin as GLPK finds it, whose
  /// tolerance is relative to the numbers that it is given, and then of ever smaller neighbourhoods. Nil where none was found.
  private static func interiorPoint(_ rows: [[Double]]) throws -> [Double]? {
    let inputs = rows[0].count - 1
    let lengths = rows.map { norm(Array($0.dropLast())) }
    // As far as any row from the origin, and farther.
    var unit = 4 * zip(rows, lengths).reduce(1) { max($0, abs($1.0[inputs]) / $1.1) }
    var middle = [Double](repeating: 0, count: inputs)
    for _ in 0..<rounds {
      var columns = Polyhedron(columns: inputs + 1)
      for j in 0...inputs { (columns.columnLower[j], columns.columnUpper[j]) = (-1, 1) }
      for (row, length) in zip(rows, lengths) {
        let distance = room(row, at: middle).truncated / length / unit
        columns.addRow(row.dropLast().map { -$0 / length } + [-1], lower: -distance)
      }
      let cost = [Double](repeating: 0, count: inputs) + [-1]
      guard case .optimal(_, let point, _)? = try GLPK.minimize([cost], over: columns).first else {
        return nil
      }
      middle = zip(middle, point).map { $0 + unit * $1 }
      guard middle.allSatisfy(\.isFinite) else { return nil }
      if rows.allSatisfy({ room($0, at: middle).signum > 0 }) { return middle }
      unit *= 0x1p-10
    }
    return nil
  }

  /// b - a·x.
  private static func room(_ row: [Double], at x: [Double]) -> Dyadic {
    x.indices.reduce(Dyadic(row[x.count])) { $0 + -(Dyadic(row[$1]) * Dyadic(x[$1])) }
  }
}
