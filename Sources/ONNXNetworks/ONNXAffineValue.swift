import LinearAlgebra
import Networks

/// A tensor of the graph that depends on the input: an affine map of the last activation's outputs.
///
/// Entry k is row k of `linear` times the vector of those outputs (of the network's inputs, before any activation)
/// plus `offset[k]`.
struct ONNXAffineValue {
  enum Linear {
    /// Entry k is factors[k] times output indices[k].
    case selection(indices: [Int], factors: [Double])
    case dense(Matrix)
  }

  private(set) var shape: [Int]
  /// The layers that an activation has closed, and these activations.
  private(set) var layers: [AffineLayer] = []
  private(set) var activations: [Activation] = []
  private var width: Int
  private var linear: Linear
  private var offset: [Double]
  /// The nodes whose folding was not exact.
  private(set) var roundedAt: [String] = []

  /// All of a vector, as a tensor of this shape with `count` entries.
  private init(identity shape: [Int], count: Int) {
    self.shape = shape
    width = count
    linear = .selection(indices: Array(0..<count), factors: [Double](repeating: 1, count: count))
    offset = [Double](repeating: 0, count: count)
  }

  /// The network's input.
  init(inputShape shape: [Int], count: Int) { self.init(identity: shape, count: count) }

  var count: Int { offset.count }

  /// The same entries, or those at `indices`, as a tensor of another shape.
  func rearranged(_ shape: [Int], _ indices: [Int]? = nil) -> ONNXAffineValue {
    var result = self
    result.shape = shape
    guard let indices else { return result }
    result.offset = indices.map { offset[$0] }
    switch linear {
    case .selection(let sources, let factors):
      result.linear = .selection(indices: indices.map { sources[$0] }, factors: indices.map { factors[$0] })
    case .dense(let matrix): result.linear = .dense(matrix.selecting(rows: indices))
    }
    return result
  }

  /// Entry k plus addends[k].
  func adding(_ addends: [Double], at node: String) -> ONNXAffineValue {
    var rounding = FormatRounding()
    var result = self
    result.offset = zip(offset, addends).map { rounding.add($0, $1) }
    return result.marked(rounding, node)
  }

  /// Entry k combined with operands[k] by `operation`, which is linear in the entry.
  func scaled(
    _ operands: [Double], at node: String, by operation: (inout FormatRounding, Double, Double) -> Double
  ) -> ONNXAffineValue {
    var rounding = FormatRounding()
    var result = self
    switch linear {
    case .selection(let indices, let factors):
      result.linear = .selection(
        indices: indices, factors: zip(factors, operands).map { operation(&rounding, $0, $1) })
    case .dense(let matrix):
      result.linear = .dense(
        Matrix(rows: matrix.rows, columns: matrix.columns) {
          operation(&rounding, matrix[$0, $1], operands[$0])
        })
    }
    result.offset = zip(offset, operands).map { operation(&rounding, $0, $1) }
    return result.marked(rounding, node)
  }

  var negated: ONNXAffineValue {
    var result = self
    switch linear {
    case .selection(let indices, let factors):
      result.linear = .selection(indices: indices, factors: factors.map { -$0 })
    case .dense(let matrix): result.linear = .dense(matrix * -1)
    }
    result.offset = offset.map { -$0 }
    return result
  }

  /// The tensor whose entry e is Σ_t coefficient(e, t) · entry index(e, t) of this one.
  ///
  /// - Parameter fileCount: How many coefficients stand in the file, which the result may have in any case.
  /// - Returns: Nil where the weight matrix would be too large.
  func combined(
    _ shape: [Int], terms: Int, fileCount: Int, at node: String, index: (Int, Int) -> Int,
    coefficient: (Int, Int) -> Double
  ) -> ONNXAffineValue? {
    guard let count = ONNXShape.count(shape), let size = ONNXShape.count([count, width]),
      size <= max(ONNXShape.maximumMatrixCount, fileCount)
    else { return nil }
    var rounding = FormatRounding()
    var result = self
    result.shape = shape
    let hasOffset = offset.contains { $0 != 0 }
    var weights = Matrix(rows: count, columns: width)
    var newOffset = [Double](repeating: 0, count: count)
    for entry in 0..<count {
      let coefficients = (0..<terms).map { coefficient(entry, $0) }
      let sources = (0..<terms).map { index(entry, $0) }
      if hasOffset { newOffset[entry] = rounding.dot(coefficients, sources.map { offset[$0] }) }
      switch linear {
      case .selection(let indices, let factors):
        for (source, coefficient) in zip(sources, coefficients) {
          let term = rounding.multiply(coefficient, factors[source])
          weights[entry, indices[source]] = rounding.add(weights[entry, indices[source]], term)
        }
      case .dense(let matrix):
        for column in 0..<width {
          weights[entry, column] = rounding.dot(coefficients, sources.lazy.map { matrix[$0, column] })
        }
      }
    }
    result.linear = .dense(weights)
    result.offset = newOffset
    return result.marked(rounding, node)
  }

  /// The activation's outputs. Nil where the layer before it would be too large.
  func activated(_ activation: Activation) -> ONNXAffineValue? {
    guard let layer = lastLayer else { return nil }
    var result = ONNXAffineValue(identity: shape, count: count)
    result.layers = layers + [layer]
    result.activations = activations + [activation]
    result.roundedAt = roundedAt
    return result
  }

  /// The map since the last activation. Nil where it would be too large.
  var lastLayer: AffineLayer? {
    switch linear {
    case .dense(let matrix): return AffineLayer(weights: matrix, bias: offset)
    case .selection(let indices, let factors):
      guard let size = ONNXShape.count([count, width]), size <= ONNXShape.maximumMatrixCount else {
        return nil
      }
      var weights = Matrix(rows: count, columns: width)
      for (row, (index, factor)) in zip(indices, factors).enumerated() { weights[row, index] = factor }
      return AffineLayer(weights: weights, bias: offset)
    }
  }

  /// The same value, computed with constants that were themselves rounded.
  func usingConstant(_ constant: ONNXTensor) -> ONNXAffineValue {
    var result = self
    result.roundedAt += constant.roundedAt
    return result
  }

  private func marked(_ rounding: FormatRounding, _ node: String) -> ONNXAffineValue {
    guard rounding.hasRounded else { return self }
    var result = self
    result.roundedAt.append(node)
    return result
  }
}
