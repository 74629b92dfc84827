import Networks

/// Maxima, means and sums over windows and over axes.
extension ONNXGraphReader {
  /// MaxPool and AveragePool, and their global kinds, whose window is all of the image.
  func pooled(_ node: ONNXNode) throws(InputError) -> Value {
    guard case .affine(let value) = try required(0, of: node), value.shape.count >= 3 else {
      throw node.failure(
        "the input of \(node.operation) is no image of the network's values",
        "pool a tensor [batch, channels, …]")
    }
    let spatial = Array(value.shape[2...])
    let planes = value.shape[0] * value.shape[1]
    let size = spatial.reduce(1, *)
    let isMaximum = node.operation.hasSuffix("MaxPool")
    if node.operation.hasPrefix("Global") {
      let windows = (0..<planes).map { plane in (0..<size).map { plane * size + $0 } }
      let shape = value.shape.prefix(2) + [Int](repeating: 1, count: spatial.count)
      return .affine(
        isMaximum
          ? try maxima(value, Array(shape), windows, node)
          : try means(value, Array(shape), windows, windows.map(\.count), node))
    }
    let windows = try ONNXWindows(spatial, kernel: node.integers("kernel_shape") ?? [], node)
    guard let count = ONNXShape.count([planes, windows.entries.count, windows.entries[0].count]),
      count <= 1 << 24
    else { throw node.failure("the windows are too many", "use a smaller network") }
    let inside = windows.entries.map { $0.compactMap(\.self) }
    guard inside.allSatisfy({ !$0.isEmpty }) else {
      throw node.failure("a window lies in the padding", "pads must be smaller than the kernel")
    }
    let shape = Array(value.shape.prefix(2)) + windows.shape
    let entries = (0..<planes).flatMap { plane in inside.map { $0.map { plane * size + $0 } } }
    if isMaximum { return .affine(try maxima(value, shape, entries, node)) }
    let counts =
      node.integer("count_include_pad") ?? 0 == 0
      ? entries.map(\.count)
      : [Int](repeating: windows.entries[0].count, count: entries.count)
    return .affine(try means(value, shape, entries, counts, node))
  }

  /// ReduceMax, ReduceMin, ReduceMean and ReduceSum.
  func reduced(_ node: ONNXNode) throws(InputError) -> Value {
    guard case .affine(let value) = try required(0, of: node) else {
      throw node.failure(
        "the operator \(node.operation) applies to a constant", "export with constants folded")
    }
    let rank = value.shape.count
    var given = try integers("axes", orOperand: 1, of: node) ?? []
    if given.isEmpty, node.integer("noop_with_empty_axes") ?? 0 != 0 { return .affine(value) }
    if given.isEmpty { given = Array(0..<rank) }
    guard let axes = ONNXShape.normalized(axes: given, rank: rank), !value.shape.contains(0) else {
      throw node.failure(
        "the axes \(given) do not fit a tensor of shape \(value.shape)", "name axes of the tensor")
    }
    let kept = (0..<rank).filter { !axes.contains($0) }
    let keepsAxes = node.integer("keepdims") ?? 1 != 0
    let shape =
      keepsAxes ? (0..<rank).map { axes.contains($0) ? 1 : value.shape[$0] } : kept.map { value.shape[$0] }
    guard let order = ONNXShape.transpose(value.shape, kept + axes.sorted())?.indices else {
      return .affine(value)
    }
    let length = axes.reduce(1) { $0 * value.shape[$1] }
    let windows = stride(from: 0, to: order.count, by: length).map { Array(order[$0..<$0 + length]) }
    switch node.operation {
    case "ReduceMax": return .affine(try maxima(value, shape, windows, node))
    case "ReduceMin": return .affine(try maxima(value.negated, shape, windows, node).negated)
    default:
      return .affine(
        try means(
          value, shape, windows, node.operation == "ReduceSum" ? nil : windows.map(\.count), node))
    }
  }

  private func maxima(
    _ value: ONNXAffineValue, _ shape: [Int], _ windows: [[Int]], _ node: ONNXNode
  ) throws(InputError) -> ONNXAffineValue {
    var rounding = FormatRounding()
    let forms = try builder.maxima(value.forms, windows: windows, &rounding, at: node.place)
    return value.with(forms, shape: shape, rounding, at: node.place)
  }

  /// The sum of each window over a count, or itself.
  private func means(
    _ value: ONNXAffineValue, _ shape: [Int], _ windows: [[Int]], _ counts: [Int]?, _ node: ONNXNode
  ) throws(InputError) -> ONNXAffineValue {
    let sums = try combined(
      value, shape, work: [windows.count, windows.map(\.count).max() ?? 0], fileWeights: 0, node
    ) {
      entry, pairs in
      pairs += windows[entry].lazy.map { (source: $0, coefficient: 1) }
    }
    guard let counts else { return sums }
    return sums.scaled(counts.map { Double($0) }, at: node.place) { $0.divide($1, $2) }
  }
}
