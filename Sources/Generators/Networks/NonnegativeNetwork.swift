import LinearAlgebra
public import Networks
import RandomNumbers

/// Integer weights in 0…entry, no biases. Every unit is active on the positive orthant, and switching units on
/// increases every entry of the Jacobian: L = FGL = ‖W_K … W_1‖, over Rⁿ.
public struct NonnegativeNetwork: InstanceFamily {
  public static let name = "nonnegative-network"
  public static let kind = InstanceKind.network
  public static let summary = "nonnegative integer weights, no biases; L = FGL = ‖W_K … W_1‖"
  public static let reference =
    "Combettes and Pesquet, Lipschitz certificates for layered network structures driven by averaged activation "
    + "operators, 2020"
  public static let parameters: [FamilyParameter] = [
    .widths(default: "5-8-8-2"),
    FamilyParameter("entry", "largest weight", .integer(1...1000), default: "3"),
  ]

  private let widths: [Int]
  private let entry: Int

  public init(_ values: ParameterValues) throws(InputError) {
    widths = values.widths("widths")
    entry = values.integer("entry")
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    let layers = zip(widths, widths.dropFirst()).map { inputs, outputs in
      AffineLayer(
        weights: Matrix(rows: outputs, columns: inputs) { _, _ in Double(random.integer(in: 0...entry)) })
    }
    return network(layers, notes: ["L = FGL = ‖W_K … W_1‖ over Rⁿ, since no weight is negative"])
  }
}
