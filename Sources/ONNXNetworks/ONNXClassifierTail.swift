import Networks

/// The operators after a network's scores that turn them into probabilities or labels.
extension ONNXGraphReader {
  /// Operators that begin such a tail.
  static let starters: Set<String> = [
    "Softmax", "LogSoftmax", "Sigmoid", "Hardmax", "ArgMax", "ArgMin", "TopK", "Greater", "Less",
    "GreaterOrEqual",
    "LessOrEqual", "ai.onnx.ml::Normalizer", "ai.onnx.ml::ZipMap", "ai.onnx.ml::ArrayFeatureExtractor",
    "ai.onnx.ml::LabelEncoder", "ai.onnx.ml::Binarizer",
  ]

  /// Operators that may follow within it.
  static let followers: Set<String> = [
    "Cast", "Concat", "Sub", "Add", "Mul", "Div", "Neg", "Log", "Reshape", "Squeeze", "Unsqueeze", "Flatten",
    "Identity", "Gather", "Slice", "Where", "Not", "Equal", "Transpose", "Clip", "ReduceSum", "ReduceMax",
  ]

  /// The value of a node of the tail, nil where the node belongs to the network.
  func classifiedValue(of node: ONNXNode) throws(InputError) -> Value? {
    var cuts: [(scores: String, node: ONNXNode)] = []
    var affineInput: String?
    for index in node.proto.input.indices {
      switch try operand(index, of: node) {
      case .classified(let scores, let firstCut): cuts.append((scores, firstCut))
      case .affine: affineInput = node.proto.input[index]
      default: continue
      }
    }
    guard let cut = cuts.first else {
      guard let affineInput, Self.starters.contains(node.operation) else { return nil }
      return .classified(scores: affineInput, firstCut: node)
    }
    guard Self.starters.contains(node.operation) || Self.followers.contains(node.operation),
      affineInput == nil,
      cuts.allSatisfy({ $0.scores == cut.scores })
    else {
      throw cut.node.failure(
        "the operator \(cut.node.operation) stands inside the network, before \(node.place)",
        "\(cut.node.operation) may only follow the scores; hidden activations must be piecewise linear, such as Relu"
      )
    }
    return .classified(scores: cut.scores, firstCut: cut.node)
  }
}
