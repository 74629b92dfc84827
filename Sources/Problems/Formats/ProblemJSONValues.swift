import ExactArithmetic
import Networks

/// JSON values as parts of a problem; errors name the path.
extension ProblemJSONReader {
  static func numbers(_ value: JSONFormatValue, at place: String) throws(InputError) -> [Rational] {
    var numbers: [Rational] = []
    for (index, value) in try array(value, at: place).enumerated() {
      numbers.append(try number(value, at: "\(place)[\(index)]"))
    }
    return numbers
  }

  static func number(_ value: JSONFormatValue, at place: String) throws(InputError) -> Rational {
    do throws(InputError) {
      switch value {
      case .number(let number):
        guard number.isFinite else {
          throw InputError("the number is too large for a double", remedy: "its size must be below 1.8e308")
        }
        return Int(exactly: number).map { Rational($0) } ?? Rational(number)
      case .largeInteger(let text): return try ExactNumberText.decimal(text)
      case .string(let text): return try ExactNumberText.exact(text)
      default: throw wrongType(value, at: place, "a number")
      }
    } catch {
      throw InputError(place: place, error.problem, remedy: error.remedy)
    }
  }

  static func natural(_ value: JSONFormatValue, at place: String) throws(InputError) -> Int {
    switch value {
    case .number(let number):
      if number >= 0, let integer = Int(exactly: number) { return integer }
    case .largeInteger(let text):
      if !text.hasPrefix("-") { return Int(text) ?? .max }
    default: throw wrongType(value, at: place, "an integer")
    }
    throw InputError(place: place, "the number is not a natural one", remedy: "write an integer from 0 on")
  }

  static func index(
    _ value: JSONFormatValue, below count: Int, at place: String
  ) throws(InputError) -> Int {
    let index = try natural(value, at: place)
    guard index < count else {
      throw InputError(
        place: place, "the index \(index) is out of range",
        remedy: count == 0 ? "n is 0" : "indices go from 0 to \(count - 1)")
    }
    return index
  }

  static func string(_ value: JSONFormatValue, at place: String) throws(InputError) -> String {
    guard case .string(let text) = value else { throw wrongType(value, at: place, "a string") }
    return text
  }

  static func array(
    _ value: JSONFormatValue, at place: String
  ) throws(InputError) -> [JSONFormatValue] {
    guard case .array(let values) = value else { throw wrongType(value, at: place, "an array") }
    return values
  }

  static func wrongType(
    _ value: JSONFormatValue, at place: String, _ expected: String
  ) -> InputError {
    InputError(place: place, "\(value.kind) stands here", remedy: "it must be \(expected)")
  }

  static func missing(_ key: String, in place: String? = nil) -> InputError {
    InputError(place: place, "the key \"\(key)\" is missing", remedy: "add \"\(key)\"")
  }

  static func counted(_ count: Int) -> String { count == 1 ? "1 entry" : "\(count) entries" }
}
