import ExactArithmetic

/// Networks as `.json`:
///
///     {"layers": [{"weights": [[row], …], "bias": […]}, …], "activation": "relu"}
///
/// Weights are outputs × inputs; `bias` is optional. `"activation": "leaky-relu", "slope": 0.01` stands once for the
/// network or in the layer that it follows. Optional: `"domain": {"lower": […], "upper": […]}`.
enum JSONNetwork {
  static func read(_ root: [String: JSONText]) throws(InstanceUnreadable) -> ExactNetwork {
    let list = try root.required("layers").list("layers")
    guard !list.isEmpty else {
      throw InstanceUnreadable("layers", "the list is empty; give at least one layer")
    }
    var layers: [(weights: ExactMatrix, bias: [Rational])] = []
    var slopes: [ExactNetwork.Slopes] = []
    for (index, value) in list.enumerated() {
      let place = "layers[\(index)]"
      let layer = try value.members(place)
      let weights = try matrix(layer.required("weights", in: place), "\(place).weights")
      let bias = try layer["bias"].map { value throws(InstanceUnreadable) in
        try value.numbers("\(place).bias")
      }
      layers.append((weights, bias ?? [Rational](repeating: 0, count: weights.rows)))
      if index < list.count - 1 {
        slopes.append(try self.slopes(layer, root, place))
      } else {
        try checkLast(layer["activation"], place)
      }
    }
    let box = try root["domain"].map { value throws(InstanceUnreadable) in
      let domain = try value.members("domain")
      return try ExactNetwork.checked(
        box: domain.required("lower", in: "domain").numbers("domain.lower"),
        domain.required("upper", in: "domain").numbers("domain.upper"), inputs: layers[0].weights.columns)
    }
    return try ExactNetwork.checked(layers, slopes: slopes, box: box)
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

  private static func slopes(
    _ layer: [String: JSONText], _ root: [String: JSONText], _ place: String
  ) throws(InstanceUnreadable) -> ExactNetwork.Slopes {
    let isOwn = layer["activation"] != nil
    let place = isOwn ? "\(place).activation" : "activation"
    guard let value = layer["activation"] ?? root["activation"] else {
      throw InstanceUnreadable("", "the key \"activation\" is missing; add \"activation\": \"relu\"")
    }
    switch try value.text(place) {
    case let name where name == "relu" || name == "abs":
      guard (isOwn ? layer : root)["slope"] == nil else {
        throw InstanceUnreadable(
          place, "\"\(name)\" stands beside a slope; write \"leaky-relu\", or remove the slope")
      }
      return name == "relu" ? .relu : .abs
    case "leaky-relu":
      guard let slope = layer["slope"] ?? root["slope"] else {
        throw InstanceUnreadable(place, "\"leaky-relu\" has no slope; add \"slope\": 0.01 or whatever it is")
      }
      return ExactNetwork.Slopes(off: try slope.number("\(place) slope"), on: 1)
    default:
      throw InstanceUnreadable(
        place, "the activation is unknown; it must be \"relu\", \"leaky-relu\" or \"abs\"")
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
