import ComputationGraphs
import Networks

/// Matrix products, convolutions, pooling and reductions.
extension ONNXOperationReader {
  func matrixProduct(_ node: ONNXNode) throws(InputError) -> [Value] {
    guard node.operation == "Gemm" else {
      return [try apply(MatrixProduct(), [required(0, of: node), required(1, of: node)], node)]
    }
    let operands = try operands(of: node, atLeast: 2)
    guard operands.count <= 3, operands[0].shape.count == 2, operands[1].shape.count == 2 else {
      throw node.failure(
        "Gemm of shapes \(operands.map { "\($0.shape)" }.joined(separator: " and "))", "give two matrices")
    }
    let product = MatrixProduct(
      factor: try node.float("alpha", default: 1), biasFactor: try node.float("beta", default: 1),
      transposesFirst: node.integer("transA") ?? 0 != 0, transposesSecond: node.integer("transB") ?? 0 != 0,
      name: "Gemm")
    return [try apply(product, operands, node)]
  }

  /// How a window moves along an axis.
  private typealias Step = (kernel: Int, stride: Int, dilation: Int, before: Int, after: Int)

  /// One for each spatial axis; without the padding where that is computed elsewhere.
  private func steps(
    _ spatial: [Int], kernel: [Int], _ node: ONNXNode, pads: Bool = true
  ) throws(InputError) -> [Step] {
    let rank = spatial.count
    let strides = node.integers("strides") ?? [Int](repeating: 1, count: rank)
    let dilations = node.integers("dilations") ?? [Int](repeating: 1, count: rank)
    guard rank > 0, kernel.count == rank, strides.count == rank, dilations.count == rank,
      (spatial + kernel + strides + dilations).allSatisfy({ (1...ONNXShape.maximumCount).contains($0) })
    else {
      throw node.failure(
        "kernel \(kernel), strides \(strides) or dilations \(dilations) do not fit a tensor with spatial axes \(spatial)",
        "give one positive number a spatial axis")
    }
    var steps: [Step] = []
    for axis in 0..<rank {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      let (before, after) =
        pads ? try ONNXWindows.pads(axis, spatial[axis], reach, strides[axis], rank, node) : (0, 0)
      steps.append((kernel[axis], strides[axis], dilations[axis], before, after))
    }
    return steps
  }

  /// The input, the kernel and where there is one the bias.
  private func convolved(_ node: ONNXNode) throws(InputError) -> (
    operands: [Operand], spatial: [Int], kernel: [Int]
  ) {
    let operands = try operands(of: node, atLeast: 2)
    let (x, w) = (operands[0].shape, operands[1].shape)
    guard operands.count <= 3, x.count >= 3, w.count == x.count, (node.integer("group") ?? 1) > 0 else {
      throw node.failure(
        "\(node.operation) of shapes \(operands.map { "\($0.shape)" }.joined(separator: " and "))",
        "give an input [batch, channels, …] and a kernel of the same rank")
    }
    if let kernel = node.integers("kernel_shape"), kernel != Array(w[2...]) {
      throw node.failure("the kernel_shape \(kernel) is not that of the kernel \(w)", "the file is damaged")
    }
    return (operands, Array(x[2...]), Array(w[2...]))
  }

  func convolution(_ node: ONNXNode) throws(InputError) -> [Value] {
    let (operands, spatial, kernel) = try convolved(node)
    let axes = try steps(spatial, kernel: kernel, node).map {
      ConvolutionProduct.Axis(stride: $0.stride, dilation: $0.dilation, before: $0.before, after: $0.after)
    }
    return try convolved(ConvolutionProduct(axes, groups: node.integer("group") ?? 1), operands, node)
  }

  func transposedConvolution(_ node: ONNXNode) throws(InputError) -> [Value] {
    let (operands, spatial, kernel) = try convolved(node)
    let steps = try steps(spatial, kernel: kernel, node, pads: false)
    let mode = node.text("auto_pad") ?? "NOTSET"
    let extras = node.integers("output_padding") ?? [Int](repeating: 0, count: spatial.count)
    let pads = node.integers("pads") ?? [Int](repeating: 0, count: 2 * spatial.count)
    let lengths = node.integers("output_shape").map { Array($0.suffix(spatial.count)) }
    guard extras.count == spatial.count, pads.count == 2 * spatial.count,
      lengths.map({ $0.count == spatial.count }) ?? true,
      (extras + pads + (lengths ?? [])).allSatisfy({ (0...ONNXShape.maximumCount).contains($0) }),
      ["", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(mode)
    else { throw node.failure("the padding of ConvTranspose does not fit", "the file is damaged") }
    let isSame = mode.hasPrefix("SAME")
    let axes = steps.enumerated().map { axis, step in
      var result = ConvolutionProduct.Axis(stride: step.stride, dilation: step.dilation, extra: extras[axis])
      if lengths == nil, !isSame {
        (result.before, result.after) = mode == "VALID" ? (0, 0) : (pads[axis], pads[spatial.count + axis])
        return result
      }
      // The padding that gives the wanted length.
      let full = step.stride * (spatial[axis] - 1) + (step.kernel - 1) * step.dilation + 1 + extras[axis]
      let total = full - (lengths?[axis] ?? spatial[axis] * step.stride)
      if total < 0 { result.extra -= total }
      let (small, large) = (max(0, total) / 2, max(0, total) - max(0, total) / 2)
      (result.before, result.after) = mode == "SAME_LOWER" ? (large, small) : (small, large)
      return result
    }
    let operation = ConvolutionProduct(axes, groups: node.integer("group") ?? 1, isTransposed: true)
    return try convolved(operation, operands, node)
  }

  /// The convolution, where its unfolded input fits in memory.
  private func convolved(
    _ operation: ConvolutionProduct, _ operands: [Operand], _ node: ONNXNode
  ) throws(InputError) -> [Value] {
    let (x, w) = (operands[0].shape, operands[1].shape)
    let places = operation.isTransposed ? x : (try? operation.shape(of: operands.map(\.shape))) ?? x
    guard let unfolded = ONNXShape.count(Array(w[1...]) + places[2...]), unfolded <= 1 << 28 else {
      throw node.failure("the convolution of \(x) with \(w) is too large", "use a smaller network")
    }
    return [try apply(operation, operands, node)]
  }

  // MARK: Pooling

  func pool(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    guard operand.shape.count >= 3 else {
      throw node.failure(
        "\(node.operation) of a shape \(operand.shape)", "pool a tensor [batch, channels, …]")
    }
    let kernel = node.integers("kernel_shape") ?? []
    let axes = try steps(Array(operand.shape[2...]), kernel: kernel, node).map {
      PoolWindows.Axis(
        kernel: $0.kernel, stride: $0.stride, dilation: $0.dilation, before: $0.before, after: $0.after)
    }
    let lines = zip(axes, operand.shape[2...]).map { axis, length in
      [length + axis.before + axis.after, min(axis.kernel, length)]
    }
    guard let work = ONNXShape.count(Array(lines.joined())), work <= 1 << 26 else {
      throw node.failure("the windows are too many", "use a smaller network")
    }
    let windows = PoolWindows(axes, roundsUp: node.integer("ceil_mode") ?? 0 != 0)
    return [
      node.operation == "MaxPool"
        ? try apply(MaxPool(windows), [operand], node)
        : try apply(
          AveragePool(windows, includesPadding: node.integer("count_include_pad") ?? 0 != 0), [operand], node)
    ]
  }

  func globalPool(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    guard operand.shape.count >= 3 else {
      throw node.failure(
        "\(node.operation) of a shape \(operand.shape)", "pool a tensor [batch, channels, …]")
    }
    let axes = ReducedAxes(Array(2..<operand.shape.count))
    return [
      node.operation == "GlobalMaxPool"
        ? try apply(MaximumReduction(over: axes, name: node.operation), [operand], node)
        : try apply(SumReduction(over: axes, isMean: true, name: node.operation), [operand], node)
    ]
  }

  func reduction(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    let rank = operand.shape.count
    var given = try integers("axes", orOperand: 1, of: node) ?? []
    if given.isEmpty, node.integer("noop_with_empty_axes") ?? 0 != 0 { return try identity(node) }
    if given.isEmpty { given = Array(0..<rank) }
    guard let axes = ONNXShape.normalized(axes: given, rank: rank) else {
      throw node.failure(
        "the axes \(given) do not fit a tensor of shape \(operand.shape)", "name axes of the tensor")
    }
    let reduced = ReducedAxes(axes, keepsAxes: node.integer("keepdims") ?? 1 != 0)
    switch node.operation {
    case "ReduceL2": return [try apply(NormReduction(over: reduced), [operand], node)]
    case "ReduceMax", "ReduceMin":
      let reduction = MaximumReduction(over: reduced, isMinimum: node.operation == "ReduceMin")
      return [try apply(reduction, [operand], node)]
    default:
      let reduction = SumReduction(over: reduced, isMean: node.operation == "ReduceMean")
      return [try apply(reduction, [operand], node)]
    }
  }
}
