public import LinearAlgebra

/// An affine map T(x) = W x + b.
public struct AffineLayer: Sendable, Equatable {
  /// W, outputs × inputs.
  public var weights: Matrix
  /// b, one entry an output.
  public var bias: [Double]

  public init(weights: Matrix, bias: [Double]? = nil) {
    self.weights = weights
    self.bias = bias ?? [Double](repeating: 0, count: weights.rows)
  }
}

/// A product of closed intervals: the inputs a network is meant for.
public struct InputBox: Sendable, Equatable {
  public var lower: [Double]
  public var upper: [Double]

  public init(lower: [Double], upper: [Double]) {
    self.lower = lower
    self.upper = upper
  }
}

/// A K-layer multilayer perceptron f = T_K ∘ ρ_{K-1} ∘ … ∘ ρ_1 ∘ T_1 (Definition 2 of Scaman & Virmaux 2018).
///
/// The network is the real-number function of its stored weights: every weight is the rational number that its
/// double is. Where a file's own numbers could not be kept exactly, `notes` says so.
public struct MultilayerPerceptron: Sendable, Equatable {
  public var name: String
  /// T_1 … T_K.
  public let layers: [AffineLayer]
  /// ρ_1 … ρ_{K-1}.
  public let activations: [Activation]
  /// One set for each hidden layer: the units that pass their pre-activation on unchanged (slope 1, no kink).
  public let passing: [Set<Int>]
  /// The input box that the file offers, if any. It is used only where the user asks for it.
  public var inputBox: InputBox?
  /// What a reader of the results should know of how the file was read (cut operators, folded constants).
  public var notes: [String]

  /// Checks shapes and numbers.
  ///
  /// - Parameter passing: One set for each hidden layer, or nothing where no unit passes.
  /// - Throws: `InputError` naming the layer, where shapes do not chain, a layer is empty, a number is not finite or a
  ///   passing unit is none of its layer's.
  public init(
    name: String, layers: [AffineLayer], activations: [Activation], passing: [Set<Int>] = [],
    inputBox: InputBox? = nil, notes: [String] = []
  ) throws(InputError) {
    guard !layers.isEmpty else {
      throw InputError("the network has no layers", remedy: "give at least one affine layer")
    }
    guard activations.count == layers.count - 1 else {
      throw InputError(
        "\(layers.count) affine layers but \(activations.count) activations",
        remedy: "give one activation between each two layers")
    }
    for (index, layer) in layers.enumerated() {
      let place = "layer \(index + 1)"
      guard layer.weights.rows > 0, layer.weights.columns > 0 else {
        throw InputError(
          place: place, "the weight matrix is empty (\(layer.weights.rows) × \(layer.weights.columns))",
          remedy: "every layer needs at least one input and one output")
      }
      guard layer.bias.count == layer.weights.rows else {
        throw InputError(
          place: place, "the bias has \(layer.bias.count) entries for \(layer.weights.rows) outputs",
          remedy: "give one bias entry an output, or none at all")
      }
      if index > 0, layers[index - 1].weights.rows != layer.weights.columns {
        throw InputError(
          place: place,
          "the weights take \(layer.weights.columns) inputs but layer \(index) has "
            + "\(layers[index - 1].weights.rows) outputs",
          remedy: "weights are outputs × inputs, and each layer's inputs are the outputs before it")
      }
      guard layer.weights.isFinite, layer.bias.allSatisfy(\.isFinite) else {
        throw InputError(
          place: place, "a weight or bias is NaN or infinite",
          remedy: "every parameter must be a finite number")
      }
    }
    for (index, activation) in activations.enumerated() where !activation.negativeSlope.isFinite {
      throw InputError(
        place: "layer \(index + 1)", "the leaky ReLU slope is not finite", remedy: "give a finite slope")
    }
    guard passing.isEmpty || passing.count == activations.count else {
      throw InputError(
        "\(activations.count) hidden layers but \(passing.count) sets of passing units",
        remedy: "give one set for each hidden layer, or none at all")
    }
    for (index, (units, layer)) in zip(passing, layers).enumerated() {
      if let unit = units.first(where: { !(0..<layer.weights.rows).contains($0) }) {
        throw InputError(
          place: "layer \(index + 1)", "the passing unit \(unit) is none of its \(layer.weights.rows) units",
          remedy: "units are numbered from 0")
      }
    }
    if let box = inputBox { try Self.check(box, inputs: layers[0].weights.columns) }
    self.name = name
    self.layers = layers
    self.activations = activations
    self.passing = passing.isEmpty ? [Set<Int>](repeating: [], count: activations.count) : passing
    self.inputBox = inputBox
    self.notes = notes
  }

  /// - Throws: `InputError` where the box has the wrong dimension, a NaN, or a lower bound above its upper bound.
  public static func check(_ box: InputBox, inputs: Int) throws(InputError) {
    guard box.lower.count == inputs, box.upper.count == inputs else {
      throw InputError(
        place: "domain",
        "the box has \(box.lower.count) lower and \(box.upper.count) upper bounds for "
          + "\(inputs) inputs", remedy: "give one lower and one upper bound an input")
    }
    for i in 0..<inputs {
      guard box.lower[i].isFinite, box.upper[i].isFinite else {
        throw InputError(
          place: "domain", "input \(i + 1) has the bounds \(box.lower[i]) and \(box.upper[i])",
          remedy: "bounds must be finite numbers; for all of Rⁿ use --domain all")
      }
      guard box.lower[i] <= box.upper[i] else {
        throw InputError(
          place: "domain", "input \(i + 1) has lower bound \(box.lower[i]) above upper bound \(box.upper[i])",
          remedy: "give lower ≤ upper")
      }
    }
  }

  public var inputs: Int { layers[0].weights.columns }
  public var outputs: Int { layers[layers.count - 1].weights.rows }
  /// n_1 … n_{K-1}.
  public var hiddenWidths: [Int] { layers.dropLast().map(\.weights.rows) }
  public var hiddenUnits: Int { hiddenWidths.reduce(0, +) }
  /// Inputs, hidden widths and outputs: `4-5-5-3`.
  public var architecture: String {
    ([inputs] + layers.map(\.weights.rows)).map(String.init).joined(separator: "-")
  }
  public var parameters: Int { layers.reduce(0) { $0 + $1.weights.elements.count + $1.bias.count } }

  /// f(x) in double precision.
  public func callAsFunction(_ x: [Double]) -> [Double] {
    precondition(x.count == inputs)
    var value = x
    for (index, layer) in layers.enumerated() {
      value = zip(layer.weights * value, layer.bias).map { $0 + $1 }
      if index < activations.count {
        let activation = activations[index]
        for unit in value.indices where !passing[index].contains(unit) {
          value[unit] = activation(value[unit])
        }
      }
    }
    return value
  }
}
