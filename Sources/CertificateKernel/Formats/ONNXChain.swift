import ExactArithmetic

/// A tensor that depends on the input: linear · (outputs of the last activation, or the input) + offset.
struct ONNXValue {
  private enum Linear {
    case diagonal([Rational])
    case dense(ExactMatrix)
  }

  var shape: [Int]
  private(set) var offset: [Rational]
  private var linear: Linear
  private(set) var layers: [(weights: ExactMatrix, bias: [Rational])] = []
  private(set) var slopes: [ExactNetwork.Slopes] = []
  /// The tensor that this is a multiple of, in leaky ReLUs written as max(z, slope · z).
  var multiple: (of: String, factor: Rational)?

  init(inputShape: [Int]) {
    shape = inputShape
    let count = ONNXTensor.count(inputShape) ?? 0
    offset = [Rational](repeating: 0, count: count)
    linear = .diagonal([Rational](repeating: 1, count: count))
  }

  var count: Int { offset.count }
  /// Whether the last axis is the only one.
  var isRow: Bool { !shape.isEmpty && shape.dropLast().allSatisfy { $0 == 1 } }

  /// The last layer, if the network ended here. Nil where it is too large.
  var layer: (weights: ExactMatrix, bias: [Rational])? {
    switch linear {
    case .dense(let matrix): return (matrix, offset)
    case .diagonal(let factors):
      guard count <= 4096 else { return nil }
      var elements = [Rational](repeating: 0, count: count * count)
      for index in factors.indices { elements[index * count + index] = factors[index] }
      return (ExactMatrix(rows: count, columns: count, elements: elements), offset)
    }
  }

  mutating func add(_ addends: [Rational]) { offset = zip(offset, addends).map { $0 + $1 } }

  mutating func scale(_ factors: [Rational]) {
    offset = zip(offset, factors).map { $0 * $1 }
    switch linear {
    case .diagonal(let diagonal): linear = .diagonal(zip(diagonal, factors).map { $0 * $1 })
    case .dense(var matrix):
      for index in matrix.elements.indices {
        matrix.elements[index] = matrix.elements[index] * factors[index / matrix.columns]
      }
      linear = .dense(matrix)
    }
  }

  /// factor · self for a matrix with `count` columns. False where the result is too large.
  mutating func multiply(_ factor: ExactMatrix) -> Bool {
    let columns: Int
    switch linear {
    case .diagonal(let diagonal): columns = diagonal.count
    case .dense(let matrix): columns = matrix.columns
    }
    guard factor.rows <= (1 << 24) / max(columns, 1) else { return false }
    var product = [Rational](repeating: 0, count: factor.rows * columns)
    var sums = [Rational](repeating: 0, count: factor.rows)
    for i in 0..<factor.rows {
      for k in 0..<factor.columns where !factor[i, k].isZero {
        if !offset[k].isZero { sums[i] += factor[i, k] * offset[k] }
        switch linear {
        case .diagonal(let diagonal): product[i * columns + k] = factor[i, k] * diagonal[k]
        case .dense(let matrix):
          for j in 0..<columns where !matrix[k, j].isZero {
            product[i * columns + j] += factor[i, k] * matrix[k, j]
          }
        }
      }
    }
    linear = .dense(ExactMatrix(rows: factor.rows, columns: columns, elements: product))
    offset = sums
    shape = shape.dropLast() + [factor.rows]
    return true
  }

  /// The activation's outputs. False where the layer before it is too large.
  mutating func activate(_ activation: ExactNetwork.Slopes) -> Bool {
    guard let layer else { return false }
    var next = ONNXValue(inputShape: shape)
    next.layers = layers + [layer]
    next.slopes = slopes + [activation]
    self = next
    return true
  }
}

/// The tensors of a graph, node by node.
struct ONNXChain {
  static let remedy = "convert it to .json with 'lipbench convert', which keeps every weight"

  enum Tensor {
    case stored(ProtobufMessage)
    case hidden(ONNXValue)
  }

  private var tensors: [String: Tensor] = [:]

  func isDefined(_ name: String) -> Bool { tensors[name] != nil }

  mutating func define(_ name: String, _ tensor: Tensor) throws(InstanceUnreadable) {
    guard tensors.updateValue(tensor, forKey: name) == nil else {
      throw InstanceUnreadable(
        "", "the tensor \(name.prefix(60)) is defined twice; give every tensor its own name")
    }
  }

  func network(output: String) throws(InstanceUnreadable) -> ExactNetwork {
    guard case .hidden(let value)? = tensors[output], let last = value.layer else {
      throw InstanceUnreadable("", "the output is no function of the input or too large; \(Self.remedy)")
    }
    return try ExactNetwork.checked(value.layers + [last], slopes: value.slopes)
  }

  mutating func append(_ node: ONNXNode) throws(InstanceUnreadable) {
    if node.operation == "Constant" {
      guard let tensor = try node.tensor() else { throw node.failure("the constant is no tensor") }
      return try define(node.output, .stored(tensor))
    }
    if ["Max", "Min"].contains(node.operation) {
      var (value, slope) = try leaky(node)
      value.multiple = nil
      guard value.activate(.init(off: slope, on: 1)) else { throw node.failure("the layer is too large") }
      return try define(node.output, .hidden(value))
    }
    var value = try first(of: node)
    value.value.multiple = nil
    try apply(node, to: &value.value, at: value.index)
    try define(node.output, .hidden(value.value))
  }

  /// The first operand that depends on the input.
  private func first(of node: ONNXNode) throws(InstanceUnreadable) -> (value: ONNXValue, index: Int) {
    for (index, name) in node.inputs.enumerated() {
      if case .hidden(let value)? = tensors[name] { return (value, index) }
    }
    throw node.failure("no operand of \(node.operation) depends on the input")
  }

  private func constant(_ index: Int, of node: ONNXNode) throws(InstanceUnreadable) -> ONNXTensor {
    guard index < node.inputs.count, case .stored(let tensor)? = tensors[node.inputs[index]] else {
      throw node.failure("operand \(index + 1) of \(node.operation) is no constant")
    }
    return try ONNXTensor(tensor, node)
  }

  private func apply(_ node: ONNXNode, to value: inout ONNXValue, at index: Int) throws(InstanceUnreadable) {
    let isFirst = index == 0
    var fits = true
    switch node.operation {
    case "Identity": break
    case "Flatten":
      let axis = Int(try node.integer("axis") ?? 1)
      let split = axis < 0 ? axis + value.shape.count : axis
      guard (0...value.shape.count).contains(split) else { throw node.failure("the axis is out of range") }
      value.shape = [value.shape[..<split].reduce(1, *), value.shape[split...].reduce(1, *)]
    case "Relu": fits = value.activate(.relu)
    case "LeakyRelu": fits = value.activate(.init(off: try node.float("alpha") ?? Rational(0.01), on: 1))
    case "MatMul" where isFirst:
      fits = try multiply(&value, by: constant(1, of: node), isTransposed: false, node)
    case "Gemm" where isFirst:
      guard value.shape.count == 2, try !node.isSet("transA") else {
        throw node.failure("the first factor is transposed")
      }
      fits = try multiply(&value, by: constant(1, of: node), isTransposed: node.isSet("transB"), node)
      if let alpha = try node.float("alpha"), alpha != 1 {
        value.scale([Rational](repeating: alpha, count: value.count))
      }
      if fits, node.inputs.count > 2, !node.inputs[2].isEmpty {
        let beta = try node.float("beta") ?? 1
        value.add(try spread(constant(2, of: node), over: &value, node).map { beta * $0 })
      }
    case "Add": value.add(try spread(constant(1 - min(index, 1), of: node), over: &value, node))
    case "Sub" where isFirst: value.add(try spread(constant(1, of: node), over: &value, node).map { -$0 })
    case "Mul":
      let factors = try spread(constant(1 - min(index, 1), of: node), over: &value, node)
      value.scale(factors)
      if let factor = factors.first, factors.allSatisfy({ $0 == factor }) {
        value.multiple = (node.inputs[index], factor)
      }
    case "Div" where isFirst:
      let divisors = try spread(constant(1, of: node), over: &value, node)
      guard !divisors.contains(0) else { throw node.failure("a divisor is zero") }
      value.scale(divisors.map { 1 / $0 })
    default:
      throw node.failure(
        "\(node.operation.isEmpty ? "a node without operator" : node.operation) is not read here")
    }
    guard fits else { throw node.failure("the operands' shapes do not fit or the layer is too large") }
  }

  /// value · factor for a value that is one row.
  private func multiply(
    _ value: inout ONNXValue, by factor: ONNXTensor, isTransposed: Bool, _ node: ONNXNode
  ) throws(InstanceUnreadable) -> Bool {
    guard value.isRow, factor.shape.count == 2, factor.shape[isTransposed ? 1 : 0] == value.count else {
      return false
    }
    let (rows, columns) = (factor.shape[isTransposed ? 0 : 1], value.count)
    let elements =
      isTransposed
      ? factor.elements : (0..<rows).flatMap { i in (0..<columns).map { factor.elements[$0 * rows + i] } }
    return value.multiply(ExactMatrix(rows: rows, columns: columns, elements: elements))
  }

  /// A constant with one number for each entry of the value: it has the value's shape, is one number, or both are rows.
  private func spread(
    _ tensor: ONNXTensor, over value: inout ONNXValue, _ node: ONNXNode
  ) throws(InstanceUnreadable) -> [Rational] {
    if tensor.shape == value.shape { return tensor.elements }
    guard tensor.shape.count <= value.shape.count else {
      throw node.failure("the constant has more axes than the value")
    }
    if tensor.elements.count == 1 { return [Rational](repeating: tensor.elements[0], count: value.count) }
    guard value.isRow, tensor.elements.count == value.count, tensor.shape.last == value.count else {
      throw node.failure("the constant's shape does not fit the value's")
    }
    return tensor.elements
  }

  /// z and s where the node is max(z, s · z) with s ≤ 1, or min(z, s · z) with s ≥ 1, in either order.
  private func leaky(_ node: ONNXNode) throws(InstanceUnreadable) -> (ONNXValue, slope: Rational) {
    if node.inputs.count == 2 {
      for (z, other) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
        guard case .hidden(let multiple)? = tensors[other], let (base, slope) = multiple.multiple, base == z,
          case .hidden(let value)? = tensors[z]
        else { continue }
        if node.operation == "Max" ? slope <= 1 : slope >= 1 { return (value, slope) }
      }
    }
    throw node.failure("this \(node.operation) is no leaky ReLU")
  }
}
