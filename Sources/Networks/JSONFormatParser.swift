package import Foundation

/// A JSON value.
package enum JSONFormatValue: Sendable {
  case null
  case boolean(Bool)
  /// The nearest double; infinite where the text is beyond the largest double.
  case number(Double)
  /// An integer of more than 15 digits, which a double may not hold.
  case largeInteger(String)
  case string(String)
  case array([JSONFormatValue])
  case object([String: JSONFormatValue])

  /// The kind of value, with its article.
  package var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .number, .largeInteger: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// Strict JSON (RFC 8259) whose syntax errors name the line.
package struct JSONFormatParser {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  private static let maximumDepth = 64

  package static func parse(_ data: Data) throws(InputError) -> JSONFormatValue {
    var parser = JSONFormatParser(bytes: [UInt8](data))
    return try parser.document()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func document() throws(InputError) -> JSONFormatValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    skipSpace()
    guard position < bytes.count else { throw failure("the file is empty", "write one JSON object") }
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else {
      throw failure("text follows the end of the JSON value", "a file holds one JSON object")
    }
    return value
  }

  private func failure(_ problem: String, _ remedy: String) -> InputError {
    InputError(place: "\(line)", problem, remedy: remedy)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func describeNext() -> String {
    guard let next else { return "the end of the file" }
    return (0x20..<0x7F).contains(next) ? "\"\(Character(UnicodeScalar(next)))\"" : "the byte \(next)"
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      if byte == 0x0A { line += 1 }
      position += 1
    }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(InputError) -> JSONFormatValue {
    guard depth < Self.maximumDepth else {
      throw failure(
        "values are nested deeper than \(Self.maximumDepth) levels", "a file needs five levels")
    }
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
    default: return try word()
    }
  }

  private mutating func object(depth: Int) throws(InputError) -> JSONFormatValue {
    position += 1
    var members: [String: JSONFormatValue] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else {
        throw failure("\(describeNext()) stands where a key should", "write \"key\": value")
      }
      let key = try string()
      skipSpace()
      guard take(":") else {
        throw failure("\(describeNext()) follows the key \"\(key)\"", "write a colon after a key")
      }
      skipSpace()
      guard members.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
        throw failure("the key \"\(key)\" appears twice in one object", "give each key once")
      }
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else {
        throw failure(
          "\(describeNext()) stands inside an object", "separate members by \",\" and end with \"}\"")
      }
    }
  }

  private mutating func array(depth: Int) throws(InputError) -> JSONFormatValue {
    position += 1
    var elements: [JSONFormatValue] = []
    skipSpace()
    if take("]") { return .array(elements) }
    while true {
      skipSpace()
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else {
        throw failure(
          "\(describeNext()) stands inside an array", "separate elements by \",\" and end with \"]\"")
      }
    }
  }

  private mutating func string() throws(InputError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure("a string is not valid UTF-8", "save the file as UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20:
        throw failure("a string contains a line break or control character", "write it as an escape")
      default: text.append(byte)
      }
    }
    throw failure("a string has no end", "close it with \"")
  }

  private mutating func escape() throws(InputError) -> [UInt8] {
    let simple: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
    ]
    guard let letter = next else { throw failure("a string has no end", "close it with \"") }
    position += 1
    if let byte = simple[letter] { return [byte] }
    if letter == UInt8(ascii: "u"), let first = hexadecimalUnit() {
      if let scalar = UnicodeScalar(first) { return [UInt8](String(scalar).utf8) }
      if take("\\"), take("u"), let second = hexadecimalUnit(), (0xD800..<0xDC00).contains(first),
        (0xDC00..<0xE000).contains(second),
        let scalar = UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return [UInt8](String(scalar).utf8)
      }
    }
    throw failure(
      "a string contains an unknown escape", "escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
  }

  private mutating func hexadecimalUnit() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    let digits = bytes[position..<position + 4].map { Character(UnicodeScalar($0)).hexDigitValue }
    guard !digits.contains(nil) else { return nil }
    position += 4
    return digits.compactMap(\.self).reduce(0) { $0 << 4 | UInt32($1) }
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func number() throws(InputError) -> JSONFormatValue {
    let start = position
    _ = take("-")
    let leadsWithZero = next == UInt8(ascii: "0")
    let integerDigits = digits()
    var isWellFormed = integerDigits == 1 || integerDigits > 1 && !leadsWithZero
    if take(".") { isWellFormed = digits() > 0 && isWellFormed }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      isWellFormed = digits() > 0 && isWellFormed
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let byte = next, !Self.endsNumber(byte) { isWellFormed = false }
    guard isWellFormed, let value = Double(text) else {
      if bytes[position...].starts(with: "Inf".utf8) || bytes[position...].starts(with: "inf".utf8) {
        throw notANumber()
      }
      throw failure(
        "\"\(text)\" is not the beginning of a JSON number",
        "write numbers like -1.5 or 2e-3, and exact ones as strings like \"1/3\" or \"0x1.8p-3\"")
    }
    let isInteger = text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
    return isInteger && text.utf8.count > 15 ? .largeInteger(text) : .number(value)
  }

  private static func endsNumber(_ byte: UInt8) -> Bool {
    [0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}")].contains(byte)
  }

  private func notANumber() -> InputError {
    failure("NaN and Infinity are not JSON numbers", "every parameter must be a finite number")
  }

  private mutating func word() throws(InputError) -> JSONFormatValue {
    let words: [(String, JSONFormatValue)] = [
      ("true", .boolean(true)), ("false", .boolean(false)), ("null", .null),
    ]
    for (word, value) in words where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    for word in ["NaN", "nan", "Infinity", "inf"] where bytes[position...].starts(with: word.utf8) {
      throw notANumber()
    }
    throw failure(
      "\(describeNext()) stands where a value should", "close every bracket and drop trailing commas")
  }
}
