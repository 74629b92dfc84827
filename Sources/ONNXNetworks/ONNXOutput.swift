import Networks

/// The choice of the tensor that is the network's output.
extension ONNXGraphReader {
  struct Output {
    let tensor: String
    let value: ONNXAffineValue
    /// The layers that the value's entries are forms in.
    let builder: LayerBuilder
    var notes: [String]
  }

  mutating func output(chosen: String?) throws(InputError) -> Output {
    if let chosen { return try chosenOutput(chosen) }
    var found: [Output] = []
    var failures: [(tensor: String, error: InputError)] = []
    for tensor in graph.outputs {
      do {
        // Each on its own layers: what only another output needs does not belong to the network.
        var reader = ONNXGraphReader(graph, directory: directory)
        let output = try reader.scores(of: tensor)
        if !found.contains(where: { $0.tensor == output.tensor }) { found.append(output) }
      } catch { failures.append((tensor, error)) }
    }
    guard var output = found.first else {
      throw failures.first?.error
        ?? InputError("the graph has no output", remedy: "declare the network's output")
    }
    guard found.count == 1 else {
      throw InputError(
        "the graph has \(found.count) different outputs (\(found.prefix(4).map(\.tensor).joined(separator: ", ")))",
        remedy: "choose one of these tensors as the output")
    }
    output.notes += failures.map { "the output \($0.tensor) is left out: \($0.error.problem)" }
    return output
  }

  private mutating func chosenOutput(_ tensor: String) throws(InputError) -> Output {
    switch try evaluate(tensor) {
    case .affine(let value): return Output(tensor: tensor, value: value, builder: builder, notes: [])
    case .classified(let scores, let firstCut):
      throw firstCut.failure(
        "the chosen output “\(tensor)” comes after the operator \(firstCut.operation)",
        "choose \(scores) or a tensor before it")
    case .stored, .constant: throw Self.constantOutput(tensor)
    }
  }

  /// The network's scores that a graph output shows or is computed from.
  private mutating func scores(of tensor: String) throws(InputError) -> Output {
    switch try evaluate(tensor) {
    case .affine(let value): return Output(tensor: tensor, value: value, builder: builder, notes: [])
    case .classified(let scores, let firstCut):
      guard case .affine(let value)? = values[scores] else { throw Self.constantOutput(scores) }
      return Output(
        tensor: scores, value: value, builder: builder,
        notes: ["\(firstCut.place) (\(firstCut.operation)) and what follows are cut; the output is \(scores)"]
      )
    case .stored, .constant: throw Self.constantOutput(tensor)
    }
  }

  private static func constantOutput(_ tensor: String) -> InputError {
    InputError(
      place: "output \(tensor)", "the output does not depend on the input",
      remedy: "the graph's output must be computed from its input")
  }
}
