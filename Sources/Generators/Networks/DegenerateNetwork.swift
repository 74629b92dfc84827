import LinearAlgebra
public import Networks
import RandomNumbers

/// A random network of small integers with every kind of degenerate unit planted in every hidden layer, at random
/// places:
///
/// - a *constant* unit: a zero row; it passes ρ(bias) on,
/// - a *dead* unit: nothing reads it (a zero column in the next layer),
/// - a *duplicate*: twice the row and bias of another unit (the model), hence always in the model's phase,
/// - an *antiparallel* unit: the model's row and bias negated, hence always in the opposite phase.
///
/// Closed form: the function, and so L, stays the same if ρ(bias) times the constant unit's column is added to the
/// next bias, twice the duplicate's column is added to the model's, and constant, dead and duplicate units are
/// dropped. The antiparallel unit's output is the model's minus the model's pre-activation. Only patterns chosen
/// freely see a difference.
public struct DegenerateNetwork: InstanceFamily {
  public static let name = "degenerate-network"
  public static let kind = InstanceKind.network
  public static let summary =
    "small integer network with constant, dead, duplicate and antiparallel units in every hidden layer"
  public static let reference =
    "Serra, Kumar, Ramalingam, Lossless compression of deep neural networks, 2020 (stable and dependent units)"
  public static let parameters: [FamilyParameter] = [.widths(default: "2-6-6-1", from: 3)]

  private let widths: [Int]

  public init(_ values: ParameterValues) throws(InputError) {
    widths = values.widths("widths")
    if let narrow = widths.dropFirst().dropLast().first(where: { $0 < 5 }) {
      throw InputError(
        "a hidden layer has \(narrow) units",
        remedy: "give hidden widths of at least 5: a model and four planted units")
    }
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    network(draw(seed: seed).layers)
  }

  /// Which unit is which.
  package struct PlantedUnits: Sendable {
    package let model: Int
    package let duplicate: Int
    package let antiparallel: Int
    package let constant: Int
    package let dead: Int
  }

  /// The layers, and the planted units of each hidden layer.
  package func draw(seed: UInt64) -> (layers: [AffineLayer], planted: [PlantedUnits]) {
    var random = SplitMix64(seed: seed)
    var layers: [AffineLayer] = []
    var planted: [PlantedUnits] = []
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      var weights = Matrix(rows: outputs, columns: inputs) { _, _ in Double(random.integer(in: -3...3)) }
      var bias = (0..<outputs).map { _ in Double(random.integer(in: -2...2)) }
      if let dead = planted.last?.dead {
        for i in 0..<outputs { weights[i, dead] = 0 }
      }
      if index < widths.count - 2 {
        let places = random.shuffled(Array(0..<outputs))
        let units = PlantedUnits(
          model: places[0], duplicate: places[1], antiparallel: places[2], constant: places[3],
          dead: places[4])
        for (unit, factor) in [(units.duplicate, 2.0), (units.antiparallel, -1), (units.constant, 0)] {
          for j in 0..<inputs { weights[unit, j] = factor * weights[units.model, j] }
          if unit != units.constant { bias[unit] = factor * bias[units.model] }
        }
        planted.append(units)
      }
      layers.append(AffineLayer(weights: weights, bias: bias))
    }
    return (layers, planted)
  }
}
