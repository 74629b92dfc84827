import ExactArithmetic
public import Foundation
public import Networks

/// Binary problems without constraints as QPLIB's `.qplib`: minimise or maximise ½ xᵀ Q x + bᵀ x + q⁰.
///
///     name
///     QBN                     the type: objective, variables, constraints
///     minimize
///     n
///     number of entries of Q in its lower triangle, then a line h k Q_hk each, from 1
///     default of b, number of other entries, then a line j b_j each
///     q⁰
///     infinity, starting point, multipliers, names: not used
///
/// A linear objective (`LBN`) has no lines for Q. The constraint type `B`, a box, is none for binary variables.
/// Reference: Furini et al., QPLIB: a library of quadratic programming instances, 2019, appendix.
public enum QPLIBFormat {
  /// The problem; a note names q⁰ where it is not 0, because the value of a QUBO has no constant.
  ///
  /// - Throws: `InputError` that names the line.
  public static func read(_ data: Data) throws(InputError) -> (problem: QUBO, notes: [String]) {
    var lines = try FormatLines(data, hasCommentWords: false)
    _ = try lines.next("the name of the problem")
    let isLinear = try readType(try lines.next("the problem's type, such as QBN,"))
    let sense = try readSense(try lines.next("minimize or maximize"))
    let variables = try lines.next("the number of variables").variables(0, "variables")
    var entries = SymmetricEntries(variables: variables)
    if !isLinear {
      let header = try lines.next("the number of quadratic terms")
      let count = try header.entries(0, "quadratic terms", bytes: lines.byteCount)
      try EntryForm(noun: "entry", base: 1)
        .read(count, from: &lines, header: header.number, into: &entries)
    }
    let listed = try readVector(from: &lines, variables: variables, "linear coefficients")
    let constant = try lines.next("the constant q⁰").number(0)
    try skipUnused(&lines, variables: variables)
    let linear = zip(listed, entries.diagonal).map { $1.isZero ? $0 : $0 + $1 / 2 }
    return (
      QUBO(bits: variables, products: entries.pairs, linear: linear, sense: sense),
      constant.isZero ? [] : ["the file's constant q⁰ = \(constant) is not part of the value; add it"]
    )
  }

  /// Linear coefficients are written as b; Q has no diagonal.
  ///
  /// - Throws: `InputError` where a coefficient is neither an integer nor a double.
  public static func write(_ problem: QUBO, name: String) throws(InputError) -> Data {
    let linear = FormatText.diagonal(problem.linear)
    let word = String(name.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "_" })
    var text = """
      \(word.isEmpty ? "problem" : word)
      QBN
      \(problem.sense.rawValue)
      \(problem.bits) # variables
      \(problem.products.count) # quadratic terms

      """
    for term in problem.products {
      text += "\(term.j + 1) \(term.i + 1) \(try FormatText.number(term.coefficient))\n"
    }
    text += "0 # default linear coefficient\n\(linear.count) # other linear coefficients\n"
    for term in linear { text += "\(term.i + 1) \(try FormatText.number(term.coefficient))\n" }
    text += """
      0 # constant
      1e30 # infinity
      0 # default starting value
      0 # other starting values
      0 # default multiplier
      0 # other multipliers
      0 # names of variables
      0 # names of constraints

      """
    return Data(text.utf8)
  }

  // MARK: Parts

  /// Whether the objective is linear.
  private static func readType(_ line: FormatLines.Line) throws(InputError) -> Bool {
    let letters = Array(line.words[0].uppercased())
    guard letters.count == 3, "LDCQ".contains(letters[0]) else {
      throw line.failure(
        "\(ExactNumberText.shown(line.words[0])) is not a problem type",
        remedy: "write QBN, or LBN for a linear objective")
    }
    guard letters[1] == "B" else {
      throw line.failure(
        "a problem of type \(line.words[0]) has variables that are not binary",
        remedy: "only problems with binary variables and no constraints (?BN, ?BB) are read")
    }
    guard letters[2] == "N" || letters[2] == "B" else {
      throw line.failure(
        "a problem of type \(line.words[0]) has constraints",
        remedy: "only problems with binary variables and no constraints (?BN, ?BB) are read")
    }
    return letters[0] == "L"
  }

  private static func readSense(_ line: FormatLines.Line) throws(InputError) -> Sense {
    guard let sense = Sense(rawValue: line.words[0].lowercased()) else {
      throw line.failure(
        "\(ExactNumberText.shown(line.words[0])) is not a sense", remedy: "write minimize or maximize")
    }
    return sense
  }

  /// A default, the number of other entries, and a line `j v` for each.
  private static func readVector(
    from lines: inout FormatLines, variables: Int, _ what: String
  ) throws(InputError) -> [Rational] {
    let standard = try lines.next("the default of the \(what)").number(0)
    let header = try lines.next("the number of other \(what)")
    let count = try header.entries(0, "other \(what)", bytes: lines.byteCount)
    // The diagonal of a table is a vector whose entries stand once.
    var listed = SymmetricEntries(variables: variables)
    var vector = [Rational](repeating: standard, count: variables)
    for _ in 0..<count {
      let line = try lines.next("\(count) lines “j v” for the \(what) that line \(header.number) promises")
      try line.expect(2...2, form: "j v")
      let index = try line.natural(0, "an index")
      guard (1...max(1, variables)).contains(index), variables > 0 else {
        throw line.failure(
          "the index \(line.words[0].prefix(30)) is out of range", remedy: "indices go from 1 to \(variables)"
        )
      }
      vector[index - 1] = try line.number(1)
      if let earlier = listed.add(index - 1, index - 1, vector[index - 1], place: line.number) {
        throw line.failure(
          "entry \(index) stands in line \(earlier) already", remedy: "list every entry once")
      }
    }
    return vector
  }

  /// What follows the objective, as far as it is there: infinity, starting point, multipliers, names.
  private static func skipUnused(_ lines: inout FormatLines, variables: Int) throws(InputError) {
    guard let infinity = lines.next() else { return }
    guard Double(infinity.words[0]) != nil else {
      throw infinity.failure(
        "\(ExactNumberText.shown(infinity.words[0])) is not a number", remedy: "write the value for infinity")
    }
    for what in ["starting values", "multipliers"] {
      var rest = lines
      guard rest.next() != nil else { return }
      _ = try readVector(from: &lines, variables: variables, what)
    }
    for what in ["names of variables", "names of constraints"] {
      guard let header = lines.next() else { return }
      for _ in 0..<(try header.entries(0, what, bytes: lines.byteCount)) {
        _ = try lines.next("a line “j name” for the \(what) that line \(header.number) promises")
      }
    }
    if let line = lines.next() {
      throw line.failure("the file goes on after the last section", remedy: "remove the lines from here on")
    }
  }
}
