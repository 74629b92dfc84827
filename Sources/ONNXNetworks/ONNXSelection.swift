import Networks

/// Operators that pick entries of tensors or join tensors.
extension ONNXGraphReader {
  /// Entries along one axis at constant positions.
  func gathered(_ node: ONNXNode) throws(InputError) -> Value {
    let data = try required(0, of: node)
    let shape = try self.shape(of: data)
    guard let indices = try constantOperand(1, of: node), let positions = indices.integers,
      let axis = ONNXShape.normalized(axes: [node.integer("axis") ?? 0], rank: shape.count)?.first,
      positions.allSatisfy({ (-shape[axis]..<shape[axis]).contains($0) })
    else {
      throw node.failure("the indices of Gather do not fit", "they must be constants within the axis")
    }
    let picked = positions.map { $0 < 0 ? $0 + shape[axis] : $0 }
    let target = Array(shape[..<axis]) + indices.shape + Array(shape[(axis + 1)...])
    try checkSize(target, node)
    let (outer, inner) = Self.around(axis, shape)
    let sources = (0..<outer).flatMap { block in
      picked.flatMap { position in (0..<inner).map { (block * shape[axis] + position) * inner + $0 } }
    }
    return try select(data, target, sources, filling: 0)
  }

  /// Tensors behind one another along one axis.
  func concatenated(_ node: ONNXNode) throws(InputError) -> Value {
    var parts: [Value] = []
    for index in node.proto.input.indices { parts.append(try required(index, of: node)) }
    guard let first = parts.first else {
      throw node.failure("input 1 of Concat is missing", "the file is damaged")
    }
    let rank = try shape(of: first).count
    guard let axis = ONNXShape.normalized(axes: [node.integer("axis") ?? rank], rank: rank)?.first else {
      throw node.failure("the axis of Concat is missing or out of range", "give an axis of its inputs")
    }
    var target = try shape(of: first)
    target[axis] = 0
    var sizes: [Int] = []
    for part in parts {
      let shape = try shape(of: part)
      guard shape.count == rank, shape.indices.allSatisfy({ $0 == axis || shape[$0] == target[$0] }) else {
        throw node.failure("the shapes of Concat do not fit", "they must agree on all axes but one")
      }
      sizes.append(shape[axis])
      target[axis] += shape[axis]
    }
    try checkSize(target, node)
    let (outer, inner) = Self.around(axis, target)
    // Where entry k of the result comes from: a part and an entry of it.
    let sources = (0..<outer).flatMap { block in
      sizes.indices.flatMap { part in
        (0..<sizes[part] * inner).map { (part: part, entry: block * sizes[part] * inner + $0) }
      }
    }
    let constants = try parts.map { part throws(InputError) in try constant(part) }
    let hidden = parts.map { part -> ONNXAffineValue? in
      if case .affine(let value) = part { value } else { nil }
    }
    let rounded = constants.flatMap { $0?.roundedAt ?? [] }
    guard let depth = hidden.compactMap({ $0?.forms.depth }).max() else {
      return .constant(
        ONNXTensor(
          shape: target, elements: sources.map { constants[$0.part]?.elements[$0.entry] ?? 0 },
          isInteger: constants.allSatisfy { $0?.isInteger ?? false }, roundedAt: rounded))
    }
    let carried = try hidden.map { value throws(InputError) in
      try value.map { value throws(InputError) in
        try builder.carried(value.forms, to: depth, at: node.place)
      }
    }
    var forms = AffineForms(depth: depth)
    for (part, entry) in sources {
      if let value = carried[part] {
        forms.append(value, entry)
      } else {
        forms.append(constant: constants[part]?.elements[entry] ?? 0)
      }
    }
    return .affine(
      hidden.reduce(ONNXAffineValue(shape: target, forms: forms).noting(rounded)) {
        $0.noting($1?.roundedAt ?? [])
      })
  }

  /// Slice and Pad.
  func selection(_ node: ONNXNode) throws(InputError) -> Value {
    let data = try required(0, of: node)
    let shape = try self.shape(of: data)
    let isSlice = node.operation == "Slice"
    let lines = isSlice ? try slices(shape, node) : try paddedLines(shape, node)
    let target = lines.map(\.count)
    try checkSize(target, node)
    var sources: [Int?] = [0]
    for (line, dimension) in zip(lines, shape) {
      sources = sources.flatMap { start in
        line.map { position in
          if let start, let position { start * dimension + position } else { nil }
        }
      }
    }
    guard !isSlice else { return try select(data, target, sources, filling: 0) }
    guard node.proto.input.count < 4 || node.proto.input[3].isEmpty else {
      throw node.failure("this Pad is not supported", "it may not choose axes")
    }
    var number = try node.float("value", default: 0)
    if let tensor = try constantOperand(2, of: node) {
      guard tensor.elements.count == 1 else {
        throw node.failure("the value of Pad is no single number", "give one number")
      }
      number = tensor.elements[0]
    }
    return try select(data, target, sources, filling: number)
  }

  /// For each axis the positions that a Slice takes.
  private func slices(_ shape: [Int], _ node: ONNXNode) throws(InputError) -> [[Int?]] {
    let (starts, ends, axes, steps) = try sliceRanges(shape.count, node)
    var lines = shape.map { (0..<$0).map { Optional($0) } }
    for (index, axis) in axes.enumerated() {
      let size = shape[axis]
      func clamped(_ position: Int) -> Int {
        let position = position < 0 ? max(position, -size - 1) + size : min(position, size)
        return steps[index] > 0 ? max(position, 0) : min(max(position, -1), size - 1)
      }
      let (start, end) = (clamped(starts[index]), clamped(ends[index]))
      lines[axis] =
        size == 0
        ? [] : stride(from: steps[index] < 0 ? max(start, 0) : start, to: end, by: steps[index]).map { $0 }
    }
    return lines
  }

  /// For each axis the positions that a Pad keeps, nil for new ones.
  private func paddedLines(_ shape: [Int], _ node: ONNXNode) throws(InputError) -> [[Int?]] {
    guard node.text("mode") ?? "constant" == "constant",
      let pads = try integers("pads", orOperand: 1, of: node), pads.count == 2 * shape.count,
      pads.allSatisfy({ (0...ONNXShape.maximumCount).contains($0) })
    else {
      throw node.failure(
        "this Pad is not supported", "it must pad with a constant, and no axis by a negative amount")
    }
    try checkSize(shape.indices.map { shape[$0] + pads[$0] + pads[shape.count + $0] }, node)
    return shape.indices.map { axis in
      [Int?](repeating: nil, count: pads[axis]) + (0..<shape[axis]).map { Optional($0) }
        + [Int?](repeating: nil, count: pads[shape.count + axis])
    }
  }

  // MARK: Parts

  private func shape(of value: Value) throws(InputError) -> [Int] {
    if case .affine(let value) = value { return value.shape }
    return try constant(value)?.shape ?? []
  }

  private func select(
    _ value: Value, _ target: [Int], _ sources: [Int?], filling number: Double
  ) throws(InputError) -> Value {
    if case .affine(let value) = value { return .affine(value.rearranged(target, sources, filling: number)) }
    guard var tensor = try constant(value) else { return value }
    tensor.elements = sources.map { source in source.map { tensor.elements[$0] } ?? number }
    tensor.shape = target
    return .constant(tensor)
  }

  private func checkSize(_ shape: [Int], _ node: ONNXNode) throws(InputError) {
    guard let count = ONNXShape.count(shape), count <= ONNXShape.maximumCount else {
      throw node.failure(
        "\(node.operation) would make a tensor of shape \(shape)",
        "up to \(ONNXShape.maximumCount) entries are supported")
    }
  }

  /// How many blocks lie before an axis, and how many entries after it.
  private static func around(_ axis: Int, _ shape: [Int]) -> (outer: Int, inner: Int) {
    (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
  }
}
