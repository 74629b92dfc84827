import BigInt
public import Foundation
public import Networks

/// Mixed-integer programs as CPLEX `.lp`, for other solvers; GLPK (`glpsol --lp`) and HiGHS read it. Written only.
public enum CPLEXLPFormat {
  /// Every column stands in the objective, if need be with 0, so that readers keep their order.
  ///
  /// - Throws: `InputError` where a number needs more than 15 digits, or there are no columns.
  public static func write(_ program: MixedIntegerProgram) throws(InputError) -> Data {
    let integer = try IntegerRows(program)
    let names = integer.columnNames
    var text = "\\ Read by GLPK (glpsol --lp) and HiGHS.\n"
    if integer.objectiveScale != 1 {
      text += "\\ The objective is multiplied by \(integer.objectiveScale).\n"
    }
    text += program.sense == .minimize ? "Minimize\n" : "Maximize\n"
    text += " obj:" + sum(zip(names, integer.objective)) + "\nSubject To\n"
    for row in integer.rows {
      let terms = row.entries.map { (names[$0.column], $0.coefficient) }
      text += " \(row.name):" + sum(terms.isEmpty ? [(names[0], BigInt(0))] : terms) + " <= \(row.bound)\n"
    }
    // A program needs at least one row; this one always holds.
    if integer.rows.isEmpty { text += " all: 0 \(names[0]) <= 1\n" }
    let continuous = program.columns.indices.filter { !program.columns[$0].isInteger }.map { names[$0] }
    let binary = program.columns.indices.filter { program.columns[$0].isInteger }.map { names[$0] }
    if !continuous.isEmpty {
      text += "Bounds\n" + continuous.map { " 0 <= \($0) <= 1\n" }.joined()
    }
    if !binary.isEmpty { text += "Binaries\n" + binary.map { " \($0)\n" }.joined() }
    return Data((text + "End\n").utf8)
  }

  /// ` + 3 x - 2 y`, a few terms a line.
  private static func sum(_ terms: some Sequence<(String, BigInt)>) -> String {
    var text = ""
    for (index, term) in terms.enumerated() {
      if index > 0, index % 4 == 0 { text += "\n  " }
      text += " \(term.1 < 0 ? "-" : "+") \(term.1.magnitude) \(term.0)"
    }
    return text
  }
}
