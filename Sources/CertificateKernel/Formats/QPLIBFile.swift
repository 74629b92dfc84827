import ExactArithmetic

/// Binary problems without constraints as QPLIB's `.qplib`: minimise or maximise ½ xᵀ Q x + bᵀ x. Line by line: a name; the
/// type (`QBN`; `LBN` without Q); the sense; n; the number of entries of Q in its lower triangle and a line `h k Q_hk`
/// each, from 1; the default of b, the number of other entries and a line `j b_j` each; a constant, which is no part of
/// the value; and what says nothing about the value, which is not read.
enum QPLIBFile {
  static func read(_ bytes: [UInt8]) throws(InstanceUnreadable) -> SpinProblem {
    var lines = try TextLines(bytes, .wordsAfterAny)
    _ = try lines.next("the name of the problem")
    let type = try lines.next("the problem's type")
    let letters = Array(type.words[0].uppercased())
    guard letters.count == 3, "LDCQ".contains(letters[0]), letters[1] == "B", "NB".contains(letters[2]) else {
      throw type.failure(
        "the type is not one with binary variables and no constraints; it must be ?BN or ?BB")
    }
    let senseLine = try lines.next("minimize or maximize")
    let sense = senseLine.words[0].lowercased()
    guard sense == "minimize" || sense == "maximize" else {
      throw senseLine.failure("the sense is unknown; write minimize or maximize")
    }
    let n = try lines.next("the number of variables")
      .natural(0, below: SymmetricTable.variableLimit + 1, "the number of variables")
    var table = SymmetricTable(variables: n)
    if letters[0] != "L" {
      let count = try lines.next("the number of quadratic terms").natural(0, "the number of quadratic terms")
      try table.read(count, from: &lines, base: 1)
    }
    let linear = try vector(from: &lines, n)
    _ = try lines.next("the constant").number(0)
    return .qubo(
      products: table.pairs, linear: zip(linear, table.diagonal).map { $0 + $1 / 2 },
      maximizes: sense == "maximize")
  }

  private static func vector(from lines: inout TextLines, _ n: Int) throws(InstanceUnreadable) -> [Rational] {
    let standard = try lines.next("a default").number(0)
    var vector = [Rational](repeating: standard, count: n)
    var seen: Set<Int> = []
    let count = try lines.next("the number of other entries").natural(0, "the number of other entries")
    for _ in 0..<count {
      let line = try lines.next("one of \(count) entries")
      try line.expect(2...2, "j v")
      let index = try line.natural(0, below: n + 1, "an index")
      guard index > 0, seen.insert(index).inserted else {
        throw line.failure("the index is 0 or stands here a second time; list every entry once, from 1")
      }
      vector[index - 1] = try line.number(1)
    }
    return vector
  }
}
