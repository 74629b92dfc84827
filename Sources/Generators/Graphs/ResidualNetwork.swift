public import Networks
import ONNXNetworks
import RandomNumbers

/// A residual network for small pictures: a convolution, three stages of blocks with c, 2c and 4c channels, the mean of each channel, a
/// dense layer. A block adds to its input two 3 × 3 convolutions with batch normalisation; where a stage begins with halved pictures, its
/// input goes through a 1 × 1 convolution of stride 2. Three blocks of 16 channels are ResNet-20.
public struct ResidualNetwork: InstanceFamily {
  public static let name = "resnet"
  public static let kind = InstanceKind.graph
  public static let summary = "residual convolutional network with batch normalisation, random weights"
  public static let reference = "He, Zhang, Ren, Sun, Deep residual learning for image recognition, 2016"
  public static let parameters: [FamilyParameter] = [
    FamilyParameter("blocks", "blocks of each of the three stages", .integer(1...50), default: "3"),
    FamilyParameter("channels", "channels of the first stage", .integer(1...256), default: "16"),
    FamilyParameter("size", "height and width of the picture", .integer(4...256), default: "32"),
    FamilyParameter("classes", "outputs", .integer(1...1000), default: "10"),
  ]

  private let blocks: Int
  private let channels: Int
  private let size: Int
  private let classes: Int

  public init(_ values: ParameterValues) throws(InputError) {
    blocks = values.integer("blocks")
    channels = values.integer("channels")
    size = values.integer("size")
    classes = values.integer("classes")
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let (blocks, channels, size, classes) = (self.blocks, self.channels, self.size, self.classes)
    return graph(seed: seed) { writer, random in
      var x = writer.input([3, size, size])
      func normalized(
        _ x: ONNXGraphWriter.Value, _ channels: Int, kernel: Int, stride: Int = 1, _ name: String
      ) -> ONNXGraphWriter.Value {
        let image = writer.convolution(
          x, channels: channels, kernel: kernel, stride: stride, padding: kernel / 2, hasBias: false,
          name: "\(name).conv", &random)
        return writer.batchNormalization(image, name: "\(name).norm", &random)
      }
      x = writer.relu(normalized(x, channels, kernel: 3, "stem"), name: "stem.relu")
      for stage in 0..<3 {
        for block in 0..<blocks {
          let name = "stage\(stage + 1).block\(block + 1)"
          let width = channels << stage
          let stride = stage > 0 && block == 0 ? 2 : 1
          let inside = writer.relu(
            normalized(x, width, kernel: 3, stride: stride, "\(name).first"), name: "\(name).first.relu")
          let branch = normalized(inside, width, kernel: 3, "\(name).second")
          let skip = stride > 1 ? normalized(x, width, kernel: 1, stride: stride, "\(name).skip") : x
          x = writer.relu(writer.sum(branch, skip, name: "\(name).sum"), name: "\(name).relu")
        }
      }
      x = writer.flatten(writer.globalAveragePool(x, name: "pool"), name: "flatten")
      return writer.dense(x, outputs: classes, name: "fc", &random)
    }
  }
}
