import Networks

/// What may stand beside `lipbench` on an opening fence: `exit=CODE` and `ignore="REGEX"`.
struct BlockAttributes {
  var exitCode: Int32 = 0
  var ignored: String?

  init(_ text: String, line: Int) throws(InputError) {
    var rest = text[...]
    while !rest.isEmpty {
      let key = rest.prefix { $0 != "=" && !$0.isWhitespace }
      rest = rest.dropFirst(key.count)
      var value: Substring = ""
      if rest.hasPrefix("=\"") {
        rest = rest.dropFirst(2)
        value = rest.prefix { $0 != "\"" }
        rest = rest.dropFirst(value.count)
        guard rest.first == "\"" else {
          throw InputError(place: "\(line)", "the value of \(key) is not closed", remedy: "end it with \"")
        }
        rest = rest.dropFirst()
      } else if rest.first == "=" {
        value = rest.dropFirst().prefix { !$0.isWhitespace }
        rest = rest.dropFirst(1 + value.count)
      }
      switch key {
      case "exit":
        guard let code = Int32(value), (0...255).contains(code) else {
          throw InputError(
            place: "\(line)", "“\(value)” is no exit code", remedy: "write a number from 0 to 255")
        }
        exitCode = code
      case "ignore":
        guard !value.isEmpty, (try? Regex(String(value))) != nil else {
          throw InputError(
            place: "\(line)", "“\(value)” is no regular expression", remedy: "write ignore=\"REGEX\"")
        }
        ignored = String(value)
      default:
        throw InputError(
          place: "\(line)", "unknown attribute “\(key)”", remedy: "write exit=CODE or ignore=\"REGEX\"")
      }
      rest = rest.drop(while: \.isWhitespace)
    }
  }
}
