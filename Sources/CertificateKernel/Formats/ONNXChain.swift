import BigInt
import ExactArithmetic

/// A tensor that depends on the input, row-major: affine forms in the outputs of a hidden layer.
struct ONNXValue {
  var shape: [Int]
  var forms: LayerStack.Value
  /// The tensor that this is a multiple of, entry by entry, in leaky ReLUs written as max(z, slopes · z).
  var multiple: (of: String, factors: [Rational])?

  var count: Int { forms.entries.count }
  /// Whether the last axis is the only one.
  var isRow: Bool { !shape.isEmpty && shape.dropLast().allSatisfy { $0 == 1 } }
}

/// The tensors of a graph, node by node.
struct ONNXChain {
  static let remedy = "convert it to .json with 'lipbench convert', which keeps every weight"

  enum Tensor {
    case stored(ProtobufMessage)
    case hidden(ONNXValue)
    /// Of a node that the output does not need.
    case skipped
  }

  private var tensors: [String: Tensor] = [:]
  var layers: LayerStack

  init(input: String, shape: [Int]) {
    layers = LayerStack(inputs: shape.reduce(1, *))
    tensors[input] = .hidden(ONNXValue(shape: shape, forms: layers.input))
  }

  mutating func define(_ name: String, _ tensor: Tensor) throws(InstanceUnreadable) {
    guard tensors.updateValue(tensor, forKey: name) == nil else {
      throw InstanceUnreadable(
        "", "the tensor \(name.prefix(60)) is defined twice; give every tensor its own name")
    }
  }

  func network(output: String) throws(InstanceUnreadable) -> ExactNetwork {
    guard case .hidden(let value)? = tensors[output] else {
      throw InstanceUnreadable("", "the output is no function of the input; \(Self.remedy)")
    }
    return try layers.network(value.forms)
  }

  mutating func append(_ node: ONNXNode) throws(InstanceUnreadable) {
    switch node.operation {
    case "Constant":
      guard let tensor = try node.tensor() else { throw node.failure("the constant is no tensor") }
      try define(node.output, .stored(tensor))
    case "Max", "Min": try define(node.output, .hidden(try extremum(node)))
    case "Concat": try define(node.output, .hidden(try concatenation(node)))
    default:
      var (value, index) = try first(of: node)
      value.multiple = nil
      try apply(node, to: &value, at: index)
      try define(node.output, .hidden(value))
    }
  }

  // MARK: Operands

  /// The first operand that depends on the input.
  private func first(of node: ONNXNode) throws(InstanceUnreadable) -> (value: ONNXValue, index: Int) {
    for (index, name) in node.inputs.enumerated() {
      if case .hidden(let value)? = tensors[name] { return (value, index) }
    }
    throw node.failure("no operand of \(node.operation) depends on the input")
  }

  private func hidden(_ index: Int, of node: ONNXNode) -> ONNXValue? {
    guard index < node.inputs.count, case .hidden(let value)? = tensors[node.inputs[index]] else {
      return nil
    }
    return value
  }

  private func stored(_ index: Int, of node: ONNXNode) throws(InstanceUnreadable) -> ProtobufMessage {
    guard index < node.inputs.count, case .stored(let tensor)? = tensors[node.inputs[index]] else {
      throw node.failure("operand \(index + 1) of \(node.operation) is no constant")
    }
    return tensor
  }

  func constant(_ index: Int, of node: ONNXNode) throws(InstanceUnreadable) -> ONNXTensor {
    try ONNXTensor(stored(index, of: node), node)
  }

  /// A constant with one number for each entry of the value; nil where it would have to be repeated in another way than by
  /// broadcasting to the value's shape.
  private func spread(_ tensor: ONNXTensor, over value: ONNXValue) -> [Rational]? {
    let missing = value.shape.count - tensor.shape.count
    guard missing >= 0, zip(tensor.shape, value.shape[missing...]).allSatisfy({ $0 == 1 || $0 == $1 }),
      !tensor.elements.isEmpty
    else { return nil }
    if tensor.shape == value.shape { return tensor.elements }
    return (0..<value.count).map { position in
      let digits = ONNXWindows.digits(position, value.shape)
      return tensor.elements[
        zip(tensor.shape, digits[missing...]).reduce(0) { $0 * $1.0 + ($1.0 == 1 ? 0 : $1.1) }]
    }
  }

  private func spread(
    _ index: Int, over value: ONNXValue, _ node: ONNXNode
  ) throws(InstanceUnreadable) -> [Rational] {
    guard let numbers = spread(try constant(index, of: node), over: value) else {
      throw node.failure("the constant's shape does not fit the value's")
    }
    return numbers
  }

  // MARK: Operators

  private mutating func apply(
    _ node: ONNXNode, to value: inout ONNXValue, at index: Int
  ) throws(InstanceUnreadable) {
    let isFirst = index == 0
    let other = 1 - min(index, 1)
    switch node.operation {
    case "Identity": break
    case "Flatten", "Reshape", "Transpose": try rearrange(&value, node)
    case "Relu": value.forms = try layers.activate(value.forms, .relu, node.place)
    case "Abs": value.forms = try layers.activate(value.forms, .abs, node.place)
    case "LeakyRelu":
      let slope = try node.float("alpha") ?? Rational(0.01)
      value.forms = try layers.activate(value.forms, .init(off: slope, on: 1), node.place)
    case "PRelu" where isFirst:
      let slopes = try spread(1, over: value, node)
      value.forms = try layers.leaky(value.forms, slopes: slopes, node.place)
    case "Clip" where isFirst: try clip(&value, node)
    case "MatMul" where isFirst:
      try multiply(&value, by: constant(1, of: node), isTransposed: false, node)
    case "Gemm" where isFirst: try gemm(&value, node)
    case "Conv" where isFirst: try convolve(&value, node)
    case "BatchNormalization" where isFirst: try normalize(&value, node)
    case "MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool", "ReduceMax": try pool(&value, node)
    case "Add", "Sub":
      if isFirst, let second = hidden(1, of: node) {
        try add(second, to: &value, isDifference: node.operation == "Sub", node)
      } else {
        let isDifference = node.operation == "Sub"
        guard isFirst || !isDifference else { throw node.failure("a value is subtracted from a constant") }
        let numbers = try spread(other, over: value, node)
        value.forms.entries = zip(value.forms.entries, numbers).map { $0 + (isDifference ? -$1 : $1) }
      }
    case "Mul":
      let factors = try spread(other, over: value, node)
      scale(&value, factors)
      value.multiple = (node.inputs[index], factors)
    case "Div" where isFirst:
      let divisors = try spread(1, over: value, node)
      guard !divisors.contains(0) else { throw node.failure("a divisor is zero") }
      scale(&value, divisors.map { 1 / $0 })
    default:
      throw node.failure(
        "\(node.operation.isEmpty ? "a node without operator" : node.operation) is not read here")
    }
  }

  private func scale(_ value: inout ONNXValue, _ factors: [Rational]) {
    value.forms.entries = zip(value.forms.entries, factors).map { $1 * $0 }
  }

  private mutating func add(
    _ second: ONNXValue, to value: inout ONNXValue, isDifference: Bool, _ node: ONNXNode
  ) throws(InstanceUnreadable) {
    guard value.shape == second.shape else { throw node.failure("the shapes of two branches differ") }
    let depth = max(value.forms.depth, second.forms.depth)
    value.forms = try layers.carry(value.forms, to: depth, node.place)
    let addends = try layers.carry(second.forms, to: depth, node.place).entries
    value.forms.entries = zip(value.forms.entries, addends).map { isDifference ? $0 - $1 : $0 + $1 }
  }

  private mutating func concatenation(_ node: ONNXNode) throws(InstanceUnreadable) -> ONNXValue {
    var parts: [ONNXValue] = []
    for index in node.inputs.indices {
      guard let part = hidden(index, of: node) else { throw node.failure("a part of Concat is a constant") }
      parts.append(part)
    }
    guard let first = parts.first, let given = try node.integer("axis") else {
      throw node.failure("Concat has no parts or no axis")
    }
    let axis = given < 0 ? Int(given) + first.shape.count : Int(given)
    var shape = first.shape
    guard shape.indices.contains(axis) else { throw node.failure("the axis is out of range") }
    shape[axis] = 0
    var depth = 0
    for part in parts {
      guard part.shape.count == shape.count,
        shape.indices.allSatisfy({ $0 == axis || part.shape[$0] == shape[$0] })
      else { throw node.failure("the parts' shapes do not fit") }
      shape[axis] += part.shape[axis]
      depth = max(depth, part.forms.depth)
    }
    var lists: [[ExactForm]] = []
    for part in parts { lists.append(try layers.carry(part.forms, to: depth, node.place).entries) }
    let blocks = shape[..<axis].reduce(1, *)
    var entries: [ExactForm] = []
    for block in 0..<blocks {
      for list in lists { entries += list[block * list.count / blocks..<(block + 1) * list.count / blocks] }
    }
    return ONNXValue(shape: shape, forms: .init(depth: depth, entries: entries))
  }

  /// max(z, 0) is a ReLU; max(z, s · z) with s ≤ 1 and min(z, s · z) with s ≥ 1 are leaky ones, in either order of the
  /// operands; others compare.
  private mutating func extremum(_ node: ONNXNode) throws(InstanceUnreadable) -> ONNXValue {
    let isMinimum = node.operation == "Min"
    guard node.inputs.count == 2 else { throw node.failure("\(node.operation) has not two operands") }
    for index in 0..<2 {
      guard var value = hidden(index, of: node) else { continue }
      value.multiple = nil
      if let second = hidden(1 - index, of: node) {
        guard let (base, slopes) = second.multiple, base == node.inputs[index],
          slopes.allSatisfy({ isMinimum ? $0 >= 1 : $0 <= 1 })
        else { continue }
        value.forms = try layers.leaky(value.forms, slopes: slopes, node.place)
        return value
      }
      let bounds = try spread(1 - index, over: value, node)
      if !isMinimum, bounds.allSatisfy(\.isZero) {
        value.forms = try layers.activate(value.forms, .relu, node.place)
      } else {
        value.forms = try layers.clip(
          value.forms, lower: isMinimum ? nil : bounds, upper: isMinimum ? bounds : nil, node.place)
      }
      return value
    }
    guard let left = hidden(0, of: node), let right = hidden(1, of: node), left.shape == right.shape else {
      throw node.failure("the operands are constants, or their shapes differ")
    }
    return ONNXValue(
      shape: left.shape,
      forms: try layers.extremum(left.forms, right.forms, isMinimum: isMinimum, node.place))
  }

  private mutating func clip(_ value: inout ONNXValue, _ node: ONNXNode) throws(InstanceUnreadable) {
    let none = Rational(Double(Float.greatestFiniteMagnitude))
    var bounds: [Rational?] = []
    for (index, name) in ["min", "max"].enumerated() {
      var bound = try node.float(name)
      if bound == nil, index + 1 < node.inputs.count, !node.inputs[index + 1].isEmpty {
        let tensor = try constant(index + 1, of: node)
        guard tensor.elements.count == 1 else { throw node.failure("a bound is no single number") }
        bound = tensor.elements[0]
      }
      bounds.append(bound == (index == 0 ? -none : none) ? nil : bound)
    }
    if let lower = bounds[0], let upper = bounds[1], lower > upper {
      throw node.failure("the lower bound exceeds the upper one")
    }
    let lists = bounds.map { bound in bound.map { [Rational](repeating: $0, count: value.count) } }
    value.forms = try layers.clip(value.forms, lower: lists[0], upper: lists[1], node.place)
  }

  // MARK: Matrices

  /// value · factor for a value that is one row.
  private mutating func multiply(
    _ value: inout ONNXValue, by factor: ONNXTensor, isTransposed: Bool, _ node: ONNXNode
  ) throws(InstanceUnreadable) {
    guard value.isRow, factor.shape.count == 2, factor.shape[isTransposed ? 1 : 0] == value.count else {
      throw node.failure("the operands' shapes do not fit")
    }
    layers.allow(weights: factor.elements.count)
    let (rows, columns, entries) = (factor.shape[isTransposed ? 0 : 1], value.count, value.forms.entries)
    value.forms.entries = (0..<rows).map { row in
      ExactForm(
        sum: (0..<columns).lazy.map { column in
          (
            form: entries[column],
            factor: factor.elements[isTransposed ? row * columns + column : column * rows + row]
          )
        })
    }
    value.shape[value.shape.count - 1] = rows
  }

  private mutating func gemm(_ value: inout ONNXValue, _ node: ONNXNode) throws(InstanceUnreadable) {
    guard value.shape.count == 2, try !node.isSet("transA") else {
      throw node.failure("the first factor is transposed or no matrix")
    }
    try multiply(&value, by: constant(1, of: node), isTransposed: node.isSet("transB"), node)
    if let alpha = try node.float("alpha"), alpha != 1 {
      scale(&value, [Rational](repeating: alpha, count: value.count))
    }
    if node.inputs.count > 2, !node.inputs[2].isEmpty {
      let beta = try node.float("beta") ?? 1
      let addends = try spread(2, over: value, node)
      value.forms.entries = zip(value.forms.entries, addends).map { $0 + beta * $1 }
    }
  }

  /// The axes after batch and channels, or a refusal.
  private func spatial(_ value: ONNXValue, _ node: ONNXNode) throws(InstanceUnreadable) -> [Int] {
    guard value.shape.count >= 3, value.count > 0 else {
      throw node.failure("\(node.operation) needs a tensor [batch, channels, …]")
    }
    return Array(value.shape[2...])
  }

  private mutating func convolve(_ value: inout ONNXValue, _ node: ONNXNode) throws(InstanceUnreadable) {
    let axes = try spatial(value, node)
    let weights = try constant(1, of: node)
    let groups = Int(try node.integer("group") ?? 1)
    let kernel = Array(weights.shape.dropFirst(2))
    let channels = value.shape[1]
    guard weights.shape.count == value.shape.count, groups > 0, weights.shape[0] > 0, channels % groups == 0,
      weights.shape[0] % groups == 0, weights.shape[1] == channels / groups,
      try node.integers("kernel_shape") ?? kernel == kernel
    else { throw node.failure("the weights' shape does not fit") }
    let windows = try ONNXWindows(axes, kernel: kernel, node)
    let (outputs, depth) = (weights.shape[0], weights.shape[1])
    let (size, taps) = (ONNXTensor.count(axes) ?? 0, ONNXTensor.count(kernel) ?? 0)
    guard let pairs = ONNXTensor.count([value.shape[0], outputs, windows.windows.count, depth, taps]),
      pairs <= 1 << 24
    else { throw node.failure("the convolution is too large") }
    var bias = [Rational](repeating: 0, count: outputs)
    if node.inputs.count > 2, !node.inputs[2].isEmpty { bias = try constant(2, of: node).elements }
    guard bias.count == outputs else { throw node.failure("the bias has not one number a channel") }
    let entries = value.forms.entries
    var result: [ExactForm] = []
    for image in 0..<value.shape[0] {
      for output in 0..<outputs {
        let firstChannel = image * channels + output / (outputs / groups) * depth
        for window in windows.windows {
          var pairs: [(form: ExactForm, factor: Rational)] = []
          for channel in 0..<depth {
            for (tap, position) in window.enumerated() {
              guard let position else { continue }
              pairs.append(
                (
                  form: entries[(firstChannel + channel) * size + position],
                  factor: weights.elements[(output * depth + channel) * taps + tap]
                ))
            }
          }
          result.append(ExactForm(sum: pairs, offset: bias[output]))
        }
      }
    }
    value.forms.entries = result
    value.shape = [value.shape[0], outputs] + windows.shape
  }

  /// (x - mean) · scale / √(variance + ε) + shift for each channel; the root must be a fraction.
  private func normalize(_ value: inout ONNXValue, _ node: ONNXNode) throws(InstanceUnreadable) {
    guard value.shape.count >= 2, try !node.isSet("training_mode") else {
      throw node.failure("the normalisation is no inference over channels")
    }
    var parameters: [[Rational]] = []
    for index in 1...4 {
      let numbers = try constant(index, of: node).elements
      guard numbers.count == value.shape[1] else {
        throw node.failure("a parameter has not one number a channel")
      }
      parameters.append(numbers)
    }
    let epsilon = try node.float("epsilon") ?? Rational(Double(Float(1e-5)))
    var roots: [Rational] = []
    for variance in parameters[3] {
      guard let root = (variance + epsilon).root, root.signum > 0 else {
        throw node.failure("a channel's variance is no square of a fraction")
      }
      roots.append(root)
    }
    let size = value.shape[2...].reduce(1, *)
    for index in value.forms.entries.indices {
      let channel = index / size % value.shape[1]
      let centred = value.forms.entries[index] + -parameters[2][channel]
      value.forms.entries[index] = parameters[0][channel] / roots[channel] * centred + parameters[1][channel]
    }
  }

  // MARK: Windows and shapes

  private mutating func pool(_ value: inout ONNXValue, _ node: ONNXNode) throws(InstanceUnreadable) {
    let lists: [[Int]]
    var count: Int?
    if node.operation == "ReduceMax" {
      lists = try reduction(&value, node)
    } else {
      let axes = try spatial(value, node)
      let size = axes.reduce(1, *)
      let isGlobal = node.operation.hasPrefix("Global")
      var windows = [Array(0..<size)]
      var shape = [Int](repeating: 1, count: axes.count)
      if !isGlobal {
        let all = try ONNXWindows(axes, kernel: node.integers("kernel_shape") ?? [], node)
        windows = all.windows.map { $0.compactMap(\.self) }
        shape = all.shape
        if try node.isSet("count_include_pad") { count = all.windows[0].count }
      }
      guard windows.allSatisfy({ !$0.isEmpty }) else { throw node.failure("a window lies in the padding") }
      let planes = value.shape[0] * value.shape[1]
      guard let entries = ONNXTensor.count([planes, windows.count, windows[0].count]), entries <= 1 << 24
      else {
        throw node.failure("the windows are too many")
      }
      lists = (0..<planes).flatMap { plane in windows.map { $0.map { plane * size + $0 } } }
      value.shape = value.shape.prefix(2) + shape
    }
    if node.operation.hasSuffix("AveragePool") {
      let entries = value.forms.entries
      value.forms.entries = lists.map { list in
        let share = 1 / Rational(count ?? list.count)
        return ExactForm(sum: list.lazy.map { (form: entries[$0], factor: share) })
      }
    } else {
      value.forms = try layers.maxima(value.forms, windows: lists, node.place)
    }
  }

  /// The entries under each entry of the result; the value takes the result's shape.
  private func reduction(_ value: inout ONNXValue, _ node: ONNXNode) throws(InstanceUnreadable) -> [[Int]] {
    let rank = value.shape.count
    var given = try node.integers("axes")
    if given == nil, node.inputs.count > 1, !node.inputs[1].isEmpty {
      given = try ONNXTensor.integers(stored(1, of: node), node)
    }
    guard let given, !given.isEmpty, value.count > 0, given.allSatisfy({ (-rank..<rank).contains($0) }) else {
      throw node.failure("the axes do not fit")
    }
    let axes = Set(given.map { $0 < 0 ? $0 + rank : $0 })
    guard axes.count == given.count else { throw node.failure("an axis stands twice") }
    let kept = value.shape.indices.map { axes.contains($0) ? 1 : value.shape[$0] }
    var lists = [[Int]](repeating: [], count: kept.reduce(1, *))
    for position in 0..<value.count {
      let digits = ONNXWindows.digits(position, value.shape)
      lists[zip(kept, digits).reduce(0) { $0 * $1.0 + ($1.0 == 1 ? 0 : $1.1) }].append(position)
    }
    let keeps = try node.integer("keepdims") ?? 1 != 0
    value.shape = keeps ? kept : value.shape.indices.filter { !axes.contains($0) }.map { value.shape[$0] }
    return lists
  }

  private func rearrange(_ value: inout ONNXValue, _ node: ONNXNode) throws(InstanceUnreadable) {
    switch node.operation {
    case "Flatten":
      let axis = Int(try node.integer("axis") ?? 1)
      let split = axis < 0 ? axis + value.shape.count : axis
      guard (0...value.shape.count).contains(split) else { throw node.failure("the axis is out of range") }
      value.shape = [value.shape[..<split].reduce(1, *), value.shape[split...].reduce(1, *)]
    case "Reshape":
      var target = try ONNXTensor.integers(stored(1, of: node), node)
      for axis in target.indices where target[axis] == 0 {
        guard axis < value.shape.count, try !node.isSet("allowzero") else {
          throw node.failure("the new shape has a zero")
        }
        target[axis] = value.shape[axis]
      }
      if let open = target.firstIndex(of: -1) {
        target[open] = 1
        guard let others = ONNXTensor.count(target), others > 0 else {
          throw node.failure("the shapes do not fit")
        }
        target[open] = value.count / others
      }
      guard ONNXTensor.count(target) == value.count else { throw node.failure("the shapes do not fit") }
      value.shape = target
    default:
      let order = try node.integers("perm") ?? value.shape.indices.reversed()
      guard order.sorted() == Array(value.shape.indices) else { throw node.failure("the axes do not fit") }
      let (shape, entries) = (value.shape, value.forms.entries)
      value.shape = order.map { shape[$0] }
      value.forms.entries = (0..<entries.count).map { position in
        var source = shape
        for (axis, digit) in zip(order, ONNXWindows.digits(position, value.shape)) { source[axis] = digit }
        return entries[zip(shape, source).reduce(0) { $0 * $1.0 + $1.1 }]
      }
    }
  }
}

extension Rational {
  /// The fraction whose square this is.
  fileprivate var root: Rational? {
    guard signum >= 0 else { return nil }
    let root = Rational(numerator.squareRoot(), denominator.squareRoot())
    return root.squared == self ? root : nil
  }
}
