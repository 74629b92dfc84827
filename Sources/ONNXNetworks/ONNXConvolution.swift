import Networks

extension ONNXGraphReader {
  /// A convolution over any number of spatial axes as a matrix: input [batch, channels, …], weights
  /// [outputs, channels / groups, …], and a bias for each output channel.
  func convolution(_ node: ONNXNode) throws(InputError) -> Value {
    guard case .affine(let value) = try required(0, of: node), let weights = try constantOperand(1, of: node)
    else {
      throw node.failure(
        "the input of Conv is a constant, or its weights are missing", "convolve the network's values")
    }
    let groups = node.integer("group") ?? 1
    guard value.shape.count >= 3, weights.shape.count == value.shape.count, groups > 0,
      value.shape[1] % groups == 0, weights.shape[0] % groups == 0, weights.shape[0] > 0,
      weights.shape[1] == value.shape[1] / groups,
      node.integers("kernel_shape") ?? Array(weights.shape[2...]) == Array(weights.shape[2...])
    else {
      throw node.failure(
        "weights of shape \(weights.shape) in \(groups) groups do not fit a tensor of shape \(value.shape)",
        "weights are output channels × channels / groups × kernel")
    }
    let spatial = Array(value.shape[2...])
    let windows = try ONNXWindows(spatial, kernel: Array(weights.shape[2...]), node)
    let (batch, channels, outputs) = (value.shape[0], value.shape[1], weights.shape[0])
    let (size, positions, taps) = (
      spatial.reduce(1, *), windows.entries.count, weights.shape[2...].reduce(1, *)
    )
    let depth = channels / groups
    let elements = weights.elements
    let result = try combined(
      value, [batch, outputs] + windows.shape, work: [batch, outputs, positions, taps, depth],
      fileWeights: elements.count, node
    ) { entry, pairs in
      let (image, output, window) = (
        entry / positions / outputs, entry / positions % outputs, windows.entries[entry % positions]
      )
      let firstChannel = image * channels + output / (outputs / groups) * depth
      for channel in 0..<depth {
        for (tap, position) in window.enumerated() {
          guard let position else { continue }
          pairs.append(
            ((firstChannel + channel) * size + position, elements[(output * depth + channel) * taps + tap]))
        }
      }
    }.usingConstant(weights)
    guard var bias = try constantOperand(2, of: node) else { return .affine(result) }
    guard bias.elements.count == outputs else {
      throw node.failure("the bias has \(bias.elements.count) entries", "give one a channel, \(outputs)")
    }
    bias.shape = [outputs] + [Int](repeating: 1, count: spatial.count)
    return .affine(try broadcast(result, .constant(bias), node) { $0.adding($1, at: node.place) })
  }
}
