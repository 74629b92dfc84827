import Networks

/// A tensor of the graph that depends on the input: affine forms in the outputs of a hidden layer, entry by entry.
struct ONNXAffineValue {
  private(set) var shape: [Int]
  let forms: AffineForms
  /// The nodes whose folding was not exact.
  private(set) var roundedAt: [String]

  init(shape: [Int], forms: AffineForms, roundedAt: [String] = []) {
    self.shape = shape
    self.forms = forms
    self.roundedAt = roundedAt
  }

  var count: Int { forms.count }

  /// The same entries, or those at `indices`, as a tensor of another shape.
  func rearranged(_ shape: [Int], _ indices: [Int]? = nil) -> ONNXAffineValue {
    ONNXAffineValue(shape: shape, forms: indices.map(forms.selecting) ?? forms, roundedAt: roundedAt)
  }

  /// The entries at `indices`, with a number where there is none.
  func rearranged(_ shape: [Int], _ indices: [Int?], filling number: Double) -> ONNXAffineValue {
    var result = AffineForms(depth: forms.depth)
    for index in indices {
      if let index { result.append(forms, index) } else { result.append(constant: number) }
    }
    return ONNXAffineValue(shape: shape, forms: result, roundedAt: roundedAt)
  }

  /// Broadcast to a shape that `ONNXShape.broadcast` gave.
  func broadcast(to target: [Int]) -> ONNXAffineValue {
    shape == target
      ? self : rearranged(target, ONNXShape.broadcastIndices(from: shape, to: target))
  }

  /// Other forms computed from this value at `node`.
  func with(
    _ forms: AffineForms, shape: [Int]? = nil, _ rounding: FormatRounding = FormatRounding(), at node: String
  ) -> ONNXAffineValue {
    ONNXAffineValue(
      shape: shape ?? self.shape, forms: forms,
      roundedAt: rounding.hasRounded && roundedAt.last != node ? roundedAt + [node] : roundedAt)
  }

  /// Entry k plus addends[k].
  func adding(_ addends: [Double], at node: String) -> ONNXAffineValue {
    var rounding = FormatRounding()
    return with(forms.adding(addends, &rounding), rounding, at: node)
  }

  /// Entry k combined with operands[k] by `operation`, which is linear in the entry.
  func scaled(
    _ operands: [Double], at node: String, by operation: (inout FormatRounding, Double, Double) -> Double
  ) -> ONNXAffineValue {
    var rounding = FormatRounding()
    return with(forms.scaled(operands, &rounding, by: operation), rounding, at: node)
  }

  var negated: ONNXAffineValue { ONNXAffineValue(shape: shape, forms: forms.negated, roundedAt: roundedAt) }

  /// The same value, computed with constants that were themselves rounded.
  func usingConstant(_ constant: ONNXTensor) -> ONNXAffineValue { noting(constant.roundedAt) }

  /// The same value, computed with others that were rounded at these nodes.
  func noting(_ nodes: [String]) -> ONNXAffineValue {
    let seen = Set(roundedAt)
    return ONNXAffineValue(
      shape: shape, forms: forms, roundedAt: roundedAt + nodes.filter { !seen.contains($0) })
  }
}
