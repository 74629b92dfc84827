import Foundation

/// Numbers in a checkpoint: their bytes, little-endian, in base64. A tenth of the time and half of the size of decimal text, and
/// exact.
public struct PackedNumbers: Codable, Sendable {
  public private(set) var bytes: [UInt8] = []
  private var position = 0

  public init() {}

  public init(_ values: [Double]) {
    self.init()
    append(values)
  }

  public mutating func append(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// The count, and the values.
  public mutating func append(_ values: [Double]) {
    append(UInt64(values.count))
    for value in values { append(value.bitPattern) }
  }

  /// Reads what `append` wrote, in the same order; nil at the end.
  public mutating func next() -> UInt64? {
    guard position + 8 <= bytes.count else { return nil }
    defer { position += 8 }
    return (0..<8).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
  }

  public mutating func nextArray() -> [Double]? {
    guard let count = next(), count <= UInt64(bytes.count) else { return nil }
    var values: [Double] = []
    for _ in 0..<count {
      guard let value = next() else { return nil }
      values.append(Double(bitPattern: value))
    }
    return values
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let data = Data(base64Encoded: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not base64")
    }
    bytes = [UInt8](data)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Data(bytes).base64EncodedString())
  }
}
