import ExactArithmetic

/// The hidden layers of a network while its file is read, and how values move through them. The order of units is part of
/// the certificate format (`CertificateFormat.md`, "Lowering"): certificates name units by number.
struct LayerStack {
  /// Affine forms in the outputs of hidden layer `depth`, from 1; 0 is the input.
  struct Value {
    var depth: Int
    var entries: [ExactForm]
  }

  private struct Layer {
    let slopes: ExactNetwork.Slopes
    var units: [ExactForm] = []
    var passing: Set<Int> = []
    /// The unit that passes this on.
    var carriers: [ExactForm: Int] = [:]
    /// The unit whose output is the positive part of this.
    var positiveParts: [ExactForm: Int] = [:]
  }

  private let inputs: Int
  private var layers: [Layer] = []
  private var fileWeights = 0

  init(inputs: Int) { self.inputs = inputs }

  var input: Value { Value(depth: 0, entries: (0..<inputs).map { ExactForm(output: $0) }) }

  /// The most weights of all layers together: as many as the file itself holds, if these are more.
  private var limit: Int { max(1 << 24, fileWeights) }

  /// Says that a matrix of this many weights stands in the file.
  mutating func allow(weights: Int) { fileWeights += weights }

  private func width(_ depth: Int) -> Int { depth == 0 ? inputs : layers[depth - 1].units.count }

  /// Refuses layers whose weights, as matrices, are too many to hold.
  private func checkSize(_ place: String) throws(InstanceUnreadable) {
    var total = 0
    for (index, layer) in layers.enumerated() {
      let (weights, overflow) = layer.units.count.multipliedReportingOverflow(by: width(index))
      total += overflow ? limit + 1 : weights
      guard total <= limit else {
        throw InstanceUnreadable(
          place,
          "the layers have more than \(limit) weights; take a smaller network or a bound without certificate")
      }
    }
  }

  // MARK: Layers

  /// New units, one an entry, in the first layer after the value that has these slopes.
  mutating func activate(
    _ value: Value, _ slopes: ExactNetwork.Slopes, passing: Set<Int> = [], _ place: String
  ) throws(InstanceUnreadable) -> Value {
    let value = try before(slopes, value, place)
    let first = layers[value.depth].units.count
    layers[value.depth].units += value.entries
    layers[value.depth].passing.formUnion(passing.map { first + $0 })
    try checkSize(place)
    return Value(
      depth: value.depth + 1, entries: value.entries.indices.map { ExactForm(output: first + $0) })
  }

  /// The value right before the first layer after it that has these slopes; a new last one where there is none.
  mutating func before(
    _ slopes: ExactNetwork.Slopes, _ value: Value, _ place: String
  ) throws(InstanceUnreadable) -> Value {
    let index = layers.indices.first { $0 >= value.depth && layers[$0].slopes == slopes } ?? layers.count
    if index == layers.count { layers.append(Layer(slopes: slopes)) }
    return try carry(value, to: index, place)
  }

  /// The value in the outputs of a deeper layer: an entry's single output, or the sum of its terms, is passed on by a unit,
  /// once; factor and offset stay with the entry.
  mutating func carry(_ value: Value, to depth: Int, _ place: String) throws(InstanceUnreadable) -> Value {
    var value = value
    while value.depth < depth {
      let index = value.depth
      for (position, entry) in value.entries.enumerated() where !entry.terms.isEmpty {
        let single = entry.terms.count == 1 ? entry.terms[0] : nil
        let carried = single.map { ExactForm(output: $0.column) } ?? entry.linear
        let unit = layers[index].carriers[carried] ?? layers[index].units.count
        if unit == layers[index].units.count {
          layers[index].units.append(carried)
          layers[index].passing.insert(unit)
          layers[index].carriers[carried] = unit
        }
        value.entries[position] = (single?.coefficient ?? 1) * ExactForm(output: unit) + entry.offset
      }
      value.depth += 1
      try checkSize(place)
    }
    return value
  }

  /// ρ(entry) for a value right before a layer of ReLUs. A constant is no unit, and the same entry is the same unit.
  mutating func positiveParts(_ value: Value, _ place: String) throws(InstanceUnreadable) -> Value {
    var parts = Value(depth: value.depth + 1, entries: [])
    for entry in value.entries {
      if entry.terms.isEmpty {
        parts.entries.append(ExactForm(constant: max(entry.offset, 0)))
        continue
      }
      let unit = layers[value.depth].positiveParts[entry] ?? layers[value.depth].units.count
      if unit == layers[value.depth].units.count {
        layers[value.depth].units.append(entry)
        layers[value.depth].positiveParts[entry] = unit
      }
      parts.entries.append(ExactForm(output: unit))
    }
    try checkSize(place)
    return parts
  }

  // MARK: The network

  /// The layers up to the output's, and the output. One whose values are all constants has a passing unit of zeros.
  func network(
    _ output: Value, box: [ExactNetwork.ClosedInterval]? = nil
  ) throws(InstanceUnreadable) -> ExactNetwork {
    var used = Array(layers.prefix(output.depth))
    for index in used.indices where used[index].units.isEmpty {
      used[index].units = [ExactForm(constant: 0)]
      used[index].passing = [0]
    }
    var matrices: [(weights: ExactMatrix, bias: [Rational])] = []
    var total = 0
    for (index, units) in (used.map(\.units) + [output.entries]).enumerated() {
      let columns = index == 0 ? inputs : used[index - 1].units.count
      let (weights, overflow) = units.count.multipliedReportingOverflow(by: columns)
      total += overflow ? limit + 1 : weights
      guard total <= limit else {
        throw InstanceUnreadable("", "the layers have more than \(limit) weights; take a smaller network")
      }
      var elements = [Rational](repeating: 0, count: weights)
      for (row, unit) in units.enumerated() {
        for term in unit.terms { elements[row * columns + term.column] = term.coefficient }
      }
      matrices.append(
        (ExactMatrix(rows: units.count, columns: columns, elements: elements), units.map(\.offset)))
    }
    return try ExactNetwork.checked(
      matrices, slopes: used.map(\.slopes), passing: used.map(\.passing), box: box)
  }
}
