import Foundation
import Networks

/// A constant of the graph. Every element is exactly the number in the file, unless `roundedAt` names nodes.
struct ONNXTensor {
  var shape: [Int]
  var elements: [Double]
  var isInteger: Bool
  /// The nodes whose constant folding was not exact.
  var roundedAt: [String] = []

  /// A list of integers, as Shape gives.
  init(integers: [Int]) {
    shape = [integers.count]
    elements = integers.map(Double.init)
    isInteger = true
  }

  init(shape: [Int], elements: [Double], isInteger: Bool = false, roundedAt: [String] = []) {
    self.shape = shape
    self.elements = elements
    self.isInteger = isInteger
    self.roundedAt = roundedAt
  }

  /// The elements as integers, nil where one is not. The largest integers of 64 bits, which stand for an axis's end, are 2⁶³ as doubles.
  var integers: [Int]? {
    let integers = elements.compactMap { $0 == 0x1p63 ? .max : Int(exactly: $0) }
    return integers.count == elements.count ? integers : nil
  }

  /// The one number that all elements equal.
  var uniformValue: Double? {
    guard let first = elements.first, elements.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// The transpose of a matrix.
  func transposed() -> ONNXTensor {
    guard let map = ONNXShape.transpose(shape, [1, 0]) else { return self }
    var result = self
    result.shape = map.shape
    result.elements = map.indices.map { elements[$0] }
    return result
  }
}

extension ONNXTensor {
  /// The element types that constants may have.
  enum ElementType: Int32 {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10
    case float64 = 11

    var byteCount: Int {
      switch self {
      case .uint8, .int8, .bool: 1
      case .float16: 2
      case .float32, .int32: 4
      case .int64, .float64: 8
      }
    }

    var isFloatingPoint: Bool { self == .float16 || self == .float32 || self == .float64 }
  }

  /// Decodes a tensor. Nothing is allocated before the file is known to hold that many elements.
  init(_ proto: ONNXTensorProto, directory: URL?, place: String) throws(InputError) {
    guard let type = ElementType(rawValue: proto.dataType) else {
      throw InputError(
        place: place, "the tensor has the element type \(proto.dataType)",
        remedy: "float16, float32, float64, int32 and int64 are supported")
    }
    guard let count = ONNXShape.count(proto.dims.map { Int($0) }) else {
      throw InputError(
        place: place, "the tensor has the dimensions \(proto.dims)",
        remedy: "dimensions must be whole numbers that fit")
    }
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
    guard !overflow else { throw Self.mismatch(proto, "no such number of", place) }
    if proto.dataLocation == 1 {
      let data = try ONNXExternalData.read(proto, byteCount: byteCount, directory: directory, place: place)
      elements = Self.decode(data, type)
    } else if proto.hasRawData {
      guard proto.rawData.count == byteCount else {
        throw Self.mismatch(proto, "\(proto.rawData.count) bytes of", place)
      }
      elements = Self.decode(proto.rawData, type)
    } else {
      elements = Self.typedElements(proto, type)
      guard elements.count == count else {
        throw Self.mismatch(proto, "\(elements.count) elements of", place)
      }
    }
    guard elements.allSatisfy(\.isFinite) else {
      throw InputError(
        place: place, "the tensor holds NaN or an infinity", remedy: "every parameter must be a finite number"
      )
    }
    shape = proto.dims.map { Int($0) }
    isInteger = !type.isFloatingPoint
  }

  private static func mismatch(_ proto: ONNXTensorProto, _ amount: String, _ place: String) -> InputError {
    InputError(
      place: place, "the tensor has the dimensions \(proto.dims) but \(amount) data",
      remedy: "the file is damaged")
  }

  private static func typedElements(_ proto: ONNXTensorProto, _ type: ElementType) -> [Double] {
    switch type {
    case .float32: proto.floatData.map { Double($0) }
    case .float64: proto.doubleData
    case .int64: proto.int64Data.map { Double($0) }
    case .int32, .uint8, .int8, .bool: proto.int32Data.map { Double($0) }
    case .float16: proto.int32Data.map { Double(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) }
    }
  }

  private static func decode(_ data: Data, _ type: ElementType) -> [Double] {
    data.withUnsafeBytes { bytes in
      switch type {
      case .float32: numbers(bytes) { Double(Float(bitPattern: $0)) }
      case .float64: numbers(bytes) { Double(bitPattern: $0) }
      case .float16: numbers(bytes) { Double(Float16(bitPattern: $0)) }
      case .int64: numbers(bytes) { (bits: Int64) in Double(bits) }
      case .int32: numbers(bytes) { (bits: Int32) in Double(bits) }
      case .int8: numbers(bytes) { (bits: Int8) in Double(bits) }
      case .uint8, .bool: numbers(bytes) { (bits: UInt8) in Double(bits) }
      }
    }
  }

  /// Little-endian numbers of one width, one after another.
  private static func numbers<Bits: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ number: (Bits) -> Double
  ) -> [Double] {
    let width = MemoryLayout<Bits>.size
    let count = bytes.count / width
    return [Double](unsafeUninitializedCapacity: count) { elements, used in
      for k in 0..<count {
        elements[k] = number(
          Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: k * width, as: Bits.self)))
      }
      used = count
    }
  }
}
