import BigInt
public import Foundation
public import Networks

/// Mixed-integer programs as free-format `.mps`, for other solvers; GLPK (`glpsol --freemps`) and HiGHS read it.
/// Written only.
///
/// Readers disagree on how a maximisation is stated, so one is written as the minimisation of the negated objective,
/// which a comment says.
public enum MPSFormat {
  /// - Throws: `InputError` where a number needs more than 15 digits, or there are no columns.
  public static func write(_ program: MixedIntegerProgram) throws(InputError) -> Data {
    let integer = try IntegerRows(program)
    var text = "* Free MPS, read by GLPK (glpsol --freemps) and HiGHS.\n"
    if program.sense == .maximize {
      text += "* The problem is a maximisation: its objective is negated here, and so is the optimal value.\n"
    }
    if integer.objectiveScale != 1 { text += "* The objective is multiplied by \(integer.objectiveScale).\n" }
    text += "NAME program\nROWS\n N obj\n" + integer.rows.map { " L \($0.name)\n" }.joined()
    text += "COLUMNS\n" + columns(program, integer)
    text += "RHS\n"
    for row in integer.rows where !row.bound.isZero { text += " RHS \(row.name) \(row.bound)\n" }
    text += "BOUNDS\n" + integer.columnNames.map { " UP BND \($0) 1\n" }.joined()
    return Data((text + "ENDATA\n").utf8)
  }

  /// The columns in order, runs of integer ones between markers.
  private static func columns(_ program: MixedIntegerProgram, _ integer: IntegerRows) -> String {
    var entries = [[(row: String, coefficient: BigInt)]](repeating: [], count: program.columns.count)
    for row in integer.rows {
      for entry in row.entries { entries[entry.column].append((row.name, entry.coefficient)) }
    }
    var text = ""
    var isInteger = false
    var markers = 0
    func marker(_ kind: String) -> String {
      markers += 1
      return " MARKER\(markers) 'MARKER' '\(kind)'\n"
    }
    for (index, column) in program.columns.enumerated() {
      if column.isInteger != isInteger { text += marker(isInteger ? "INTEND" : "INTORG") }
      isInteger = column.isInteger
      let cost = program.sense == .minimize ? integer.objective[index] : -integer.objective[index]
      let name = integer.columnNames[index]
      text += " \(name) obj \(cost)\n"
      text += entries[index].map { " \(name) \($0.row) \($0.coefficient)\n" }.joined()
    }
    return text + (isInteger ? marker("INTEND") : "")
  }
}
