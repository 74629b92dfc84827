import ExactArithmetic
import Networks

/// Parts that the writers of text formats share.
enum FormatText {
  /// `i j q` and a line end.
  static func entry(_ term: PairTerm, base: Int) throws(InputError) -> String {
    "\(term.i + base) \(term.j + base) \(try number(term.coefficient))\n"
  }

  /// The entries q_ii that are not zero, as terms `i i q`.
  static func diagonal(_ linear: [Rational]) -> [PairTerm] {
    linear.indices.filter { !linear[$0].isZero }.map { PairTerm($0, $0, linear[$0]) }
  }

  /// - Throws: `InputError` where the number is neither an integer nor a double.
  static func number(_ number: Rational) throws(InputError) -> String {
    guard let text = ExactNumberText.shortest(number) else {
      throw InputError(
        "the coefficient \(number.description.prefix(60)) cannot be written exactly in this format",
        remedy: "write the problem as .json, or scale its data to integers")
    }
    return text
  }

  /// - Throws: `InputError` where the problem has another sense than the format.
  static func check(_ problem: QUBO, is sense: Sense, format: String, other: String) throws(InputError) {
    guard problem.sense == sense else {
      throw InputError(
        "\(format) holds problems to \(sense.rawValue), and this one is to \(problem.sense.rawValue)",
        remedy: "write it as \(other), .qplib or .json, which keep its sense and values")
    }
  }
}
