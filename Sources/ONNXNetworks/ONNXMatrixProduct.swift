import Networks

/// MatMul and Gemm with one constant factor.
extension ONNXGraphReader {
  func matrixProduct(_ node: ONNXNode) throws(InputError) -> Value {
    switch (try required(0, of: node), try required(1, of: node)) {
    case (.affine(let value), let other):
      guard let factor = try constant(other) else { throw Self.twoBranches(node) }
      return .affine(try product(value, factor, valueIsLeft: true, node))
    case (let other, .affine(let value)):
      guard let factor = try constant(other) else { throw Self.twoBranches(node) }
      return .affine(try product(value, factor, valueIsLeft: false, node))
    default: throw Self.twoConstants(node)
    }
  }

  /// alpha · A · B + beta · C, where A and B may be transposed.
  func generalMatrixProduct(_ node: ONNXNode) throws(InputError) -> Value {
    let left = try required(0, of: node)
    let right = try required(1, of: node)
    let transposesLeft = node.integer("transA") ?? 0 != 0
    let transposesRight = node.integer("transB") ?? 0 != 0
    var value: ONNXAffineValue
    switch (left, right) {
    case (.affine(let hidden), _):
      guard let factor = try constant(right) else { throw Self.twoBranches(node) }
      let operands = try operands(hidden, transposesLeft, factor, transposesRight, node)
      value = try product(operands.value, operands.factor, valueIsLeft: true, node)
    case (_, .affine(let hidden)):
      guard let factor = try constant(left) else { throw Self.twoBranches(node) }
      let operands = try operands(hidden, transposesRight, factor, transposesLeft, node)
      value = try product(operands.value, operands.factor, valueIsLeft: false, node)
    default: throw Self.twoConstants(node)
    }
    let place = node.place
    let alpha = try node.float("alpha", default: 1)
    if alpha != 1 {
      value = value.scaled([Double](repeating: alpha, count: value.count), at: place) { $0.multiply($1, $2) }
    }
    guard let offset = try operand(2, of: node) else { return .affine(value) }
    guard var tensor = try constant(offset) else { throw Self.twoBranches(node) }
    let beta = try node.float("beta", default: 1)
    var rounding = FormatRounding()
    tensor.elements = tensor.elements.map { rounding.multiply($0, beta) }
    if rounding.hasRounded { tensor.roundedAt.append(place) }
    let sum = try broadcast(value, .constant(tensor), node) { $0.adding($1, at: place) }
    guard sum.shape == value.shape else { throw Self.misfit(node, value.shape, tensor.shape) }
    return .affine(sum)
  }

  private static func twoBranches(_ node: ONNXNode) -> InputError {
    node.failure(
      "the operator \(node.operation) joins two branches of the network",
      "one factor must be a constant; branches may be added, subtracted, concatenated and compared")
  }

  private static func twoConstants(_ node: ONNXNode) -> InputError {
    node.failure(
      "the operator \(node.operation) joins two constants", "one factor must depend on the network's input")
  }

  private static func misfit(_ node: ONNXNode, _ value: [Int], _ constant: [Int]) -> InputError {
    node.failure(
      "a tensor of shape \(value) meets a constant of shape \(constant)",
      "shapes must chain; the batch must be 1")
  }

  private func operands(
    _ value: ONNXAffineValue, _ transposesValue: Bool, _ factor: ONNXTensor, _ transposesFactor: Bool,
    _ node: ONNXNode
  ) throws(InputError) -> (value: ONNXAffineValue, factor: ONNXTensor) {
    guard value.shape.count == 2, factor.shape.count == 2 else {
      throw Self.misfit(node, value.shape, factor.shape)
    }
    var value = value
    if transposesValue, let map = ONNXShape.transpose(value.shape, [1, 0]) {
      value = value.rearranged(map.shape, map.indices)
    }
    return (value, transposesFactor ? factor.transposed() : factor)
  }

  /// value · factor or factor · value, over the last two axes of `value`; lists count as a row or column.
  private func product(
    _ value: ONNXAffineValue, _ factor: ONNXTensor, valueIsLeft: Bool, _ node: ONNXNode
  ) throws(InputError) -> ONNXAffineValue {
    let misfit = Self.misfit(node, value.shape, factor.shape)
    guard !value.shape.isEmpty, !factor.shape.isEmpty, factor.shape.dropLast(2).allSatisfy({ $0 == 1 }) else {
      throw misfit
    }
    let valueIsList = value.shape.count == 1
    let factorIsList = factor.shape.count == 1
    let valueMatrix = valueIsList ? (valueIsLeft ? [1] + value.shape : value.shape + [1]) : value.shape
    let factorMatrix =
      factorIsList ? (valueIsLeft ? factor.shape + [1] : [1] + factor.shape) : Array(factor.shape.suffix(2))
    let (valueRows, valueColumns) = (valueMatrix[valueMatrix.count - 2], valueMatrix[valueMatrix.count - 1])
    let (factorRows, factorColumns) = (factorMatrix[0], factorMatrix[1])
    let terms = valueIsLeft ? valueColumns : valueRows
    guard terms == (valueIsLeft ? factorRows : factorColumns), terms > 0 else { throw misfit }
    let rows = valueIsLeft ? valueRows : factorRows
    let columns = valueIsLeft ? factorColumns : valueColumns
    let leading = valueMatrix.dropLast(2)
    let padding = [Int](repeating: 1, count: max(0, factor.shape.count - valueMatrix.count))
    var shape = padding + leading
    if valueIsLeft ? !valueIsList : !factorIsList { shape.append(rows) }
    if valueIsLeft ? !factorIsList : !valueIsList { shape.append(columns) }
    let elements = factor.elements
    let size = rows * columns
    guard let count = ONNXShape.count(shape) else { throw misfit }
    return try combined(value, shape, work: [count, terms], fileWeights: elements.count, node) {
      entry, pairs in
      for term in 0..<terms {
        if valueIsLeft {
          pairs.append(
            (
              entry / size * valueRows * valueColumns + entry % size / columns * valueColumns + term,
              elements[term * factorColumns + entry % columns]
            ))
        } else {
          pairs.append(
            (
              entry / size * valueRows * valueColumns + term * valueColumns + entry % columns,
              elements[entry % size / columns * factorColumns + term]
            ))
        }
      }
    }.usingConstant(factor)
  }

  /// The tensor whose entry e is Σ c · (entry s of the value) over the pairs (s, c) that `terms` appends for e.
  ///
  /// - Parameters:
  ///   - work: How many pairs there are, as a product.
  ///   - fileWeights: How many coefficients stand in the file, which the result may have in any case.
  func combined(
    _ value: ONNXAffineValue, _ shape: [Int], work: [Int], fileWeights: Int, _ node: ONNXNode,
    terms: (_ entry: Int, _ pairs: inout [(source: Int, coefficient: Double)]) -> Void
  ) throws(InputError) -> ONNXAffineValue {
    builder.allow(fileWeights: fileWeights)
    var rounding = FormatRounding()
    guard let count = ONNXShape.count(shape), let pairs = ONNXShape.count(work),
      count <= max(ONNXShape.maximumCount, value.count, fileWeights), pairs <= max(1 << 26, fileWeights),
      let forms = value.forms.combined(count, limit: builder.termLimit, &rounding, terms: terms)
    else {
      throw node.failure(
        "the composed weight matrix would have more than \(ONNXShape.maximumMatrixCount) entries",
        "split the layers by activations, or use a smaller network"
      )
    }
    return value.with(forms, shape: shape, rounding, at: node.place)
  }
}
