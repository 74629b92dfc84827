public import Networks
import ONNXNetworks
import RandomNumbers

/// A small convolutional network: 3 × 3 convolutions of stride 2 with c, 2c, 4c, … channels, then a dense layer.
public struct ConvolutionalNetwork: InstanceFamily {
  public static let name = "convnet"
  public static let kind = InstanceKind.graph
  public static let summary = "convolutions of stride 2 and a dense layer, random weights"
  public static let reference = "torch's default initialisation"
  public static let parameters: [FamilyParameter] = [
    FamilyParameter("layers", "convolutions", .integer(1...8), default: "2"),
    FamilyParameter("channels", "channels of the first convolution", .integer(1...256), default: "4"),
    FamilyParameter("inputs", "channels of the picture", .integer(1...64), default: "1"),
    FamilyParameter("size", "height and width of the picture", .integer(2...512), default: "8"),
    FamilyParameter("classes", "outputs", .integer(1...1000), default: "10"),
  ]

  private let layers: Int
  private let channels: Int
  private let inputs: Int
  private let size: Int
  private let classes: Int

  public init(_ values: ParameterValues) throws(InputError) {
    layers = values.integer("layers")
    channels = values.integer("channels")
    inputs = values.integer("inputs")
    size = values.integer("size")
    classes = values.integer("classes")
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let (layers, channels, shape) = (self.layers, self.channels, [inputs, size, size])
    let classes = self.classes
    return graph(seed: seed) { writer, random in
      var x = writer.input(shape)
      for layer in 0..<layers {
        x = writer.convolution(
          x, channels: channels << layer, kernel: 3, stride: 2, padding: 1, name: "conv\(layer + 1)", &random)
        x = writer.relu(x, name: "relu\(layer + 1)")
      }
      return writer.dense(writer.flatten(x, name: "flatten"), outputs: classes, name: "fc", &random)
    }
  }
}
