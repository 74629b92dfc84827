public import BigInt
import ExactArithmetic
import Networks

/// A mixed-integer program with integer data of at most 15 digits and portable names, as `.lp` and `.mps` files need it.
///
/// A row may be multiplied by any positive number, so its denominators are cleared. Clearing those of the objective
/// multiplies the value by `objectiveScale`.
struct IntegerRows {
  struct Row {
    let name: String
    /// One entry a column, sorted, none zero.
    let entries: [(column: Int, coefficient: BigInt)]
    let bound: BigInt
  }

  let columnNames: [String]
  let objective: [BigInt]
  let objectiveScale: BigInt
  let rows: [Row]

  /// - Throws: `InputError` where a program has no columns, or an integer more than 15 digits.
  init(_ program: MixedIntegerProgram) throws(InputError) {
    guard !program.columns.isEmpty else {
      throw InputError("the program has no variables", remedy: "give it at least one")
    }
    columnNames = Self.portable(program.columns.map(\.name), prefix: "x")
    let costs = program.columns.map(\.cost)
    objectiveScale = Self.commonDenominator(costs)
    objective = try Self.integers(costs, scale: objectiveScale, of: "the objective")
    let names = Self.portable(program.rows.map(\.name), prefix: "r")
    var rows: [Row] = []
    for (name, row) in zip(names, program.rows) {
      var sums: [Int: Rational] = [:]
      for entry in row.entries { sums[entry.column, default: .zero] += entry.coefficient }
      let columns = sums.filter { !$0.value.isZero }.keys.sorted()
      let numbers = columns.map { sums[$0] ?? .zero } + [row.bound]
      let integers = try Self.integers(numbers, scale: Self.commonDenominator(numbers), of: "row \(name)")
      rows.append(
        Row(name: name, entries: Array(zip(columns, integers)), bound: integers[columns.count]))
    }
    self.rows = rows
  }

  fileprivate static func commonDenominator(_ numbers: [Rational]) -> BigInt {
    numbers.reduce(1) { $1.isInteger ? $0 : leastCommonMultiple($0, $1.denominator) }
  }

  private static func integers(
    _ numbers: [Rational], scale: BigInt, of what: String
  ) throws(InputError) -> [BigInt] {
    let limit = BigInt(10).power(15)
    let integers = numbers.map { $0.numerator * (scale / $0.denominator) }
    guard let large = integers.first(where: { $0.magnitude >= limit.magnitude }) else { return integers }
    throw InputError(
      "\(what) needs the integer \(large.description.prefix(60)), which other solvers would round",
      remedy: "scale the data to integers of at most 15 digits")
  }

  /// The names themselves where all are distinct and both formats take them, otherwise `prefix` and a number.
  private static func portable(_ names: [String], prefix: String) -> [String] {
    let areFine = Set(names.map { $0.lowercased() }).count == names.count && names.allSatisfy(isPortable)
    return areFine ? names : names.indices.map { "\(prefix)\($0 + 1)" }
  }

  private static let reserved: Set = [
    "obj", "st", "subject", "such", "bound", "bounds", "bin", "binary", "binaries", "gen", "general",
    "generals",
    "int", "integer", "integers", "min", "max", "minimize", "maximize", "minimum", "maximum", "free", "inf",
    "infinity", "end", "semi", "sos", "to", "that", "marker", "rhs", "bnd",
  ]

  /// A letter other than e, which begins an exponent, then letters, digits and underscores.
  private static func isPortable(_ name: String) -> Bool {
    guard let first = name.first, first.isLetter, first.lowercased() != "e", name.utf8.count <= 60 else {
      return false
    }
    return name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
    } && !reserved.contains(name.lowercased())
  }
}

extension MixedIntegerProgram {
  /// What `.lp` and `.mps` files multiply the objective by, so that it is in integers: the common denominator.
  public var objectiveScale: BigInt { IntegerRows.commonDenominator(columns.map(\.cost)) }
}
