public import Networks
import ONNXNetworks
import RandomNumbers

/// AlexNet as torchvision has it: five convolutions, three overlapping max pools, three dense layers, for pictures of
/// 3 × 224 × 224; 61,100,840 parameters for 1000 classes. Weights are torch's default, not trained.
public struct AlexNet: InstanceFamily {
  public static let name = "alexnet"
  public static let kind = InstanceKind.graph
  public static let summary = "AlexNet with torch's default random weights"
  public static let reference = "Krizhevsky, One weird trick for parallelizing convolutional networks, 2014"
  public static let parameters: [FamilyParameter] = [
    FamilyParameter("classes", "outputs", .integer(1...10_000), default: "1000")
  ]

  private let classes: Int

  public init(_ values: ParameterValues) throws(InputError) { classes = values.integer("classes") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let classes = self.classes
    return graph(seed: seed) { writer, random in
      // Channels, kernel, stride, padding, and whether a pool follows.
      let stages = [
        (64, 11, 4, 2, true), (192, 5, 1, 2, true), (384, 3, 1, 1, false), (256, 3, 1, 1, false),
        (256, 3, 1, 1, true),
      ]
      var x = writer.input([3, 224, 224])
      for (index, (channels, kernel, stride, padding, isPooled)) in stages.enumerated() {
        let number = index + 1
        x = writer.convolution(
          x, channels: channels, kernel: kernel, stride: stride, padding: padding, name: "conv\(number)",
          &random)
        x = writer.relu(x, name: "relu\(number)")
        if isPooled { x = writer.maxPool(x, kernel: 3, stride: 2, name: "pool\(number)") }
      }
      x = writer.flatten(x, name: "flatten")
      for (number, outputs) in [(6, 4096), (7, 4096), (8, classes)] {
        x = writer.dense(x, outputs: outputs, name: "fc\(number)", &random)
        if number < 8 { x = writer.relu(x, name: "relu\(number)") }
      }
      return x
    }
  }
}
