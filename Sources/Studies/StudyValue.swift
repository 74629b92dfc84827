/// A family's parameter in a job: a number, or a word such as `10-20-1`.
public enum StudyValue: Sendable, Hashable, Codable, CustomStringConvertible {
  case number(Double)
  case text(String)

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    self =
      if let number = try? container.decode(Double.self) {
        .number(number)
      } else {
        .text(try container.decode(String.self))
      }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }

  /// As `lipbench generate` takes it.
  public var description: String {
    switch self {
    case .number(let value): shortText(value)
    case .text(let value): value
    }
  }
}

/// An integer without a decimal point; other numbers in full.
func shortText(_ value: Double) -> String {
  Int(exactly: value).map { "\($0)" } ?? "\(value)"
}
