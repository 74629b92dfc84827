/// Arguments of different shapes, aligned at their last axes; axes of length 1 are repeated (the rule of NumPy and ONNX).
struct Broadcasting {
  let shape: [Int]
  private let argument: [Int]
  /// For each axis of the value the step in the argument's elements; 0 where it is repeated.
  private let strides: [Int]

  /// The shape that all broadcast to; nil where they do not go together.
  static func shape(of arguments: [[Int]]) -> [Int]? {
    let rank = arguments.map(\.count).max() ?? 0
    var result = [Int](repeating: 1, count: rank)
    for shape in arguments {
      for (axis, length) in zip((rank - shape.count)..., shape) where length != 1 {
        guard result[axis] == 1 || result[axis] == length else { return nil }
        result[axis] = length
      }
    }
    return result
  }

  init(_ argument: [Int], to shape: [Int]) {
    self.argument = argument
    self.shape = shape
    var strides = [Int](repeating: 0, count: shape.count)
    var step = 1
    for (axis, length) in zip((shape.count - argument.count)..., argument).reversed() {
      strides[axis] = length == 1 ? 0 : step
      step *= length
    }
    self.strides = strides
  }

  var isTrivial: Bool { argument == shape }

  /// How often each element of the argument is taken.
  var copies: Int {
    let count = argument.reduce(1, *)
    return count == 0 ? 1 : shape.reduce(1, *) / count
  }

  /// The argument's index of each element of the value.
  var indices: [Int] { RowMajor.indices(of: shape, steps: strides) }

  /// The elements of a tensor of the argument's shape, repeated.
  func expand(_ elements: [Double]) -> [Double] {
    isTrivial ? elements : indices.map { elements[$0] }
  }

  /// The transpose: sums over the copies.
  func sum(_ elements: [Double]) -> Tensor {
    if isTrivial { return Tensor(shape: argument, elements: elements) }
    var result = Tensor(repeating: 0, shape: argument)
    for (index, value) in zip(indices, elements) { result.elements[index] += value }
    return result
  }

  /// ‖repetition‖₂ = √copies.
  var norm: UpperNumber { .squareRoot(copies) }
}

/// What operators on two broadcast arguments share.
struct BroadcastPair {
  let shape: [Int]
  let first: Broadcasting
  let second: Broadcasting

  init(_ arguments: [[Int]]) {
    precondition(arguments.count == 2)
    guard let shape = Broadcasting.shape(of: arguments) else {
      preconditionFailure("shapes that were accepted broadcast")
    }
    self.shape = shape
    first = Broadcasting(arguments[0], to: shape)
    second = Broadcasting(arguments[1], to: shape)
  }

  static func shape(_ name: String, of arguments: [[Int]]) throws(GraphError) -> [Int] {
    guard arguments.count == 2, let shape = Broadcasting.shape(of: arguments) else {
      throw GraphError("\(name) of shapes \(arguments.map { "\($0)" }.joined(separator: " and "))")
    }
    return shape
  }

  /// A function of both, element by element.
  func combine(_ arguments: [Tensor], _ function: (Double, Double) -> Double) -> Tensor {
    Tensor(
      shape: shape,
      elements: zip(first.expand(arguments[0].elements), second.expand(arguments[1].elements)).map(function))
  }

  func combine(
    _ arguments: [TensorRange], _ function: (ClosedRange<Double>, ClosedRange<Double>) -> ClosedRange<Double>
  ) -> TensorRange {
    func intervals(_ range: TensorRange, _ side: Broadcasting) -> [ClosedRange<Double>] {
      zip(side.expand(range.lower), side.expand(range.upper)).map { $0...$1 }
    }
    let values = zip(intervals(arguments[0], first), intervals(arguments[1], second)).map(function)
    return TensorRange(shape: shape, lower: values.map(\.lowerBound), upper: values.map(\.upperBound))
  }
}
