public import Foundation
import ONNXNetworks
import RandomNumbers

/// A network that is no chain of dense layers: what to write, and from which seed. Weights are drawn as the file is made.
public struct GraphNetwork: Sendable {
  public var name: String
  let seed: UInt64
  let build: @Sendable (inout ONNXGraphWriter, inout SplitMix64) -> ONNXGraphWriter.Value

  /// The ONNX file, and how many parameters it holds.
  ///
  /// - Throws: where it exceeds the 2 GB of the format.
  public func onnx() throws -> (data: Data, parameters: Int) {
    var writer = ONNXGraphWriter(name: name)
    var random = SplitMix64(seed: seed)
    let output = build(&writer, &random)
    let parameters = writer.parameters
    return (try writer.serialized(output: output), parameters)
  }
}

extension SplitMix64 {
  /// Uniform in [low, high), in single precision.
  mutating func floats(_ count: Int, _ low: Double, _ high: Double) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for i in 0..<count { buffer[i] = Float(low + (high - low) * uniform()) }
      filled = count
    }
  }
}

/// The steps with torch's default weights: uniform within ±1/√(inputs of a unit), biases too.
extension ONNXGraphWriter {
  mutating func convolution(
    _ x: Value, channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, hasBias: Bool = true,
    name: String, _ random: inout SplitMix64
  ) -> Value {
    let bound = 1 / Double(x.shape[0] * kernel * kernel).squareRoot()
    return convolution(
      x, channels: channels, kernel: kernel, stride: stride, padding: padding, hasBias: hasBias, name: name
    ) { random.floats($0, -bound, bound) }
  }

  mutating func dense(_ x: Value, outputs: Int, name: String, _ random: inout SplitMix64) -> Value {
    let bound = 1 / Double(x.count).squareRoot()
    return dense(x, outputs: outputs, name: name) { random.floats($0, -bound, bound) }
  }

  /// With statistics about as a short training leaves them.
  mutating func batchNormalization(_ x: Value, name: String, _ random: inout SplitMix64) -> Value {
    let channels = x.shape[0]
    let scale = random.floats(channels, 0.5, 1.5)
    let shift = random.floats(channels, -0.2, 0.2)
    let mean = random.floats(channels, -0.2, 0.2)
    let variance = random.floats(channels, 0.5, 1.5)
    return batchNormalization(
      x, scale: { _ in scale }, shift: { _ in shift }, mean: { _ in mean }, variance: { _ in variance },
      name: name)
  }
}
