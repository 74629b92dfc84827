import BigInt
import CertificateKernel
import ExactArithmetic
import Testing

/// max(z, s z) and min(z, s z) are leaky ReLUs of z, whichever operand comes first.
@Suite struct ONNXOperandOrderTests {
  private static func varint(_ value: UInt64) -> [UInt8] {
    value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 128] + varint(value >> 7)
  }
  private static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
  }
  private static func field(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
  private static func integer(_ number: UInt64, _ value: UInt64) -> [UInt8] {
    varint(number << 3) + varint(value)
  }

  private static func tensor(_ name: String, _ shape: [UInt64], _ value: Double) -> [UInt8] {
    let bits = value.bitPattern.littleEndian
    let raw = (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    return shape.flatMap { integer(1, $0) } + integer(2, 11) + field(8, name) + field(9, raw)
  }
  private static func node(_ operation: String, _ inputs: [String], _ output: String) -> [UInt8] {
    inputs.flatMap { field(1, $0) } + field(2, output) + field(3, output) + field(4, operation)
  }
  private static func value(_ name: String) -> [UInt8] {
    let shape = field(1, integer(1, 1)) + field(1, integer(1, 1))
    return field(1, name) + field(2, field(1, integer(1, 11) + field(2, shape)))
  }

  /// y = V · op(s z, z) or op(z, s z), z = W x, W = V = 1.
  private static func model(_ operation: String, slope: Double, multipleFirst: Bool) -> [UInt8] {
    let operands = multipleFirst ? ["sz", "z"] : ["z", "sz"]
    let nodes = [
      node("MatMul", ["x", "W"], "z"), node("Mul", ["z", "s"], "sz"), node(operation, operands, "a"),
      node("MatMul", ["a", "V"], "y"),
    ]
    let constants = [tensor("W", [1, 1], 1), tensor("s", [], slope), tensor("V", [1, 1], 1)]
    let graph =
      nodes.flatMap { field(1, $0) } + field(2, "g") + constants.flatMap { field(5, $0) }
      + field(11, value("x")) + field(12, value("y"))
    return integer(1, 8) + field(7, graph) + field(8, field(1, "") + integer(2, 13))
  }

  @Test(arguments: [("Max", 0.5), ("Min", 2.0)], [false, true])
  func leakyUnits(_ unit: (operation: String, slope: Double), multipleFirst: Bool) throws {
    let bytes = Self.model(unit.operation, slope: unit.slope, multipleFirst: multipleFirst)
    let network = try #require(try Instance.read(bytes, name: "leaky.onnx").network)
    #expect(network.layers.map { "\($0.weights[0])/\($0.denominator)" } == ["1/1", "1/1"])
    #expect(network.slopes.map { $0.off.approximation } == [unit.slope])
    #expect(network.slopes.map { $0.on.approximation } == [1])
  }
}
