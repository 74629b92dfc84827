import LinearAlgebra

/// Turns a JSON value into a network; errors name the path of the offending value, like `layers[1].weights[2]`.
struct JSONFormatReader {
  private var inexact: [String] = []
  private var unknown: [String] = []
  var rounded: [String] = []
  /// What of the network's own "slope" and "group" some layer reads.
  var keysOfNetworkInUse: Set<String> = []

  private static let rootKeys: Set = [
    "name", "description", "kind", "layers", "activation", "slope", "group", "domain",
  ]
  private static let layerKeys: Set = ["name", "weights", "bias", "activation", "slope", "group", "passing"]

  mutating func network(_ value: JSONFormatValue, name: String) throws(InputError) -> MultilayerPerceptron {
    guard case .object(let root) = value else {
      throw InputError(
        "the file holds \(value.kind)",
        remedy: "a network is an object {\"layers\": […], \"activation\": \"relu\"}")
    }
    unknown += root.keys.filter { !Self.rootKeys.contains($0) }.sorted()
    guard let list = root["layers"] else { throw Self.missing("layers", in: nil) }
    let values = try Self.array(list, at: "layers")
    guard !values.isEmpty else {
      throw InputError(place: "layers", "the list of layers is empty", remedy: "give at least one layer")
    }
    var network: (builder: LayerBuilder, value: AffineForms)?
    for (index, value) in values.enumerated() {
      let place = "layers[\(index)]"
      guard case .object(let object) = value else { throw Self.wrongType(value, at: place, "an object") }
      unknown += object.keys.filter { !Self.layerKeys.contains($0) }.sorted().map { "\(place).\($0)" }
      let layer = try layer(object, inputs: network?.value.count, at: place)
      let builder = network?.builder ?? LayerBuilder(inputs: layer.weights.columns)
      builder.allow(fileWeights: layer.weights.elements.count)
      var value = try affine(layer, of: network?.value ?? builder.input, builder.termLimit, at: place)
      if index < values.count - 1 {
        value = try activated(value, by: object, root: root, builder, at: place)
      } else {
        try checkLastActivation(object, at: place)
      }
      network = (builder, value)
    }
    guard let network else { throw Self.missing("layers", in: nil) }
    try checkKeysInUse(root)
    let ownName = try root["name"].map { value throws(InputError) in try Self.string(value, at: "name") }
    let box = try root["domain"].map { value throws(InputError) in
      try domain(value, inputs: network.builder.input.count)
    }
    return try network.builder.network(
      name: ownName ?? name, output: network.value, inputBox: box, notes: notes)
  }

  private var notes: [String] {
    func note(_ places: [String], _ text: String) -> [String] {
      guard let first = places.first else { return [] }
      return ["\(first) \(text)" + (places.count == 1 ? "" : " (and \(places.count - 1) more)")]
    }
    return note(unknown, "is no key of a network; it is ignored")
      + note(inexact, "is not a double; the nearest double is used")
      + note(rounded, "was folded with rounding")
  }

  // MARK: Parts

  private mutating func layer(
    _ object: [String: JSONFormatValue], inputs: Int?, at place: String
  ) throws(InputError) -> AffineLayer {
    guard let value = object["weights"] else { throw Self.missing("weights", in: place) }
    let rows = try Self.array(value, at: "\(place).weights")
    guard !rows.isEmpty else {
      throw InputError(
        place: "\(place).weights", "the weight matrix has no rows",
        remedy: "give one row of weights an output")
    }
    var elements: [Double] = []
    var columns = inputs
    for (index, row) in rows.enumerated() {
      let place = "\(place).weights[\(index)]"
      let numbers = try vector(row, at: place)
      guard !numbers.isEmpty else {
        throw InputError(place: place, "the row is empty", remedy: "give one weight an input")
      }
      guard numbers.count == columns ?? numbers.count else {
        let expected = columns ?? 0
        let reason =
          index > 0 ? "the rows above have \(expected)" : "the layer before has \(expected) outputs"
        throw InputError(
          place: place, "the row has \(Self.counted(numbers.count)) but \(reason)",
          remedy: "weights are outputs × inputs, all rows equally long")
      }
      columns = numbers.count
      elements += numbers
    }
    let weights = Matrix(rows: rows.count, columns: columns ?? 0, elements: elements)
    guard let value = object["bias"] else { return AffineLayer(weights: weights) }
    let bias = try vector(value, at: "\(place).bias")
    guard bias.count == rows.count else {
      throw InputError(
        place: "\(place).bias", "the bias has \(Self.counted(bias.count)) for \(rows.count) outputs",
        remedy: "give one number an output, or leave the bias out")
    }
    return AffineLayer(weights: weights, bias: bias)
  }

  /// W · value + b.
  private mutating func affine(
    _ layer: AffineLayer, of value: AffineForms, _ limit: Int, at place: String
  ) throws(InputError) -> AffineForms {
    var rounding = FormatRounding()
    let product = value.combined(layer.weights.rows, limit: limit, &rounding) { row, pairs in
      pairs += layer.weights.row(row).enumerated().lazy.map { (source: $0, coefficient: $1) }
    }
    guard let product else {
      throw InputError(
        place: place, "the composed weights would be more than \(limit)", remedy: "use a smaller network")
    }
    let sum = product.adding(layer.bias, &rounding)
    if rounding.hasRounded { rounded.append(place) }
    return sum
  }

  private func checkLastActivation(_ layer: [String: JSONFormatValue], at place: String) throws(InputError) {
    for key in ["passing", "slope", "group"] where layer[key] != nil {
      throw InputError(
        place: "\(place).\(key)", "the last layer has no hidden units", remedy: "remove \"\(key)\"")
    }
    switch layer["activation"] {
    case nil, .null, .string("none"), .string("linear"), .string("identity"): return
    default:
      throw InputError(
        place: "\(place).activation", "the last layer has an activation",
        remedy: "remove it, or append a layer with identity weights")
    }
  }

  private mutating func domain(_ value: JSONFormatValue, inputs: Int) throws(InputError) -> InputBox {
    guard case .object(let object) = value else { throw Self.wrongType(value, at: "domain", "an object") }
    guard let lower = object["lower"] else { throw Self.missing("lower", in: "domain") }
    guard let upper = object["upper"] else { throw Self.missing("upper", in: "domain") }
    let box = InputBox(
      lower: try vector(lower, at: "domain.lower"), upper: try vector(upper, at: "domain.upper"))
    try MultilayerPerceptron.check(box, inputs: inputs)
    return box
  }

  // MARK: Values

  private mutating func vector(_ value: JSONFormatValue, at place: String) throws(InputError) -> [Double] {
    let values = try Self.array(value, at: place)
    var numbers: [Double] = []
    numbers.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      if case .number(let number) = value, number.isFinite {
        numbers.append(number)
      } else {
        numbers.append(try number(value, at: "\(place)[\(index)]"))
      }
    }
    return numbers
  }

  mutating func number(_ value: JSONFormatValue, at place: String) throws(InputError) -> Double {
    switch value {
    case .number(let number):
      guard number.isFinite else {
        throw InputError(
          place: place, "the number is too large for a double", remedy: "its size must be below 1.8e308")
      }
      return number
    case .largeInteger(let text): return try self.number(.number(Double(text) ?? .infinity), at: place)
    case .string(let text):
      guard let number = FormatNumber(text) else {
        throw InputError(
          place: place, "the string \"\(text.prefix(40))\" is not an exact number",
          remedy: "write \"p/q\" or a finite hexadecimal float like \"0x1.8p-3\", and decimals without quotes"
        )
      }
      if !number.isExact { inexact.append("\(place) = \(text.prefix(40))") }
      return number.value
    default: throw Self.wrongType(value, at: place, "a number")
    }
  }

  static func string(_ value: JSONFormatValue, at place: String) throws(InputError) -> String {
    guard case .string(let text) = value else { throw wrongType(value, at: place, "a string") }
    return text
  }

  static func array(_ value: JSONFormatValue, at place: String) throws(InputError)
    -> [JSONFormatValue]
  {
    guard case .array(let values) = value else { throw wrongType(value, at: place, "an array") }
    return values
  }

  private static func wrongType(_ value: JSONFormatValue, at place: String, _ expected: String) -> InputError
  {
    InputError(place: place, "\(value.kind) stands here", remedy: "it must be \(expected)")
  }

  private static func missing(_ key: String, in place: String?) -> InputError {
    InputError(place: place, "the key \"\(key)\" is missing", remedy: "add \"\(key)\"")
  }

  private static func counted(_ count: Int) -> String { count == 1 ? "1 entry" : "\(count) entries" }
}
