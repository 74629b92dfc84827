import LinearAlgebra
public import Networks
import RandomNumbers

/// A network with Gaussian weights of variance 2 / inputs of the layer (He et al.), and biases of the same variance
/// or none. Without biases a random layer and its ReLU keep the mean square: E‖ρ(Wx)‖² = ‖x‖² outputs / inputs.
public struct GaussianNetwork: InstanceFamily {
  public static let name = "gaussian-network"
  public static let kind = InstanceKind.network
  public static let summary = "ReLU network with Gaussian weights of variance 2/inputs"
  public static let reference = "He, Zhang, Ren, Sun, Delving deep into rectifiers, 2015"
  public static let parameters: [FamilyParameter] = [
    .widths(default: "10-20-20-1"),
    FamilyParameter("bias", "whether the layers have biases", .choice(["yes", "no"]), default: "yes"),
  ]

  private let widths: [Int]
  private let hasBias: Bool

  public init(_ values: ParameterValues) throws(InputError) {
    widths = values.widths("widths")
    hasBias = values.text("bias") == "yes"
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    let layers = zip(widths, widths.dropFirst()).map { inputs, outputs in
      let deviation = (2 / Double(inputs)).squareRoot()
      let weights = Matrix(rows: outputs, columns: inputs) { _, _ in deviation * random.gaussian() }
      return AffineLayer(
        weights: weights, bias: hasBias ? (0..<outputs).map { _ in deviation * random.gaussian() } : nil)
    }
    return network(layers)
  }
}

extension FamilyParameter {
  static func widths(default value: String, from least: Int = 2) -> FamilyParameter {
    FamilyParameter(
      "widths", "inputs, hidden widths and outputs", .widths(count: least...50, each: 1...4096),
      default: value)
  }
}
