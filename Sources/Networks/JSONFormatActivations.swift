/// The activations of a `.json` file. `activation`, `slope` and `group` stand in a layer or, for the layers without their
/// own, once for the network.
extension JSONFormatReader {
  /// The outputs of the activation that follows a layer.
  mutating func activated(
    _ value: AffineForms, by layer: [String: JSONFormatValue], root: [String: JSONFormatValue],
    _ builder: LayerBuilder, at layerPlace: String
  ) throws(InputError) -> AffineForms {
    let isOwn = layer["activation"] != nil
    let place = isOwn ? "\(layerPlace).activation" : "activation"
    guard let name = layer["activation"] ?? root["activation"] else {
      throw InputError(
        place: place, "the key \"activation\" is missing", remedy: "add \"activation\": \"relu\" to the file")
    }
    let activation = try Self.string(name, at: place)
    for key in ["slope", "group"] {
      if Self.users(of: key).contains(activation) {
        if layer[key] == nil { keysOfNetworkInUse.insert(key) }
      } else if layer[key] != nil || !isOwn && root[key] != nil {
        throw Self.unused(key, activation, at: layer[key] == nil ? nil : layerPlace)
      }
    }
    let passing = try layer["passing"].map { list throws(InputError) in
      try Self.units(list, count: value.count, at: "\(layerPlace).passing")
    }
    switch activation {
    case "relu": return try builder.activated(value, .relu, passing: passing ?? [], at: layerPlace)
    case "abs": return try builder.activated(value, .abs, passing: passing ?? [], at: layerPlace)
    case "leaky-relu":
      guard let slope = layer["slope"] ?? root["slope"] else {
        throw InputError(
          place: place, "\"leaky-relu\" has no slope", remedy: "add \"slope\": 0.01 or whatever it is")
      }
      let number = try number(slope, at: layer["slope"] == nil ? "slope" : "\(layerPlace).slope")
      return try builder.activated(value, .leakyReLU(slope: number), passing: passing ?? [], at: layerPlace)
    case "maxmin", "group-sort", "max-pool": break
    case let unknown:
      throw InputError(
        place: place, "\"\(unknown)\" is not an activation",
        remedy: "it must be \"relu\", \"leaky-relu\", \"abs\", \"maxmin\", \"group-sort\" or \"max-pool\"")
    }
    guard passing == nil else {
      throw InputError(
        place: "\(layerPlace).passing", "\"\(activation)\" has no passing units",
        remedy: "remove \"passing\", or write the layers with \"relu\"")
    }
    let group =
      activation == "maxmin" ? 2 : try self.group(activation, layer, root, at: layerPlace)
    guard value.count % group == 0 else {
      throw InputError(
        place: place, "\"\(activation)\" has groups of \(group) but the layer has \(value.count) units",
        remedy: "the size of a group must divide the number of units")
    }
    var rounding = FormatRounding()
    let result: AffineForms =
      switch activation {
      case "maxmin": try builder.maxMin(value, &rounding, at: layerPlace)
      case "group-sort": try builder.groupSort(value, group: group, &rounding, at: layerPlace)
      default:
        try builder.maxima(
          value, windows: stride(from: 0, to: value.count, by: group).map { Array($0..<$0 + group) },
          &rounding,
          at: layerPlace)
      }
    if rounding.hasRounded { rounded.append(layerPlace) }
    return result
  }

  /// The activations that read a key.
  private static func users(of key: String) -> [String] {
    key == "slope" ? ["leaky-relu"] : ["group-sort", "max-pool"]
  }

  private static func unused(_ key: String, _ activation: String, at place: String?) -> InputError {
    let users = users(of: key).map { "\"\($0)\"" }.joined(separator: " or ")
    return InputError(
      place: (place.map { "\($0)." } ?? "") + key, "\"\(activation.prefix(40))\" stands beside a \(key)",
      remedy: "write \(users), or remove the \(key)")
  }

  /// Refuses a slope or group of the network that neither a layer nor the network's own activation reads.
  func checkKeysInUse(_ root: [String: JSONFormatValue]) throws(InputError) {
    for key in ["slope", "group"] where root[key] != nil && !keysOfNetworkInUse.contains(key) {
      if case .string(let activation)? = root["activation"], Self.users(of: key).contains(activation) {
        continue
      }
      throw InputError(
        place: key, "no layer reads the \(key)",
        remedy:
          "write \(Self.users(of: key).map { "\"\($0)\"" }.joined(separator: " or ")), or remove the \(key)")
    }
  }

  private func group(
    _ activation: String, _ layer: [String: JSONFormatValue], _ root: [String: JSONFormatValue],
    at place: String
  ) throws(InputError) -> Int {
    guard let value = layer["group"] ?? root["group"] else {
      throw InputError(
        place: "\(place).activation", "\"\(activation)\" has no group",
        remedy: "add \"group\": 2 or whatever the size of its groups is")
    }
    guard case .number(let number) = value, let group = Int(exactly: number), group > 0 else {
      throw InputError(
        place: layer["group"] == nil ? "group" : "\(place).group", "the group is no positive whole number",
        remedy: "give the size of the groups, such as 2")
    }
    return group
  }

  /// Different units of a layer, from 0.
  private static func units(
    _ value: JSONFormatValue, count: Int, at place: String
  ) throws(InputError) -> Set<Int> {
    var units: Set<Int> = []
    for (index, value) in try array(value, at: place).enumerated() {
      guard case .number(let number) = value, let unit = Int(exactly: number), (0..<count).contains(unit),
        units.insert(unit).inserted
      else {
        throw InputError(
          place: "\(place)[\(index)]", "this is none of the layer's \(count) units, or stands here twice",
          remedy: "list every passing unit once, numbered from 0")
      }
    }
    return units
  }
}
