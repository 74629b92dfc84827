import ExactArithmetic

/// Networks as `.json`:
///
///     {"layers": [{"weights": [[row], …], "bias": […]}, …], "activation": "relu"}
///
/// Weights are outputs × inputs; `bias` is optional. `"activation": "leaky-relu", "slope": 0.01` stands in the layer that it
/// follows or, for the layers without the key, once for the network; the others are `abs`, `maxmin`, and with a size
/// `"group"` `group-sort` and `max-pool`. A slope or group that nothing reads is refused. A layer may name units that pass unchanged: `"passing": [0, 3]`.
/// Optional: `"domain": {"lower": […], "upper": […]}`.
enum JSONNetwork {
  /// The activations that read a layer's, or else the network's, slope and group.
  private static let readers = [
    (key: "slope", activations: ["leaky-relu"]), (key: "group", activations: ["group-sort", "max-pool"]),
  ]

  static func read(_ root: [String: JSONText]) throws(InstanceUnreadable) -> ExactNetwork {
    let list = try root.required("layers").list("layers")
    guard !list.isEmpty else {
      throw InstanceUnreadable("layers", "the list is empty; give at least one layer")
    }
    var stack: LayerStack?
    var value = LayerStack.Value(depth: 0, entries: [])
    var inputs = 0
    for (index, item) in list.enumerated() {
      let place = "layers[\(index)]"
      let layer = try item.members(place)
      let weights = try matrix(layer.required("weights", in: place), "\(place).weights")
      let bias = try layer["bias"].map { value throws(InstanceUnreadable) in
        try value.numbers("\(place).bias")
      }
      if index == 0 {
        inputs = weights.columns
        value = LayerStack(inputs: inputs).input
      }
      guard weights.columns == value.entries.count, bias?.count ?? weights.rows == weights.rows else {
        throw InstanceUnreadable(
          place,
          "\(weights.rows) × \(weights.columns) weights and their bias follow \(value.entries.count) outputs; shapes must "
            + "chain")
      }
      var layers = stack ?? LayerStack(inputs: inputs)
      layers.allow(weights: weights.elements.count)
      value.entries = (0..<weights.rows).map { row in
        ExactForm(
          sum: (0..<weights.columns).lazy.map { (form: value.entries[$0], factor: weights[row, $0]) },
          offset: bias?[row] ?? 0)
      }
      if index < list.count - 1 {
        value = try activate(value, layer, root, place, &layers)
      } else {
        for key in ["passing", "slope", "group"] where layer[key] != nil {
          throw InstanceUnreadable(
            "\(place).\(key)", "the last layer has no hidden units; remove \"\(key)\"")
        }
        try checkLast(layer["activation"], place)
      }
      stack = layers
    }
    for (key, readers) in readers where root[key] != nil {
      let ownActivation: String? = if case .string(let name)? = root["activation"] { name } else { nil }
      let isRead = list.dropLast().contains { item in
        guard case .object(let layer) = item, layer[key] == nil else { return false }
        guard case .string(let name)? = layer["activation"] else { return false }
        return readers.contains(name)
      }
      guard isRead || ownActivation.map(readers.contains) == true else {
        throw InstanceUnreadable(key, "no layer reads the \(key); remove it")
      }
    }
    let box = try root["domain"].map { value throws(InstanceUnreadable) in
      let domain = try value.members("domain")
      return try ExactNetwork.checked(
        box: domain.required("lower", in: "domain").numbers("domain.lower"),
        domain.required("upper", in: "domain").numbers("domain.upper"), inputs: inputs)
    }
    return try (stack ?? LayerStack(inputs: inputs)).network(value, box: box)
  }

  /// Equally long rows with at least one entry.
  static func matrix(_ value: JSONText, _ place: String) throws(InstanceUnreadable) -> ExactMatrix {
    let rows = try value.list(place)
    var elements: [Rational] = []
    var columns: Int?
    for (index, row) in rows.enumerated() {
      let numbers = try row.numbers("\(place)[\(index)]")
      guard !numbers.isEmpty, numbers.count == columns ?? numbers.count else {
        throw InstanceUnreadable(
          "\(place)[\(index)]", "the row is empty or of another length; make all rows equally long")
      }
      columns = numbers.count
      elements += numbers
    }
    guard let columns else { throw InstanceUnreadable(place, "the matrix has no rows; give at least one") }
    return ExactMatrix(rows: rows.count, columns: columns, elements: elements)
  }

  /// What follows a layer: `relu`, `leaky-relu` or `abs`, of which some units may pass unchanged, or what is lowered.
  private static func activate(
    _ value: LayerStack.Value, _ layer: [String: JSONText], _ root: [String: JSONText], _ place: String,
    _ stack: inout LayerStack
  ) throws(InstanceUnreadable) -> LayerStack.Value {
    let own = layer["activation"]
    guard let text = own ?? root["activation"] else {
      throw InstanceUnreadable("", "the key \"activation\" is missing; add \"activation\": \"relu\"")
    }
    let name = try text.text("\(place) activation")
    for (key, activations) in readers where !activations.contains(name) {
      guard layer[key] == nil, own != nil || root[key] == nil else {
        throw InstanceUnreadable(
          layer[key] == nil ? key : "\(place).\(key)", "the activation stands beside a \(key); remove it")
      }
    }
    var passing: Set<Int> = []
    if let list = layer["passing"] {
      guard ["relu", "leaky-relu", "abs"].contains(name) else {
        throw InstanceUnreadable(place, "the activation has no passing units; remove \"passing\"")
      }
      for unit in try list.list("\(place).passing") {
        guard passing.insert(try unit.natural(below: value.entries.count, "\(place).passing")).inserted else {
          throw InstanceUnreadable("\(place).passing", "a unit stands twice; list every passing unit once")
        }
      }
    }
    switch name {
    case "relu": return try stack.activate(value, .relu, passing: passing, place)
    case "abs": return try stack.activate(value, .abs, passing: passing, place)
    case "leaky-relu":
      guard let slope = layer["slope"] ?? root["slope"] else {
        throw InstanceUnreadable(place, "\"leaky-relu\" has no slope; add \"slope\": 0.01 or whatever it is")
      }
      let slopes = ExactNetwork.Slopes(off: try slope.number("\(place) slope"), on: 1)
      return try stack.activate(value, slopes, passing: passing, place)
    case "maxmin", "group-sort", "max-pool": break
    default:
      throw InstanceUnreadable(
        place,
        "the activation is unknown; it must be \"relu\", \"leaky-relu\", \"abs\", \"maxmin\", \"group-sort\" or "
          + "\"max-pool\"")
    }
    let count = value.entries.count
    var group = 2
    if name != "maxmin" {
      guard let size = layer["group"] ?? root["group"] else {
        throw InstanceUnreadable(place, "\"\(name)\" has no group; add \"group\": 2 or whatever it is")
      }
      group = try size.natural(below: count + 1, "\(place) group")
    }
    guard group > 0, count % group == 0 else {
      throw InstanceUnreadable(place, "groups of \(group) do not divide \(count) units; change one of them")
    }
    switch name {
    case "maxmin": return try stack.maxMin(value, place)
    case "group-sort": return try stack.groupSort(value, group: group, place)
    default:
      let windows = stride(from: 0, to: count, by: group).map { Array($0..<$0 + group) }
      return try stack.maxima(value, windows: windows, place)
    }
  }

  private static func checkLast(_ value: JSONText?, _ place: String) throws(InstanceUnreadable) {
    switch value {
    case nil, .null, .string("none"), .string("linear"), .string("identity"): return
    default:
      throw InstanceUnreadable(
        "\(place).activation", "the last layer has an activation; append a layer of identity weights")
    }
  }
}
