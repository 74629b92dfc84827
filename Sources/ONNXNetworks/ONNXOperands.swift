import Networks

/// What both readers of graphs ask of a node's inputs.
protocol ONNXOperands {
  /// The constant at input `index`, nil where the node leaves it out.
  func constantOperand(_ index: Int, of node: ONNXNode) throws(InputError) -> ONNXTensor?
}

extension ONNXOperands {
  /// A list of integers given as an attribute or, in later operator sets, as input `index`.
  func integers(_ attribute: String, orOperand index: Int, of node: ONNXNode) throws(InputError) -> [Int]? {
    if let list = node.integers(attribute) { return list }
    guard let tensor = try constantOperand(index, of: node) else { return nil }
    guard let list = tensor.integers else {
      throw node.failure("the \(attribute) of \(node.operation) are not whole numbers", "the file is damaged")
    }
    return list
  }

  /// What a Slice says: of each axis that it names where it starts, ends and how it steps.
  func sliceRanges(_ rank: Int, _ node: ONNXNode) throws(InputError) -> (
    starts: [Int], ends: [Int], axes: [Int], steps: [Int]
  ) {
    guard let starts = try integers("starts", orOperand: 1, of: node),
      let ends = try integers("ends", orOperand: 2, of: node), starts.count == ends.count,
      let axes = ONNXShape.normalized(
        axes: try integers("axes", orOperand: 3, of: node) ?? Array(starts.indices), rank: rank),
      axes.count == starts.count
    else { throw node.failure("the ranges of Slice do not fit", "give a start and an end for each axis") }
    let steps = try integers("steps", orOperand: 4, of: node) ?? [Int](repeating: 1, count: starts.count)
    guard steps.count == starts.count, steps.allSatisfy({ $0 != 0 && $0 > .min }) else {
      throw node.failure("the steps of Slice do not fit", "give a step other than 0 for each axis")
    }
    return (starts, ends, axes, steps)
  }
}
