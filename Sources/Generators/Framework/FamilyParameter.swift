import Networks

/// A parameter of a family: its name, what it means, its default, and which values it takes.
public struct FamilyParameter: Sendable, Hashable {
  public enum Domain: Sendable, Hashable {
    case integer(ClosedRange<Int>)
    case real(ClosedRange<Double>)
    case choice([String])
    /// Inputs, hidden widths and outputs, as in `10-20-20-1`; how many numbers, and how large each may be.
    case widths(count: ClosedRange<Int>, each: ClosedRange<Int>)
  }

  public let name: String
  public let meaning: String
  public let domain: Domain
  public let defaultValue: String

  public init(_ name: String, _ meaning: String, _ domain: Domain, default defaultValue: String) {
    self.name = name
    self.meaning = meaning
    self.domain = domain
    self.defaultValue = defaultValue
  }

  /// The values allowed, in words.
  public var allowed: String {
    switch domain {
    case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .real(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let names): names.joined(separator: " or ")
    case .widths(let count, let each):
      "\(count.lowerBound) to \(count.upperBound) integers from \(each.lowerBound) to \(each.upperBound), "
        + "such as \(defaultValue)"
    }
  }

  /// - Throws: `InputError` naming the allowed values, where `text` is none of them.
  func value(of text: String) throws(InputError) -> ParameterValue {
    guard let value = parse(text) else {
      throw InputError("\(name) is \"\(text)\"", remedy: "give \(allowed)")
    }
    return value
  }

  private func parse(_ text: String) -> ParameterValue? {
    switch domain {
    case .integer(let range):
      return Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .real(let range):
      return Double(text).flatMap { range.contains($0) ? .real($0) : nil }
    case .choice(let names):
      return names.contains(text) ? .text(text) : nil
    case .widths(let count, let each):
      let parts = text.split(separator: "-", omittingEmptySubsequences: false)
      let widths = parts.compactMap { Int($0) }
      guard widths.count == parts.count, count.contains(widths.count), widths.allSatisfy(each.contains)
      else { return nil }
      return .widths(widths)
    }
  }
}

extension FamilyParameter {
  /// How many vertices, spins or numbers.
  static func count(_ meaning: String, _ range: ClosedRange<Int>, default value: Int, name: String = "n")
    -> FamilyParameter
  {
    FamilyParameter(name, meaning, .integer(range), default: "\(value)")
  }
}
