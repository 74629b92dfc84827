public import Foundation
import LinearAlgebra

/// Networks as `.json`.
///
///     {"layers": [{"weights": [[row], …], "bias": […]}, …], "activation": "relu"}
///
/// Weights are outputs × inputs; `bias` is optional. `"activation": "leaky-relu", "slope": 0.01` stands in the layer that
/// it follows or, for the layers without the key, once for the network; the last layer has none. Activations are `relu`,
/// `leaky-relu`, `abs`, `maxmin`, and with the size of their groups of consecutive units `"activation": "group-sort",
/// "group": 4` (ascending) and `max-pool` (one output a group). The last three become ReLU layers with passing units; a
/// layer with one of the others may name its own, numbered from 0: `"passing": [0, 3]`. Optional: `name`,
/// `domain: {"lower": […], "upper": […]}`. A slope or group that nothing reads is refused; keys of other names are
/// ignored. A JSON number means its nearest double; the strings `"p/q"` and `"0x1.8p-3"` are exact.
public enum JSONFormat {
  /// - Parameter name: the network's name where the file does not give one.
  public static func read(_ data: Data, name: String) throws(InputError) -> MultilayerPerceptron {
    var reader = JSONFormatReader()
    return try reader.network(JSONFormatParser.parse(data), name: name)
  }

  /// Shortest text that reads back equal, one matrix row a line.
  public static func write(_ network: MultilayerPerceptron) -> Data {
    let shared = Set(network.activations).count == 1 ? network.activations.first : nil
    let layers = network.layers.enumerated().map { index, layer in
      let rows = (0..<layer.weights.rows).map { "        " + list(layer.weights.row($0)) }
      var members = [
        "\"weights\": [\n\(rows.joined(separator: ",\n"))\n      ]", "\"bias\": \(list(layer.bias))",
      ]
      if index < network.activations.count {
        if shared == nil { members += text(network.activations[index]) }
        let passing = network.passing[index].sorted().map(String.init)
        if !passing.isEmpty { members.append("\"passing\": [\(passing.joined(separator: ", "))]") }
      }
      return "    {\n      \(members.joined(separator: ",\n      "))\n    }"
    }
    var members = [
      "\"name\": \(quoted(network.name))", "\"layers\": [\n\(layers.joined(separator: ",\n"))\n  ]",
    ]
    if let shared { members += text(shared) }
    if let box = network.inputBox {
      members.append(
        "\"domain\": {\n    \"lower\": \(list(box.lower)),\n    \"upper\": \(list(box.upper))\n  }")
    }
    return Data("{\n  \(members.joined(separator: ",\n  "))\n}\n".utf8)
  }

  private static func list(_ numbers: some Sequence<Double>) -> String {
    "[" + numbers.map(\.description).joined(separator: ", ") + "]"
  }

  private static func text(_ activation: Activation) -> [String] {
    let name = "\"activation\": \"\(activation.name)\""
    guard case .leakyReLU(let slope) = activation else { return [name] }
    return [name, "\"slope\": \(slope)"]
  }

  /// `text` as a JSON string.
  package static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\u{0}"..<" ": "\\u" + String(format: "%04x", scalar.value)
      default: String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}
