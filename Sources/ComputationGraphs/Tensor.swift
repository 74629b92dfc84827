/// Numbers in a row-major array of a shape; the shape `[]` is that of one number.
public struct Tensor: Sendable, Equatable {
  public let shape: [Int]
  public var elements: [Double]

  public init(shape: [Int], elements: [Double]) {
    precondition(elements.count == shape.reduce(1, *))
    self.shape = shape
    self.elements = elements
  }

  public init(_ scalar: Double) { self.init(shape: [], elements: [scalar]) }

  public init(repeating value: Double, shape: [Int]) {
    self.init(shape: shape, elements: [Double](repeating: value, count: shape.reduce(1, *)))
  }

  /// Their sum; zero where there are none.
  static func sum(_ tensors: [Tensor], shape: [Int]) -> Tensor {
    guard var total = tensors.first else { return Tensor(repeating: 0, shape: shape) }
    for tensor in tensors.dropFirst() {
      for index in total.elements.indices { total.elements[index] += tensor.elements[index] }
    }
    return total
  }

  /// The number that all elements equal.
  var uniformValue: Double? {
    guard let first = elements.first, elements.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// Element by element.
  public func map(_ transform: (Double) -> Double) -> Tensor {
    Tensor(shape: shape, elements: elements.map(transform))
  }
}

/// What the elements of a tensor lie between.
public struct TensorRange: Sendable, Equatable {
  public let shape: [Int]
  public let lower: [Double]
  public let upper: [Double]

  public init(shape: [Int], lower: [Double], upper: [Double]) {
    let count = shape.reduce(1, *)
    precondition(lower.count == count && upper.count == count)
    self.shape = shape
    self.lower = lower
    self.upper = upper
  }

  /// All numbers.
  public static func all(shape: [Int]) -> TensorRange {
    let count = shape.reduce(1, *)
    return TensorRange(
      shape: shape, lower: [Double](repeating: -.infinity, count: count),
      upper: [Double](repeating: .infinity, count: count))
  }

  /// One tensor.
  public init(_ tensor: Tensor) {
    self.init(shape: tensor.shape, lower: tensor.elements, upper: tensor.elements)
  }

  public func contains(_ tensor: Tensor) -> Bool {
    tensor.shape == shape
      && tensor.elements.indices.allSatisfy {
        lower[$0] <= tensor.elements[$0] && tensor.elements[$0] <= upper[$0]
      }
  }

  /// Elements in a row that share one range, and how many.
  var runs: [(range: ClosedRange<Double>, count: Int)] {
    var runs: [(range: ClosedRange<Double>, count: Int)] = []
    for (low, high) in zip(lower, upper) {
      if let last = runs.last, last.range == low...high {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((low...high, 1))
      }
    }
    return runs
  }

  /// The largest |element|.
  public var largestMagnitude: Double {
    zip(lower, upper).reduce(0) { max($0, abs($1.0), abs($1.1)) }
  }
}
