import ComputationGraphs
import Networks

/// Operations that move elements, join tensors or change shapes.
extension ONNXOperationReader {
  /// Reshape, Flatten, Squeeze, Unsqueeze.
  func reshape(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    guard let target = try target(of: operand.shape, node) else {
      throw node.failure(
        "\(node.operation) does not fit a tensor of shape \(operand.shape)",
        "the file is damaged, or its batch is not 1")
    }
    return [try apply(Reshape(to: target, name: node.operation), [operand], node)]
  }

  private func target(of shape: [Int], _ node: ONNXNode) throws(InputError) -> [Int]? {
    switch node.operation {
    case "Flatten":
      let axis = node.integer("axis") ?? 1
      guard (-shape.count...shape.count).contains(axis) else { return nil }
      let split = axis < 0 ? axis + shape.count : axis
      return [shape[..<split].reduce(1, *), shape[split...].reduce(1, *)]
    case "Squeeze":
      let given = try integers("axes", orOperand: 1, of: node) ?? shape.indices.filter { shape[$0] == 1 }
      guard let axes = ONNXShape.normalized(axes: given, rank: shape.count),
        axes.allSatisfy({ shape[$0] == 1 })
      else { return nil }
      return shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    case "Unsqueeze":
      let given = try integers("axes", orOperand: 1, of: node) ?? []
      guard let axes = ONNXShape.normalized(axes: given, rank: shape.count + given.count) else { return nil }
      var target = shape
      for axis in axes.sorted() { target.insert(1, at: axis) }
      return target
    default:
      guard let wanted = try integers("shape", orOperand: 1, of: node) else { return nil }
      return ONNXShape.reshape(shape, to: wanted, allowZero: node.integer("allowzero") == 1)
    }
  }

  func transpose(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    let permutation = node.integers("perm") ?? Array(operand.shape.indices.reversed())
    return [try apply(Transpose(permutation), [operand], node)]
  }

  func concatenation(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operands = try operands(of: node)
    return [try apply(Concatenation(axis: axis(node, of: operands[0].shape, default: nil)), operands, node)]
  }

  func gather(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    let axis = try axis(node, of: operand.shape, default: 0)
    let length = operand.shape[axis]
    guard let indices = try constantOperand(1, of: node), let places = indices.integers,
      places.allSatisfy({ (-length..<length).contains($0) })
    else {
      throw node.failure("the indices of Gather do not fit", "they must be constants within the axis")
    }
    let gather = Gather(
      axis: axis, places: places.map { $0 < 0 ? $0 + length : $0 }, placesShape: indices.shape)
    return [try apply(gather, [operand], node)]
  }

  func slice(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    let shape = operand.shape
    let (starts, ends, axes, steps) = try sliceRanges(shape.count, node)
    var lines = shape.map { Slice.Line(start: 0, count: $0) }
    for (index, axis) in axes.enumerated() {
      let (size, step) = (shape[axis], steps[index])
      func clamped(_ position: Int) -> Int {
        let position = position < 0 ? max(position, -size - 1) + size : min(position, size)
        return step > 0 ? max(position, 0) : min(max(position, -1), size - 1)
      }
      let (start, end) = (
        step < 0 ? max(clamped(starts[index]), 0) : clamped(starts[index]), clamped(ends[index])
      )
      let room = step > 0 ? end - start : start - end
      // Steps longer than the axis take one place.
      let stride = min(abs(step), max(1, size))
      let count = size == 0 || room <= 0 ? 0 : (room - 1) / stride + 1
      lines[axis] = Slice.Line(start: count == 0 ? 0 : start, count: count, step: step > 0 ? stride : -stride)
    }
    return [try apply(Slice(lines), [operand], node)]
  }

  /// One part for each output.
  func split(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    let axis = try axis(node, of: operand.shape, default: 0)
    let length = operand.shape[axis]
    let parts = node.integer("num_outputs") ?? node.proto.output.count
    var sizes = try integers("split", orOperand: 1, of: node) ?? []
    if sizes.isEmpty, parts > 0, parts == node.proto.output.count {
      let size = (length + parts - 1) / parts
      sizes = (0..<parts).map { max(0, min(size, length - $0 * size)) }
    }
    guard sizes.count == node.proto.output.count, sizes.allSatisfy({ (0...length).contains($0) }),
      sizes.reduce(0, +) == length
    else { throw node.failure("the parts \(sizes) do not fit an axis of \(length)", "the file is damaged") }
    var values: [Value] = []
    var start = 0
    for size in sizes {
      var lines = operand.shape.map { Slice.Line(start: 0, count: $0) }
      lines[axis] = Slice.Line(start: size == 0 ? 0 : start, count: size)
      values.append(try apply(Slice(lines, name: "Split"), [operand], node))
      start += size
    }
    return values
  }

  func pad(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    let rank = operand.shape.count
    guard let mode = Pad.Mode(rawValue: node.text("mode") ?? "constant"),
      let pads = try integers("pads", orOperand: 1, of: node),
      let axes = ONNXShape.normalized(
        axes: try constantOperand(3, of: node)?.integers ?? Array(0..<rank), rank: rank),
      pads.count == 2 * axes.count,
      pads.allSatisfy({ (-ONNXShape.maximumCount...ONNXShape.maximumCount).contains($0) })
    else { throw node.failure("this Pad is not supported", "give two whole numbers for each axis") }
    var (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
    for (index, axis) in axes.enumerated() {
      (before[axis], after[axis]) = (pads[index], pads[axes.count + index])
    }
    let filler = try number("value", orOperand: 2, of: node) ?? 0
    return [try apply(Pad(mode, before: before, after: after, filler: filler), [operand], node)]
  }

  func expansion(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    guard let target = try integers("shape", orOperand: 1, of: node) else {
      throw node.failure("input 2 of Expand is missing", "the file is damaged")
    }
    return [try apply(Expand(to: target), [operand], node)]
  }

  func tile(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    guard let repeats = try constantOperand(1, of: node)?.integers else {
      throw node.failure("the repeats of Tile are missing", "the file is damaged")
    }
    return [try apply(Tile(repeats), [operand], node)]
  }

  /// Channels moved into blocks of the picture.
  func depthToSpace(_ node: ONNXNode) throws(InputError) -> [Value] {
    let operand = try required(0, of: node)
    let (shape, block) = (operand.shape, node.integer("blocksize") ?? 0)
    let mode = node.text("mode") ?? "DCR"
    guard shape.count == 4, (1...ONNXShape.maximumCount).contains(block), shape[1] % (block * block) == 0,
      ["DCR", "CRD"].contains(mode)
    else {
      throw node.failure("DepthToSpace does not fit a tensor of shape \(shape)", "the file is damaged")
    }
    let channels = shape[1] / (block * block)
    let isBlockFirst = mode == "DCR"
    let parts = isBlockFirst ? [block, block, channels] : [channels, block, block]
    let permutation = isBlockFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]
    let split = try apply(Reshape(to: [shape[0]] + parts + shape[2...]), [operand], node)
    let moved = try apply(Transpose(permutation), [self.operand(split)], node)
    let target = [shape[0], channels, shape[2] * block, shape[3] * block]
    return [try apply(Reshape(to: target, name: "DepthToSpace"), [self.operand(moved)], node)]
  }

  /// Resize and Upsample to the nearest place, one axis after another.
  func resize(_ node: ONNXNode) throws(InputError) -> [Value] {
    var operand = try required(0, of: node)
    let isOld = node.operation == "Upsample" || file.operatorSet < 11
    let transformation = isOld ? "asymmetric" : node.text("coordinate_transformation_mode") ?? "half_pixel"
    let rounding = isOld ? "floor" : node.text("nearest_mode") ?? "round_prefer_floor"
    let shape = operand.shape
    var scales = node.floats("scales") ?? []
    if scales.isEmpty { scales = try constantOperand(isOld ? 1 : 2, of: node)?.elements ?? [] }
    let sizes = isOld ? [] : try constantOperand(3, of: node)?.integers ?? []
    let lengths =
      sizes.isEmpty ? zip(shape, scales).map { (Double($0) * $1).rounded(.down) } : sizes.map { Double($0) }
    guard node.text("mode") ?? "nearest" == "nearest", !node.hasAttribute("axes"),
      ["asymmetric", "half_pixel", "pytorch_half_pixel", "align_corners"].contains(transformation),
      lengths.count == shape.count, sizes.isEmpty == (scales.count == shape.count),
      zip(shape, lengths).allSatisfy({ $0 > 0 && (1...Double(ONNXShape.maximumCount)).contains($1) })
    else {
      throw node.failure("this \(node.operation) is not supported", "resize all axes to the nearest place")
    }
    for (axis, length) in shape.enumerated() where Int(lengths[axis]) != length || length > 1 {
      let count = Int(lengths[axis])
      let scale = sizes.isEmpty ? scales[axis] : Double(count) / Double(length)
      let places = (0..<count).map { place in
        let x: Double
        switch transformation {
        case "asymmetric": x = Double(place) / scale
        case "align_corners": x = count == 1 ? 0 : Double(place) * Double(length - 1) / Double(count - 1)
        case "pytorch_half_pixel": x = count == 1 ? 0 : (Double(place) + 0.5) / scale - 0.5
        default: x = (Double(place) + 0.5) / scale - 0.5
        }
        let rounded: Double
        switch rounding {
        case "floor": rounded = x.rounded(.down)
        case "ceil": rounded = x.rounded(.up)
        case "round_prefer_ceil": rounded = (x + 0.5).rounded(.down)
        default: rounded = (x - 0.5).rounded(.up)
        }
        return Int(min(max(rounded, 0), Double(length - 1)))
      }
      if places == Array(0..<length) { continue }
      operand = self.operand(
        try apply(Gather(axis: axis, places: places, placesShape: [count]), [operand], node))
    }
    return [try apply(Reshape(to: operand.shape, name: node.operation), [operand], node)]
  }
}
