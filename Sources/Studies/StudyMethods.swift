import Bounds
public import Generators
import PatternSearch
import QuadraticSearch
import Workbench

/// What a study can ask of an instance.
public enum StudyMethods {
  /// Problems: the engines of `lipbench maximize`. Networks: those of `lipbench exact`, and the bounds. Graphs: the bounds that need
  /// no dense layers.
  public static func names(for kind: InstanceKind) -> [String] {
    switch kind {
    case .problem: ["auto"] + QuadraticEngine.allCases.map(\.rawValue)
    case .network: ["auto"] + Engine.allCases.map(\.rawValue) + bounds.map { $0.name }
    case .graph: GraphBound.Method.allCases.map(\.rawValue)
    }
  }

  /// Whether a method names a bound, which has no nodes and no gap.
  static func isBound(_ method: String) -> Bool { bounds.contains { $0.name == method } }

  static var bounds: [any BoundMethod.Type] { comparedMethods + boundMethods }
}
