import Foundation

/// A number as it is printed, with the unit of its last digit.
struct StatedNumber {
  enum Piece {
    case text(String)
    case number(StatedNumber)
  }

  let text: String

  private var isInteger: Bool { text.allSatisfy { $0.isNumber || $0 == "-" } }

  /// Integers must be equal. Otherwise the two may differ by one unit of the last digit that both state; an integer beside
  /// a decimal counts as exact.
  func agrees(with other: StatedNumber) -> Bool {
    if text == other.text { return true }
    if isInteger && other.isInteger { return plain == other.plain }
    guard let (a, unit) = value, let (b, otherUnit) = other.value else { return false }
    let allowed = isInteger ? otherUnit : other.isInteger ? unit : max(unit, otherUnit)
    return abs(a - b) <= allowed
  }

  /// An integer without leading zeros.
  private var plain: String {
    let digits = text.drop { $0 == "-" }.drop { $0 == "0" }
    return (text.first == "-" && !digits.isEmpty ? "-" : "") + digits
  }

  /// Nothing beyond what `Decimal` holds exactly.
  private var value: (value: Decimal, unit: Decimal)? {
    let parts = text.lowercased().split(separator: "e")
    let fraction = parts[0].split(separator: ".").dropFirst().first?.count ?? 0
    guard let exponent = parts.count > 1 ? Int(parts[1]) : 0, abs(exponent) < 60, parts[0].count < 36,
      let mantissa = Decimal(string: String(parts[0]), locale: Locale(identifier: "en_US_POSIX"))
    else { return nil }
    let scale = Decimal(sign: .plus, exponent: exponent, significand: 1)
    return (mantissa * scale, Decimal(sign: .plus, exponent: exponent - fraction, significand: 1))
  }

  /// A number that is no part of a name, a version or a range.
  nonisolated(unsafe) private static let pattern =
    /(?:[-+−]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![\p{L}0-9_]|\.[0-9])/

  /// A word, cut into its numbers and what stands between them.
  static func pieces(_ word: String) -> [Piece] {
    var result: [Piece] = []
    var text = ""
    var rest = word[...]
    while let sign = rest.first {
      let isFree = text.last.map { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") } ?? result.isEmpty
      if isFree, let match = rest.prefixMatch(of: pattern) {
        if !text.isEmpty { result.append(.text(text)) }
        text = ""
        let number = match.output.replacingOccurrences(of: "−", with: "-").replacingOccurrences(
          of: "+", with: "", options: .anchored)
        result.append(.number(StatedNumber(text: number)))
        rest = rest[match.range.upperBound...]
      } else {
        text.append(sign)
        rest = rest.dropFirst()
      }
    }
    if !text.isEmpty { result.append(.text(text)) }
    return result
  }
}
