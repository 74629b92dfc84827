import ExactArithmetic

/// An operator each element of whose value is an element of its one argument, or one number: its linear part has at most one 1 in each row.
///
/// Its 2-norm is √copies, copies of the element that is taken most often.
public protocol Selection: GraphOperator {
  /// What elements are that come from nowhere.
  var filler: Double { get }

  /// The argument's index of each element of the value, -1 for the filler; nil where all are taken in order.
  func sources(_ shape: [Int]) -> [Int]?
}

extension Selection {
  public var filler: Double { 0 }

  private func select(_ elements: [Double], _ shape: [Int], filling filler: Double) -> [Double] {
    sources(shape)?.map { $0 < 0 ? filler : elements[$0] } ?? elements
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    let shape = arguments[0].shape
    return Tensor(
      shape: acceptedShape([shape]), elements: select(arguments[0].elements, shape, filling: filler))
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    let shape = arguments[0].shape
    return TensorRange(
      shape: acceptedShape([shape]), lower: select(arguments[0].lower, shape, filling: filler),
      upper: select(arguments[0].upper, shape, filling: filler))
  }

  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    [LipschitzFactor(.squareRoot(copies(arguments[0].range.shape)), .exact, method: "√copies")]
  }

  /// How often the element is taken that is taken most often.
  private func copies(_ shape: [Int]) -> Int {
    guard let sources = sources(shape) else { return shape.contains(0) ? 0 : 1 }
    var copies = [Int](repeating: 0, count: shape.reduce(1, *))
    for source in sources where source >= 0 { copies[source] += 1 }
    return copies.max() ?? 0
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    let shape = arguments[0].shape
    let value = acceptedShape([shape])
    guard let tangent = tangents[0] else { return Tensor(repeating: 0, shape: value) }
    return Tensor(shape: value, elements: select(tangent.elements, shape, filling: 0))
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let shape = arguments[0].shape
    guard let sources = sources(shape) else { return Tensor(shape: shape, elements: cotangent.elements) }
    var result = Tensor(repeating: 0, shape: shape)
    for (source, value) in zip(sources, cotangent.elements) where source >= 0 {
      result.elements[source] += value
    }
    return result
  }

  public func isAffine(_ isConstant: [Bool]) -> Bool { true }

  public func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap? {
    let shape = arguments[0].shape
    guard let sources = sources(shape) else { return .multiple(1) }
    let count = shape.reduce(1, *)
    guard sources.count == count, !sources.contains(-1), copies(shape) <= 1 else { return nil }
    return sources.elementsEqual(0..<count) ? .multiple(1) : .rearrangement
  }
}

extension GraphOperator {
  /// The value's shape where the arguments' go together.
  func acceptedShape(_ arguments: [[Int]]) -> [Int] {
    do { return try shape(of: arguments) } catch {
      preconditionFailure("shapes that were accepted: \(error)")
    }
  }

  /// The only argument's shape.
  func onlyShape(_ arguments: [[Int]]) throws(GraphError) -> [Int] {
    guard arguments.count == 1 else { throw GraphError("\(name) of \(arguments.count) arguments") }
    return arguments[0]
  }
}

/// Index arithmetic on row-major arrays.
enum RowMajor {
  /// The steps from an element to the next of each axis.
  static func steps(of shape: [Int]) -> [Int] {
    var step = 1
    return shape.reversed().map { length in
      defer { step *= max(length, 1) }
      return step
    }.reversed()
  }

  /// Σ stepₐ · placeₐ for all places of a shape, in order.
  static func indices(of shape: [Int], steps: [Int]) -> [Int] {
    guard !shape.contains(0) else { return [] }
    var result = [0]
    for (length, step) in zip(shape, steps) where length != 1 {
      var next: [Int] = []
      next.reserveCapacity(result.count * length)
      for base in result { for place in 0..<length { next.append(base + place * step) } }
      result = next
    }
    return result
  }

  /// The indices of all combinations of places, one line of places for each axis; -1 where one is.
  static func indices(in shape: [Int], lines: [[Int]]) -> [Int] {
    var result = [0]
    for (length, line) in zip(shape, lines) {
      var next: [Int] = []
      next.reserveCapacity(result.count * line.count)
      for base in result {
        for place in line { next.append(base < 0 || place < 0 ? -1 : base * length + place) }
      }
      result = next
    }
    return result
  }

  /// How many blocks lie before an axis, and how many elements after it.
  static func around(_ axis: Int, _ shape: [Int]) -> (outer: Int, inner: Int) {
    (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
  }

  /// The number of elements; nil where it overflows.
  static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(length, 1))
      guard !overflow, length >= 0 else { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }
}
