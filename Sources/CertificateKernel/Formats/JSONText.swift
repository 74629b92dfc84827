import ExactArithmetic

/// A JSON value (RFC 8259). Numbers keep their text: what it means is not JSON's to say.
enum JSONText {
  case null
  case boolean
  case number(String)
  case string(String)
  case array([JSONText])
  case object([String: JSONText])

  static func parse(_ bytes: [UInt8]) throws(InstanceUnreadable) -> JSONText {
    var parser = Parser(bytes: bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else {
      throw parser.failure("text follows the end of the JSON value; a file holds one JSON object")
    }
    return value
  }

  private struct Parser {
    let bytes: [UInt8]
    var position = 0
    private var line = 1
    private static let depthLimit = 64

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    func failure(_ reason: String) -> InstanceUnreadable { InstanceUnreadable("line \(line)", reason) }

    mutating func skipSpace() {
      while [0x20, 0x0A, 0x0D, 0x09].contains(next) {
        if next == 0x0A { line += 1 }
        position += 1
      }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard next == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    /// The value after any space.
    mutating func value(depth: Int) throws(InstanceUnreadable) -> JSONText {
      skipSpace()
      guard depth < Self.depthLimit else {
        throw failure("values are nested deeper than \(Self.depthLimit) levels; five are enough for any file")
      }
      switch next {
      case UInt8(ascii: "{"): return .object(try members(depth: depth))
      case UInt8(ascii: "["): return .array(try elements(depth: depth))
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "-"), 0x30...0x39: return .number(try number())
      default: break
      }
      for (word, value) in [("null", JSONText.null), ("true", .boolean), ("false", .boolean)]
      where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return value
      }
      throw failure(
        "no value stands where one should; write a number, a string, [ or {, and finite numbers only")
    }

    private mutating func members(depth: Int) throws(InstanceUnreadable) -> [String: JSONText] {
      position += 1
      var members: [String: JSONText] = [:]
      skipSpace()
      if take("}") { return members }
      repeat {
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw failure("a key is missing; write \"key\": value") }
        let key = try string()
        skipSpace()
        guard take(":") else { throw failure("a key is not followed by a colon; write \"key\": value") }
        guard members.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
          throw failure("the key \"\(key.prefix(40))\" appears twice in one object; give each key once")
        }
        skipSpace()
      } while take(",")
      guard take("}") else {
        throw failure("an object does not end; separate members by commas and close it with }")
      }
      return members
    }

    private mutating func elements(depth: Int) throws(InstanceUnreadable) -> [JSONText] {
      position += 1
      var elements: [JSONText] = []
      skipSpace()
      if take("]") { return elements }
      repeat {
        elements.append(try value(depth: depth + 1))
        skipSpace()
      } while take(",")
      guard take("]") else {
        throw failure("an array does not end; separate elements by commas and close it with ]")
      }
      return elements
    }

    private mutating func string() throws(InstanceUnreadable) -> String {
      position += 1
      var text: [UInt8] = []
      while next >= 0x20 {
        let byte = next
        position += 1
        switch byte {
        case UInt8(ascii: "\""):
          guard let string = String(validating: text, as: UTF8.self) else {
            throw failure("a string is not UTF-8; save the file as UTF-8")
          }
          return string
        case UInt8(ascii: "\\"): text += try escape()
        default: text.append(byte)
        }
      }
      throw failure("a string does not end in its line; close it with a quotation mark")
    }

    private mutating func escape() throws(InstanceUnreadable) -> [UInt8] {
      let letters: [UInt8: UInt8] = [
        0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
      ]
      if let byte = letters[next] {
        position += 1
        return [byte]
      }
      if take("u"), let first = unit() {
        if let scalar = Unicode.Scalar(first) { return [UInt8](String(scalar).utf8) }
        if first < 0xDC00, take("\\"), take("u"), let second = unit(), (0xDC00..<0xE000).contains(second),
          let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        {
          return [UInt8](String(scalar).utf8)
        }
      }
      throw failure("a string holds an unknown escape; escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
    }

    /// Four hexadecimal digits.
    private mutating func unit() -> UInt32? {
      guard position + 4 <= bytes.count else { return nil }
      var value: UInt32 = 0
      for byte in bytes[position..<position + 4] {
        guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
        value = value << 4 | UInt32(digit)
      }
      position += 4
      return value
    }

    private mutating func digits() -> Int {
      let start = position
      while (0x30...0x39).contains(next) { position += 1 }
      return position - start
    }

    private mutating func number() throws(InstanceUnreadable) -> String {
      let start = position
      _ = take("-")
      let leadsWithZero = next == 0x30
      let whole = digits()
      var isWellFormed = whole == 1 || whole > 1 && !leadsWithZero
      if take(".") { isWellFormed = digits() > 0 && isWellFormed }
      if take("e") || take("E") {
        _ = take("+") || take("-")
        isWellFormed = digits() > 0 && isWellFormed
      }
      guard isWellFormed else {
        throw failure(
          "a number is malformed; write it like -1.5 or 2e-3, and exact ones like \"1/3\" in quotes")
      }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }
  }
}

/// Values as parts of an instance; errors name the path, like `layers[1].bias`.
extension JSONText {
  func number(_ place: @autoclosure () -> String) throws(InstanceUnreadable) -> Rational {
    switch self {
    case .number(let text):
      if let value = NumberText.plain(text) { return value }
      throw InstanceUnreadable(
        place(), "the number is too large for a double or too long; give a smaller one")
    case .string(let text):
      if let value = NumberText.exact(text) { return value }
      throw InstanceUnreadable(
        place(), "the string is no exact number; write \"p/q\" or \"0x1.8p-3\", and decimals without quotes")
    default: throw InstanceUnreadable(place(), "no number stands here; write one")
    }
  }

  func numbers(_ place: @autoclosure () -> String) throws(InstanceUnreadable) -> [Rational] {
    let list = try self.list(place())
    var numbers: [Rational] = []
    numbers.reserveCapacity(list.count)
    for (index, value) in list.enumerated() { numbers.append(try value.number("\(place())[\(index)]")) }
    return numbers
  }

  /// An integer in 0 ..< limit.
  func natural(below limit: Int, _ place: @autoclosure () -> String) throws(InstanceUnreadable) -> Int {
    if case .number(let text) = self {
      if let small = Int(text), (0..<limit).contains(small) { return small }
      if let value = NumberText.plain(text), value.isInteger, let number = Int(fitting: value.numerator),
        (0..<limit).contains(number)
      {
        return number
      }
    }
    throw InstanceUnreadable(
      place(),
      limit == 0
        ? "an index stands here but n is 0; correct n"
        : "no such integer stands here; write one from 0 to \(limit - 1)")
  }

  func text(_ place: String) throws(InstanceUnreadable) -> String {
    guard case .string(let text) = self else {
      throw InstanceUnreadable(place, "no string stands here; write one")
    }
    return text
  }

  func list(_ place: @autoclosure () -> String) throws(InstanceUnreadable) -> [JSONText] {
    guard case .array(let values) = self else {
      throw InstanceUnreadable(place(), "no array stands here; write one")
    }
    return values
  }

  func members(_ place: String) throws(InstanceUnreadable) -> [String: JSONText] {
    guard case .object(let members) = self else {
      throw InstanceUnreadable(place, "no object stands here; write {…}")
    }
    return members
  }
}

extension [String: JSONText] {
  func required(_ key: String, in place: String = "") throws(InstanceUnreadable) -> JSONText {
    guard let value = self[key] else {
      throw InstanceUnreadable(place, "the key \"\(key)\" is missing; add it")
    }
    return value
  }
}
