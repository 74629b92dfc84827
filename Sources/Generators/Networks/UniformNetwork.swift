import LinearAlgebra
public import Networks
import RandomNumbers

/// A network with weights and biases uniform in ±1/√inputs of the layer, torch's default initialisation of linear layers.
public struct UniformNetwork: InstanceFamily {
  public static let name = "uniform-network"
  public static let kind = InstanceKind.network
  public static let summary = "ReLU network with weights and biases uniform in ±1/√inputs"
  public static let reference = "the default initialisation of torch.nn.Linear"
  public static let parameters: [FamilyParameter] = [.widths(default: "10-20-20-2")]

  private let widths: [Int]

  public init(_ values: ParameterValues) throws(InputError) { widths = values.widths("widths") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    let layers = zip(widths, widths.dropFirst()).map { inputs, outputs in
      let bound = 1 / Double(inputs).squareRoot()
      let weights = Matrix(rows: outputs, columns: inputs) { _, _ in bound * (2 * random.uniform() - 1) }
      return AffineLayer(
        weights: weights, bias: (0..<outputs).map { _ in bound * (2 * random.uniform() - 1) })
    }
    return network(layers)
  }
}
