/// Hidden layers that grow while a network with branches is read, so that every value of the network is a list of affine
/// forms in the outputs of one of them.
///
/// A value is carried to a deeper layer by units that pass their pre-activation on unchanged. Branches share the layers
/// of equal depth. `CertificateFormat.md` fixes the order of units ("Lowering").
package final class LayerBuilder {
  private struct Hidden {
    let activation: Activation
    /// Row u is the pre-activation of unit u.
    var units: AffineForms
    var passing: Set<Int> = []
    /// The units that pass on an output of the layer below, or terms of several.
    var carriedOutputs: [AffineForms.Terms: Int] = [:]
    /// The units that are positive parts of forms, by terms and then by offset.
    var positiveParts: [AffineForms.Terms: [Double: Int]] = [:]
  }

  /// The most weights that a layer may have where the file does not hold them one by one.
  package static let weightLimit = 1 << 24
  /// The most weights of all layers, likewise.
  package static let totalLimit = 1 << 27

  private let inputs: Int
  private var hidden: [Hidden] = []
  /// How many weights the file itself holds.
  private var fileWeights = 0

  package init(inputs: Int) { self.inputs = inputs }

  /// The network's inputs.
  package var input: AffineForms { AffineForms(depth: 0, outputs: 0..<inputs) }

  /// Says that the file holds this many weights one by one, so that layers may have as many.
  package func allow(fileWeights count: Int) { fileWeights = max(fileWeights, count) }

  /// The most terms that a list of forms, and the most weights that a layer, may have.
  package var termLimit: Int { max(Self.weightLimit, fileWeights) }

  private func width(of depth: Int) -> Int { depth == 0 ? inputs : hidden[depth - 1].units.count }

  // MARK: Layers

  /// New units with this activation, one for each entry, in the first layer after the entries that has the activation.
  ///
  /// - Parameter passing: Which of the entries pass unchanged.
  /// - Returns: The units' outputs.
  package func activated(
    _ forms: AffineForms, _ activation: Activation, passing: Set<Int> = [], at place: String?
  ) throws(InputError) -> AffineForms {
    let forms = try before(activation, forms, at: place)
    let layer = forms.depth
    let first = hidden[layer].units.count
    for entry in 0..<forms.count {
      hidden[layer].units.append(forms, entry)
      if passing.contains(entry) { hidden[layer].passing.insert(first + entry) }
    }
    try check(layer, at: place)
    return AffineForms(depth: layer + 1, outputs: first..<first + forms.count)
  }

  /// The positive part of each entry, ρ(z), in the layer after it; a unit that exists there already is used again, and a
  /// constant is no unit.
  ///
  /// - Parameter forms: Entries right before a layer with ReLUs, as `before` makes them.
  package func positiveParts(_ forms: AffineForms, at place: String?) throws(InputError) -> AffineForms {
    let layer = forms.depth
    var result = AffineForms(depth: layer + 1)
    for entry in 0..<forms.count {
      let terms = forms.terms(entry)
      let offset = forms.offsets[entry]
      if terms.columns.isEmpty {
        result.append(constant: max(offset, 0))
        continue
      }
      if let unit = hidden[layer].positiveParts[terms]?[offset] {
        result.append(output: unit)
        continue
      }
      let unit = hidden[layer].units.count
      hidden[layer].positiveParts[terms.copy, default: [:]][offset] = unit
      hidden[layer].units.append(forms, entry)
      result.append(output: unit)
    }
    try check(layer, at: place)
    return result
  }

  /// The same entries in the outputs of the layer before the first layer that comes after them and has the activation.
  package func before(
    _ activation: Activation, _ forms: AffineForms, at place: String?
  ) throws(InputError) -> AffineForms {
    let slope = activation.negativeSlope
    let layer =
      (forms.depth..<hidden.count).first { hidden[$0].activation.negativeSlope == slope } ?? hidden.count
    if layer == hidden.count {
      hidden.append(Hidden(activation: activation, units: AffineForms(depth: layer)))
    }
    return try carried(forms, to: layer, at: place)
  }

  /// The same entries in the outputs of a deeper layer.
  ///
  /// An entry with one term passes on that output, an entry with several passes on their sum; offsets stay with the
  /// entry. A unit that passes on the same terms already is used again.
  package func carried(
    _ forms: AffineForms, to depth: Int, at place: String?
  ) throws(InputError) -> AffineForms {
    var forms = forms
    while forms.depth < depth {
      let layer = forms.depth
      var next = AffineForms(depth: layer + 1)
      for entry in 0..<forms.count {
        let terms = forms.terms(entry)
        guard let column = terms.columns.first else {
          next.append(constant: forms.offsets[entry])
          continue
        }
        let isSingle = terms.columns.count == 1
        let key = isSingle ? AffineForms.Terms(columns: [column], coefficients: [1]) : terms
        let unit = hidden[layer].carriedOutputs[key] ?? hidden[layer].units.count
        if unit == hidden[layer].units.count {
          hidden[layer].carriedOutputs[key.copy] = unit
          hidden[layer].passing.insert(unit)
          if isSingle {
            hidden[layer].units.append(output: Int(column))
          } else {
            hidden[layer].units.append(forms, entry, offset: 0)
          }
        }
        next.append(
          output: unit, times: isSingle ? terms.coefficients.first ?? 1 : 1, offset: forms.offsets[entry])
      }
      try check(layer, at: place)
      forms = next
    }
    return forms
  }

  /// Both lists in the outputs of the deeper one's layer.
  package func aligned(
    _ a: AffineForms, _ b: AffineForms, at place: String?
  ) throws(InputError) -> (AffineForms, AffineForms) {
    let depth = max(a.depth, b.depth)
    return (try carried(a, to: depth, at: place), try carried(b, to: depth, at: place))
  }

  private func check(_ layer: Int, at place: String?) throws(InputError) {
    let weights = hidden[layer].units.count.multipliedReportingOverflow(by: width(of: layer))
    guard !weights.overflow, weights.partialValue <= termLimit else {
      throw InputError(
        place: place,
        "hidden layer \(layer + 1) would have \(hidden[layer].units.count) units on \(width(of: layer)) outputs, more "
          + "than \(Self.weightLimit) weights", remedy: "use a smaller network")
    }
  }

  // MARK: The network

  /// The layers up to the output's, and the output as the last one. A layer without units has a passing one of zeros.
  package func network(
    name: String, output: AffineForms, inputBox: InputBox? = nil, notes: [String] = [],
    at place: String? = nil
  ) throws(InputError) -> MultilayerPerceptron {
    for layer in 0..<output.depth where hidden[layer].units.count == 0 {
      hidden[layer].units.append(constant: 0)
      hidden[layer].passing.insert(0)
    }
    let used = hidden.prefix(output.depth)
    var total = 0
    for (layer, rows) in (used.map(\.units.count) + [output.count]).enumerated() {
      let weights = rows.multipliedReportingOverflow(by: width(of: layer))
      guard !weights.overflow, weights.partialValue <= termLimit else {
        throw InputError(
          place: place, "layer \(layer + 1) would have more than \(Self.weightLimit) weights",
          remedy: "use a smaller network")
      }
      total += weights.partialValue
    }
    guard total <= max(Self.totalLimit, fileWeights * (used.count + 1)) else {
      throw InputError(
        place: place, "the layers would have \(total) weights, more than \(Self.totalLimit)",
        remedy: "use a smaller network")
    }
    let layers = used.enumerated().map { $1.units.layer(width: width(of: $0)) }
    return try MultilayerPerceptron(
      name: name, layers: layers + [output.layer(width: width(of: output.depth))],
      activations: used.map(\.activation), passing: used.map(\.passing), inputBox: inputBox, notes: notes)
  }
}
