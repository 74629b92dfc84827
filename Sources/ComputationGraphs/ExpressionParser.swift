import BigInt
public import ExactArithmetic

extension ScalarExpression {
  /// What is wrong with a text, and where.
  public struct SyntaxError: Error, Equatable, CustomStringConvertible {
    /// From 1.
    public let column: Int
    public let problem: String
    public var description: String { "column \(column): \(problem)" }
  }

  /// Parses `softplus(x / 2) + abs(x / 2 - w * sin(x))`: numbers, x, constants by name, + - * /, ^ with a whole number, and parentheses, functions by name.
  /// Decimals are the fractions that they say: 0.1 is 1/10.
  ///
  /// - Throws: `SyntaxError`.
  public init(parsing text: String, constants: [String: Rational] = [:]) throws(SyntaxError) {
    var parser = ExpressionParser(text, constants: constants)
    self = try parser.sum()
    guard parser.isAtEnd else { throw parser.error("“\(parser.rest)” after the end of the expression") }
  }

  /// Functions that a text may name.
  public static var functionNames: [String] { namedFunctions.keys.sorted() }
}

private struct ExpressionParser {
  private let characters: [Character]
  private let constants: [String: Rational]
  private var place = 0
  private var depth = 0
  /// Parentheses within one another.
  private static let deepest = 200

  init(_ text: String, constants: [String: Rational]) {
    characters = Array(text)
    self.constants = constants
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return place == characters.count
    }
  }

  var rest: String { String(characters[place...].prefix(20)) }

  func error(_ problem: String) -> ScalarExpression.SyntaxError {
    ScalarExpression.SyntaxError(column: place + 1, problem: problem)
  }

  private mutating func skipSpace() {
    while place < characters.count, characters[place].isWhitespace { place += 1 }
  }

  private mutating func take(_ symbols: String) -> Character? {
    skipSpace()
    guard place < characters.count, symbols.contains(characters[place]) else { return nil }
    place += 1
    return characters[place - 1]
  }

  mutating func sum() throws(ScalarExpression.SyntaxError) -> ScalarExpression {
    var result = try product()
    while let symbol = take("+-") {
      let next = try product()
      result = symbol == "+" ? result + next : result - next
    }
    return result
  }

  private mutating func product() throws(ScalarExpression.SyntaxError) -> ScalarExpression {
    var result = try factor()
    while let symbol = take("*/") {
      let start = place
      let next = try factor()
      if symbol == "/", let divisor = next.number, divisor.isZero {
        place = start
        throw error("division by zero")
      }
      result = symbol == "*" ? result * next : result / next
    }
    return result
  }

  private mutating func factor() throws(ScalarExpression.SyntaxError) -> ScalarExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      throw error("more than \(Self.deepest) parentheses within one another")
    }
    if take("-") != nil { return -(try factor()) }
    let base = try primary()
    guard take("^") != nil else { return base }
    skipSpace()
    let start = place
    while place < characters.count, characters[place].isNumber { place += 1 }
    guard let exponent = Int(String(characters[start..<place])), exponent <= 64 else {
      place = start
      throw error("an exponent is a whole number from 0 to 64")
    }
    return base.power(exponent)
  }

  /// A number, a name, a function's value, or what parentheses hold.
  private mutating func primary() throws(ScalarExpression.SyntaxError) -> ScalarExpression {
    if take("(") != nil {
      let inner = try sum()
      try close()
      return inner
    }
    skipSpace()
    let start = place
    while place < characters.count,
      characters[place].isLetter || characters[place].isNumber || characters[place] == "."
        || characters[place] == "_"
    {
      place += 1
    }
    let word = String(characters[start..<place])
    guard let first = word.first else {
      throw error(
        place == characters.count ? "the expression ends too early" : "“\(rest)” begins no expression")
    }
    if first.isNumber || first == "." {
      guard let number = Self.number(word) else {
        place = start
        let digits = word.prefix { $0.isNumber || $0 == "." }
        let name = word.dropFirst(digits.count)
        throw error(
          "“\(word)” is not a number"
            + (digits.isEmpty || name.isEmpty ? "" : "; write “\(digits)*\(name)” for a product"))
      }
      return ScalarExpression(number)
    }
    if take("(") != nil {
      guard let function = namedFunctions[word] else {
        place = start
        throw error(
          "unknown function \(word); the functions are \(ScalarExpression.functionNames.joined(separator: ", "))"
        )
      }
      let argument = try sum()
      try close()
      return function(argument)
    }
    if word == "x" { return .input }
    guard let constant = constants[word] else {
      place = start
      throw error("unknown name \(word); write x for the input, and give constants a value")
    }
    return ScalarExpression(constant)
  }

  private mutating func close() throws(ScalarExpression.SyntaxError) {
    guard take(")") != nil else { throw error("a closing parenthesis is missing") }
  }

  /// A decimal as the fraction that it says.
  private static func number(_ word: String) -> Rational? {
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, word.count <= 400, word != "." else { return nil }
    let decimals = parts.count == 2 ? String(parts[1]) : ""
    guard let digits = BigInt(String(parts[0]) + decimals),
      (String(parts[0]) + decimals).allSatisfy(\.isASCII)
    else {
      return nil
    }
    return Rational(digits, BigInt(10).power(decimals.count))
  }
}
