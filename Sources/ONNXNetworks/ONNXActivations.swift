import Networks

/// Piecewise linear activations, in the forms that exporters write.
extension ONNXGraphReader {
  func activation(_ node: ONNXNode) throws(InputError) -> Value {
    guard case .affine(let value) = try required(0, of: node) else {
      throw node.failure(
        "the operator \(node.operation) applies to a constant", "export with constants folded")
    }
    switch node.operation {
    case "Relu": return try activated(value, .relu, node)
    case "Abs": return try activated(value, .abs, node)
    case "LeakyRelu":
      return try activated(value, .leakyReLU(slope: try node.float("alpha", default: 0.01)), node)
    case "Clip": return try clipped(value, node)
    default:
      guard let slopes = try constantOperand(1, of: node), !slopes.elements.isEmpty,
        ONNXShape.broadcast(slopes.shape, value.shape) == value.shape
      else { throw node.failure("the slopes of PRelu do not fit", "give one slope, or one a channel") }
      return try leaky(value, Self.broadcast(slopes, value.shape), node)
    }
  }

  private func activated(
    _ value: ONNXAffineValue, _ activation: Activation, passing: Set<Int> = [], _ node: ONNXNode
  ) throws(InputError) -> Value {
    guard activation.negativeSlope.isFinite else {
      throw node.failure("the slope is not finite", "it must be a finite number")
    }
    let units = try builder.activated(value.forms, activation, passing: passing, at: node.place)
    return .affine(value.with(units, at: node.place))
  }

  /// Slopes below zero of their own: all the same; or 1 for some units, which pass, and the same for all others; or
  /// any others, which take two units an entry.
  private func leaky(
    _ value: ONNXAffineValue, _ slopes: [Double], _ node: ONNXNode
  ) throws(InputError) -> Value {
    let others = Set(slopes).subtracting([1])
    if others.isEmpty { return try activated(value, .leakyReLU(slope: 1), node) }
    if others.count == 1, let slope = others.first {
      let passing = Set(slopes.indices.filter { slopes[$0] == 1 })
      if passing.isEmpty { return try activated(value, .leakyReLU(slope: slope), node) }
      return try activated(
        value, slope == 0 ? .relu : slope == -1 ? .abs : .leakyReLU(slope: slope), passing: passing, node)
    }
    var rounding = FormatRounding()
    let forms = try builder.leaky(value.forms, slopes: slopes, &rounding, at: node.place)
    return .affine(value.with(forms, rounding, at: node.place))
  }

  private func clipped(_ value: ONNXAffineValue, _ node: ONNXNode) throws(InputError) -> Value {
    let lower = try bound("min", 1, -1, node)
    let upper = try bound("max", 2, 1, node)
    if let lower, let upper, lower > upper {
      throw node.failure("the lower bound \(lower) exceeds the upper bound \(upper)", "give min ≤ max")
    }
    func list(_ bound: Double?) -> [Double]? { bound.map { [Double](repeating: $0, count: value.count) } }
    var rounding = FormatRounding()
    let forms = try builder.clipped(
      value.forms, lower: list(lower), upper: list(upper), &rounding, at: node.place)
    return .affine(value.with(forms, rounding, at: node.place))
  }

  /// A bound of Clip: an attribute or, in later operator sets, an input. Nil where it is the largest float32, which
  /// stands for none.
  private func bound(
    _ attribute: String, _ index: Int, _ sign: Double, _ node: ONNXNode
  ) throws(InputError) -> Double? {
    let none = sign * Double(Float.greatestFiniteMagnitude)
    var bound: Double? = try node.float(attribute, default: none)
    if !node.hasAttribute(attribute), let tensor = try constantOperand(index, of: node) {
      guard tensor.elements.count == 1 else {
        throw node.failure("the \(attribute) of Clip is no single number", "give one number")
      }
      bound = tensor.elements.first
    }
    return bound == none ? nil : bound
  }

  // MARK: Max and Min

  /// max(z, 0) is a ReLU; max(z, s · z) with s ≤ 1 and min(z, s · z) with s ≥ 1 are leaky ones; others are comparisons.
  func extremum(_ node: ONNXNode) throws(InputError) -> Value {
    let inputs = node.proto.input
    let isMinimum = node.operation == "Min"
    if inputs.count == 2 {
      for (name, other) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
        guard case .affine(let value)? = values[name] else { continue }
        if !isMinimum, let zeros = try constantEntries(other, within: value.shape),
          zeros.allSatisfy({ $0 == 0 })
        {
          return try activated(value, .relu, node)
        }
        if let slopes = try slopes(of: other, against: name, within: value.shape),
          slopes.allSatisfy({ isMinimum ? $0 >= 1 : $0 <= 1 })
        {
          return try leaky(value, slopes, node)
        }
      }
    }
    guard !inputs.isEmpty else {
      throw node.failure("input 1 of \(node.operation) is missing", "the file is damaged")
    }
    var result = try required(0, of: node)
    for index in inputs.indices.dropFirst() {
      let other = try required(index, of: node)
      switch (result, other) {
      case (.affine(let a), .affine(let b)):
        let shape = try commonShape(a.shape, b.shape, ONNXShape.maximumCount, node)
        var rounding = FormatRounding()
        let forms = try builder.extremum(
          a.broadcast(to: shape).forms, b.broadcast(to: shape).forms, isMinimum: isMinimum, &rounding,
          at: node.place)
        result = .affine(
          a.with(forms, shape: shape, rounding, at: node.place).noting(b.roundedAt))
      case (.affine(let value), let constant), (let constant, .affine(let value)):
        result = .affine(
          try broadcast(value, constant, node) { value, numbers throws(InputError) in
            var rounding = FormatRounding()
            let forms = try self.builder.clipped(
              value.forms, lower: isMinimum ? nil : numbers, upper: isMinimum ? numbers : nil, &rounding,
              at: node.place)
            return value.with(forms, rounding, at: node.place)
          })
      default:
        throw node.failure(
          "the operator \(node.operation) joins two constants", "export with constants folded")
      }
    }
    return result
  }

  /// c where `tensor` is made as c · `base` with one number for each entry of `base`.
  private func slopes(of tensor: String, against base: String, within shape: [Int]) throws(InputError)
    -> [Double]?
  {
    guard let producer = graph.producers[tensor] else { return nil }
    let inputs = graph.nodes[producer].proto.input
    guard graph.nodes[producer].operation == "Mul", inputs.count == 2, let index = inputs.firstIndex(of: base)
    else {
      return nil
    }
    return try constantEntries(inputs[1 - index], within: shape)
  }

  /// A constant with one number for each entry of a value, if broadcasting it does not enlarge `shape`.
  private func constantEntries(_ name: String, within shape: [Int]) throws(InputError) -> [Double]? {
    guard let value = values[name], let tensor = try constant(value), !tensor.elements.isEmpty,
      ONNXShape.broadcast(tensor.shape, shape) == shape
    else { return nil }
    return Self.broadcast(tensor, shape)
  }
}
