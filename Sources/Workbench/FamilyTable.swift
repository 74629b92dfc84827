import ExactArithmetic
import Foundation
public import Generators
import Networks
import Problems

/// The families of instances as text and JSON, from the one registry.
public enum FamilyTable {
  public static var text: String {
    var lines: [String] = []
    for family in instanceFamilies {
      lines.append("\(family.name)  (\(family.kind)\(family.isRandom ? "" : ", no seed"))")
      lines.append("    \(family.summary)")
      for parameter in family.parameters {
        lines.append(
          "    \(parameter.name)=\(parameter.defaultValue)  \(parameter.meaning); \(parameter.allowed)")
      }
      lines.append("    \(family.reference)")
    }
    return lines.joined(separator: "\n")
  }

  private struct Family: Encodable {
    var name: String
    var kind: String
    var summary: String
    var reference: String
    var isRandom: Bool
    var parameters: [Parameter]
  }

  private struct Parameter: Encodable {
    var name: String
    var meaning: String
    var allowed: String
    var defaultValue: String
  }

  public static var json: String {
    let families = instanceFamilies.map { family in
      Family(
        name: family.name, kind: family.kind.description, summary: family.summary,
        reference: family.reference,
        isRandom: family.isRandom,
        parameters: family.parameters.map {
          Parameter(
            name: $0.name, meaning: $0.meaning, allowed: $0.allowed, defaultValue: $0.defaultValue)
        })
    }
    return JSONReport.text(["families": families])
  }
}

extension GeneratedInstance {
  /// Writes the instance by the file's ending.
  ///
  /// - Returns: notes on what the format could not hold.
  @discardableResult
  public func write(to path: String) throws -> [String] {
    switch self {
    case .network(let network):
      try NetworkFile.write(network, to: path)
      return []
    case .problem(let instance): return try InstanceFile.write(instance, to: path)
    case .graph(let graph):
      guard URL(fileURLWithPath: path).pathExtension.lowercased() == "onnx" else {
        throw InputError(file: path, "only .onnx files hold this family", remedy: "give -o FILE.onnx")
      }
      let (data, parameters) = try graph.onnx()
      try TextFile.write(data, to: path)
      return ["\(parameters) parameters"]
    }
  }

  public func text(file: String) -> String {
    switch self {
    case .network(let network):
      return (["wrote  \(file)", "holds  \(network.summaryLine)"] + network.notes.map { "note   \($0)" })
        .joined(separator: "\n")
    case .problem(let instance):
      var lines = ["wrote    \(file)", "holds    \(instance.problem.summaryLine)"]
      if let planted = instance.planted { lines.append("planted  \(planted.value): \(planted.proof)") }
      return lines.joined(separator: "\n")
    case .graph(let graph): return "wrote  \(file)\nholds  \(graph.name)"
    }
  }

  public func json(file: String) -> String {
    var members = ["file": file, "name": name]
    switch self {
    case .network(let network): members["architecture"] = network.architecture
    case .problem(let instance):
      members["kind"] = instance.problem.kind.rawValue
      members["planted"] = instance.planted?.value.description
    case .graph: members["kind"] = InstanceKind.graph.description
    }
    return JSONReport.text(members)
  }
}
