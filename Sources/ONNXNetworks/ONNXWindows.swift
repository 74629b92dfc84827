import Networks

/// Where the window of a convolution or a pooling lies for each of its outputs.
struct ONNXWindows {
  /// The spatial dimensions of the output.
  let shape: [Int]
  /// For each output position, in row-major order, the input positions under the window's entries; nil in the padding.
  let entries: [[Int?]]

  /// - Parameters:
  ///   - input: The spatial dimensions.
  ///   - kernel: The window's dimensions.
  init(_ input: [Int], kernel: [Int], _ node: ONNXNode) throws(InputError) {
    let rank = input.count
    let strides = node.integers("strides") ?? [Int](repeating: 1, count: rank)
    let dilations = node.integers("dilations") ?? [Int](repeating: 1, count: rank)
    let limit = ONNXShape.maximumCount
    guard rank > 0, kernel.count == rank, strides.count == rank, dilations.count == rank,
      (input + kernel + strides + dilations).allSatisfy({ (1...limit).contains($0) })
    else {
      throw node.failure(
        "kernel \(kernel), strides \(strides) or dilations \(dilations) do not fit a tensor with spatial axes \(input)",
        "give one positive number a spatial axis")
    }
    guard node.integer("ceil_mode") ?? 0 == 0 else {
      throw node.failure("ceil_mode 1 is not supported", "export the pooling with ceil_mode 0")
    }
    var lines: [[[Int?]]] = []
    for axis in 0..<rank {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      let (before, after) = try Self.pads(axis, input[axis], reach, strides[axis], rank, node)
      let room = input[axis] + before + after - reach
      guard room >= 0 else {
        throw node.failure(
          "the window reaches over \(reach) entries of an axis with \(input[axis] + before + after)",
          "the kernel must fit into the padded input")
      }
      lines.append(
        (0...room / strides[axis]).map { output in
          (0..<kernel[axis]).map { offset in
            let position = output * strides[axis] + offset * dilations[axis] - before
            return (0..<input[axis]).contains(position) ? position : nil
          }
        })
    }
    shape = lines.map(\.count)
    guard let size = ONNXShape.count(shape + kernel), size <= 1 << 24 else {
      throw node.failure(
        "windows of \(kernel) at \(shape) positions are too many", "use a smaller network")
    }
    var entries: [[Int?]] = [[0]]
    for (line, dimension) in zip(lines, input) {
      entries = entries.flatMap { window in
        line.map { positions in
          window.flatMap { start in
            positions.map { position in
              if let start, let position { start * dimension + position } else { nil }
            }
          }
        }
      }
    }
    self.entries = entries
  }

  /// The padding before and after an axis.
  static func pads(
    _ axis: Int, _ size: Int, _ reach: Int, _ stride: Int, _ rank: Int, _ node: ONNXNode
  ) throws(InputError) -> (Int, Int) {
    let mode = node.text("auto_pad") ?? "NOTSET"
    switch mode {
    case "NOTSET", "":
      let pads = node.integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
      guard pads.count == 2 * rank, pads.allSatisfy({ (0...ONNXShape.maximumCount).contains($0) }) else {
        throw node.failure(
          "the pads \(pads) do not fit", "give two numbers a spatial axis, none of them negative")
      }
      return (pads[axis], pads[rank + axis])
    case "VALID": return (0, 0)
    case "SAME_UPPER", "SAME_LOWER":
      let outputs = (size + stride - 1) / stride
      let total = max(0, (outputs - 1) * stride + reach - size)
      let small = total / 2
      return mode == "SAME_UPPER" ? (small, total - small) : (total - small, small)
    default: throw node.failure("auto_pad \(mode) is unknown", "use NOTSET, VALID, SAME_UPPER or SAME_LOWER")
    }
  }
}
