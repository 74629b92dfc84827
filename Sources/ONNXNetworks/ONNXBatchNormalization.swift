import Networks

extension ONNXGraphReader {
  /// (x − mean) · scale / √(variance + ε) + shift, one set of numbers for each entry of the second axis.
  func batchNormalization(_ node: ONNXNode) throws(InputError) -> Value {
    guard case .affine(let value) = try required(0, of: node), value.shape.count >= 2,
      node.integer("training_mode") ?? 0 == 0
    else {
      throw node.failure("this BatchNormalization is not supported", "export the network for inference")
    }
    var parameters: [ONNXTensor] = []
    let shape = [value.shape[1]] + [Int](repeating: 1, count: value.shape.count - 2)
    for index in 1...4 {
      guard var tensor = try constantOperand(index, of: node), tensor.elements.count == value.shape[1] else {
        throw node.failure(
          "input \(index + 1) of BatchNormalization does not fit", "it must have \(value.shape[1]) entries")
      }
      tensor.shape = shape
      parameters.append(tensor)
    }
    let (scale, shift, mean, variance) = (parameters[0], parameters[1], parameters[2], parameters[3])
    let epsilon = try node.float("epsilon", default: 1e-5)
    guard variance.elements.allSatisfy({ $0 + epsilon > 0 }) else {
      throw node.failure("a variance of BatchNormalization is not positive", "the file is damaged")
    }
    var rounding = FormatRounding()
    let radicands = variance.elements.map { rounding.add($0, epsilon) }
    let roots = radicands.map { $0.squareRoot() }
    let rootsAreExact = zip(roots, radicands).allSatisfy { (-$1).addingProduct($0, $0) == 0 }
    var factor = scale
    factor.elements = zip(scale.elements, roots).map { rounding.divide($0, $1) }
    factor.roundedAt += variance.roundedAt + (rounding.hasRounded || !rootsAreExact ? [node.place] : [])
    let place = node.place
    let centred = try broadcast(value, .constant(mean), node) { $0.adding($1.map { -$0 }, at: place) }
    let scaled = try broadcast(centred, .constant(factor), node) { value, factors in
      value.scaled(factors, at: place) { $0.multiply($1, $2) }
    }
    return .affine(try broadcast(scaled, .constant(shift), node) { $0.adding($1, at: place) })
  }
}
