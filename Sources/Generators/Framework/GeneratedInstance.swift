import ExactArithmetic
public import Networks
import ONNXNetworks
public import Problems
import RandomNumbers

/// What a family makes: a problem, with its optimum where that is known, a network, or a graph for an `.onnx` file.
public enum GeneratedInstance: Sendable {
  case problem(ProblemInstance)
  case network(MultilayerPerceptron)
  case graph(GraphNetwork)

  public var name: String {
    switch self {
    case .problem(let instance): instance.name
    case .network(let network): network.name
    case .graph(let graph): graph.name
    }
  }

  public func named(_ name: String) -> GeneratedInstance {
    switch self {
    case .problem(var instance):
      instance.name = name
      return .problem(instance)
    case .network(var network):
      network.name = name
      return .network(network)
    case .graph(var graph):
      graph.name = name
      return .graph(graph)
    }
  }
}

extension InstanceFamily {
  /// A max-cut instance of this family from edges with integer weights.
  func maxCut(vertices: Int, edges: [WeightedEdge], planted: PlantedOptimum? = nil) -> GeneratedInstance {
    .problem(
      ProblemInstance(
        name: Self.name,
        problem: MaxCut(vertices: vertices, edges: edges.map(\.term)), planted: planted))
  }

  /// An Ising instance of this family, to be minimised, from integer couplings.
  func ising(
    spins: Int, couplings: [WeightedEdge], fields: [Int]? = nil, planted: PlantedOptimum? = nil
  ) -> GeneratedInstance {
    .problem(
      ProblemInstance(
        name: Self.name,
        problem: Ising(
          spins: spins, couplings: couplings.map(\.term), fields: fields?.map { Rational($0) },
          sense: .minimize),
        planted: planted))
  }

  /// A graph of this family, its weights drawn from the seed when it is written.
  func graph(
    seed: UInt64,
    _ build: @escaping @Sendable (inout ONNXGraphWriter, inout SplitMix64) -> ONNXGraphWriter.Value
  ) -> GeneratedInstance {
    .graph(GraphNetwork(name: Self.name, seed: seed, build: build))
  }

  /// A ReLU network of this family. Its shape and numbers are right by construction.
  func network(_ layers: [AffineLayer], notes: [String] = []) -> GeneratedInstance {
    do throws(InputError) {
      let activations = [Activation](repeating: .relu, count: layers.count - 1)
      return .network(
        try MultilayerPerceptron(name: Self.name, layers: layers, activations: activations, notes: notes))
    } catch {
      preconditionFailure("\(Self.name): \(error)")
    }
  }
}
