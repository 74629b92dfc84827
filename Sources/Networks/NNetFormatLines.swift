import Foundation

/// The lines of a `.nnet` file that are neither blank nor comments, with their numbers.
struct NNetFormatLines {
  struct Line {
    let number: Int
    let fields: [Substring]

    func failure(_ problem: String, _ remedy: String) -> InputError {
      InputError(place: "\(number)", problem, remedy: remedy)
    }

    /// The fields as numbers; infinite ones only where `allowingInfinity`.
    func numbers(_ what: String, allowingInfinity: Bool = false) throws(InputError) -> [Double] {
      var numbers: [Double] = []
      numbers.reserveCapacity(fields.count)
      for (index, field) in fields.enumerated() {
        guard let value = Double(field) else {
          throw failure(
            "entry \(index + 1) of \(what) is \"\(field.prefix(40))\"", "write numbers separated by commas")
        }
        guard value.isFinite || allowingInfinity && !value.isNaN else {
          throw failure(
            "entry \(index + 1) of \(what) is \"\(field.prefix(40))\"",
            "every parameter must be a finite number")
        }
        numbers.append(value)
      }
      return numbers
    }

    func sizes(_ what: String) throws(InputError) -> [Int] {
      var sizes: [Int] = []
      for (index, field) in fields.enumerated() {
        guard let value = Int(field), value > 0 else {
          throw failure(
            "entry \(index + 1) of \(what) is \"\(field.prefix(40))\"", "write positive whole numbers")
        }
        sizes.append(value)
      }
      return sizes
    }
  }

  private let lines: [(number: Int, text: Substring)]
  private var position = 0
  private let lastNumber: Int

  init(_ data: Data) throws(InputError) {
    guard let text = String(validating: data, as: UTF8.self) else {
      throw InputError("the file is not text", remedy: "a .nnet file is comma-separated text")
    }
    let all = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    lastNumber = all.count
    lines = all.enumerated().compactMap { index, line in
      let start = line.drop { $0 == " " || $0 == "\t" || $0 == "\u{FEFF}" }
      return start.isEmpty || start.hasPrefix("//") ? nil : (index + 1, start)
    }
  }

  /// How many lines are still to come.
  var remaining: Int { lines.count - position }

  mutating func next(_ what: String) throws(InputError) -> Line {
    guard position < lines.count else {
      throw InputError(
        place: "\(lastNumber)", "the file ends where \(what) should stand", remedy: "the file is cut short")
    }
    let (number, text) = lines[position]
    position += 1
    var fields = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
    if fields.last?.isEmpty == true { fields.removeLast() }
    return Line(number: number, fields: fields)
  }

  private static func trimmed(_ field: Substring) -> Substring {
    var field = field.drop(while: \.isWhitespace)
    while field.last?.isWhitespace == true { field.removeLast() }
    return field
  }
}
