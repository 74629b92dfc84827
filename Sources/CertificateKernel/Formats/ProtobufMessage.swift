/// A message in protobuf's wire format: numbered fields, read as the caller knows their types.
struct ProtobufMessage {
  private enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  private var fields: [(number: UInt64, value: Value)] = []

  /// What is wrong with the bytes is always the same: they are cut short or no such message.
  static let damaged = InstanceUnreadable(
    "", "the file is no ONNX model or is cut short; give a complete one")

  init(_ bytes: ArraySlice<UInt8>) throws(InstanceUnreadable) {
    var rest = bytes
    while !rest.isEmpty {
      let key = try Self.varint(&rest)
      let value: Value
      switch key & 7 {
      case 0: value = .varint(try Self.varint(&rest))
      case 1: value = .fixed64(try Self.fixed(&rest, 8))
      case 2:
        let length = try Self.varint(&rest)
        guard length <= UInt64(rest.count) else { throw Self.damaged }
        value = .bytes(rest.prefix(Int(length)))
        rest = rest.dropFirst(Int(length))
      case 5: value = .fixed32(UInt32(truncatingIfNeeded: try Self.fixed(&rest, 4)))
      default: throw Self.damaged
      }
      guard key >> 3 != 0 else { throw Self.damaged }
      fields.append((key >> 3, value))
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) throws(InstanceUnreadable) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw damaged }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw damaged
  }

  /// Little-endian.
  private static func fixed(_ rest: inout ArraySlice<UInt8>, _ width: Int) throws(InstanceUnreadable)
    -> UInt64
  {
    guard rest.count >= width else { throw damaged }
    defer { rest = rest.dropFirst(width) }
    return rest.prefix(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  // MARK: Fields

  private func values(_ number: UInt64) -> [Value] { fields.lazy.filter { $0.number == number }.map(\.value) }

  func has(_ number: UInt64) -> Bool { fields.contains { $0.number == number } }

  func allBytes(_ number: UInt64) throws(InstanceUnreadable) -> [ArraySlice<UInt8>] {
    var all: [ArraySlice<UInt8>] = []
    for value in values(number) {
      guard case .bytes(let bytes) = value else { throw Self.damaged }
      all.append(bytes)
    }
    return all
  }

  func messages(_ number: UInt64) throws(InstanceUnreadable) -> [ProtobufMessage] {
    var messages: [ProtobufMessage] = []
    for bytes in try allBytes(number) { messages.append(try ProtobufMessage(bytes)) }
    return messages
  }

  /// A field that may stand once; protobuf would merge several.
  func message(_ number: UInt64) throws(InstanceUnreadable) -> ProtobufMessage? {
    let messages = try messages(number)
    guard messages.count <= 1 else { throw Self.damaged }
    return messages.first
  }

  func texts(_ number: UInt64) throws(InstanceUnreadable) -> [String] {
    try allBytes(number).map { String(decoding: $0, as: UTF8.self) }
  }

  func text(_ number: UInt64) throws(InstanceUnreadable) -> String { try texts(number).last ?? "" }

  /// One by one or packed.
  func integers(_ number: UInt64) throws(InstanceUnreadable) -> [Int64] {
    var integers: [Int64] = []
    for value in values(number) {
      switch value {
      case .varint(let bits): integers.append(Int64(bitPattern: bits))
      case .bytes(var rest):
        while !rest.isEmpty { integers.append(Int64(bitPattern: try Self.varint(&rest))) }
      default: throw Self.damaged
      }
    }
    return integers
  }

  func integer(_ number: UInt64) throws(InstanceUnreadable) -> Int64? { try integers(number).last }

  /// float32, or float64 where `isDouble`; one by one or packed.
  func numbers(_ number: UInt64, isDouble: Bool) throws(InstanceUnreadable) -> [Double] {
    var numbers: [Double] = []
    for value in values(number) {
      switch value {
      case .fixed32(let bits) where !isDouble: numbers.append(Double(Float(bitPattern: bits)))
      case .fixed64(let bits) where isDouble: numbers.append(Double(bitPattern: bits))
      case .bytes(let bytes): numbers += try Self.numbers(bytes, isDouble: isDouble)
      default: throw Self.damaged
      }
    }
    return numbers
  }

  /// Packed numbers.
  static func numbers(_ bytes: ArraySlice<UInt8>, isDouble: Bool) throws(InstanceUnreadable) -> [Double] {
    var rest = bytes
    var numbers: [Double] = []
    while !rest.isEmpty {
      let bits = try fixed(&rest, isDouble ? 8 : 4)
      numbers.append(
        isDouble ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    }
    return numbers
  }
}
