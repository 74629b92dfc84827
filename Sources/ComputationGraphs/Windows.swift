import ExactArithmetic

/// Lists of elements that an operator takes together, one list for each element of its value: pooling, reductions, softmax.
///
/// The same lists in each of some equal planes of the argument.
public struct Windows: Sendable {
  let planes: Int
  let planeSize: Int
  /// List k is `entries[starts[k]..<starts[k + 1]]`.
  let starts: [Int]
  let entries: [Int]

  init(planes: Int, planeSize: Int, lists: [[Int]]) {
    self.planes = planes
    self.planeSize = planeSize
    starts = lists.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    entries = Array(lists.joined())
  }

  /// All elements that differ in some axes only.
  init(along axes: [Int], of shape: [Int]) {
    let kept = shape.indices.filter { !axes.contains($0) }
    let order = kept + axes.sorted()
    let steps = RowMajor.steps(of: shape)
    planes = 1
    planeSize = shape.reduce(1, *)
    entries = RowMajor.indices(of: order.map { shape[$0] }, steps: order.map { steps[$0] })
    let length = axes.reduce(1) { $0 * shape[$1] }
    let count = kept.reduce(1) { $0 * shape[$1] }
    starts = (0...count).map { $0 * length }
  }

  var listCount: Int { starts.count - 1 }

  /// Calls back with the value's index and the list, whose entries are to be added to `base`.
  func eachList(_ body: (_ index: Int, _ base: Int, _ list: ArraySlice<Int>) -> Void) {
    for plane in 0..<planes {
      for list in 0..<listCount {
        body(plane * listCount + list, plane * planeSize, entries[starts[list]..<starts[list + 1]])
      }
    }
  }

  /// In how many lists the element is that is in most.
  var cover: Int {
    var counts = [Int](repeating: 0, count: planeSize)
    for entry in entries { counts[entry] += 1 }
    return counts.max() ?? 0
  }
}

/// An operator whose elements are sums over windows of its argument, each divided by a number.
public protocol WindowSum: GraphOperator {
  func windows(_ shape: [Int]) -> Windows
  /// For each list; nil: 1.
  func divisors(_ shape: [Int]) -> [Double]?
}

extension WindowSum {
  private func sum(_ elements: [Double], _ argument: [Int]) -> Tensor {
    let windows = windows(argument)
    let divisors = divisors(argument)
    var result = Tensor(repeating: 0, shape: acceptedShape([argument]))
    windows.eachList { index, base, list in
      let sum = list.reduce(0) { $0 + elements[base + $1] }
      result.elements[index] = divisors.map { sum / $0[index % windows.listCount] } ?? sum
    }
    return result
  }

  public func forward(_ arguments: [Tensor]) -> Tensor { sum(arguments[0].elements, arguments[0].shape) }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    let argument = arguments[0]
    let (low, high) = (sum(argument.lower, argument.shape), sum(argument.upper, argument.shape))
    let sizes = sum(zip(argument.lower, argument.upper).map { max(abs($0), abs($1)) }, argument.shape)
    let windows = windows(argument.shape)
    let longest = zip(windows.starts, windows.starts.dropFirst()).map { $1 - $0 }.max() ?? 0
    let values = low.elements.indices.map { index -> ClosedRange<Double> in
      let size = sizes.elements[index]
      let room = size.isInfinite ? 0 : Double(longest + 4) * 0x1p-52 * size
      return .outwards(low.elements[index] - room, high.elements[index] + room)
    }
    return TensorRange(shape: low.shape, lower: values.map(\.lowerBound), upper: values.map(\.upperBound))
  }

  /// The root of the largest row sum times the largest column sum; where no windows overlap, rows are orthogonal and 1 / divisor times
  /// √length is the norm of each.
  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let shape = arguments[0].range.shape
    let windows = windows(shape)
    let divisors = divisors(shape) ?? [Double](repeating: 1, count: windows.listCount)
    let lengths = zip(windows.starts, windows.starts.dropFirst()).map { $1 - $0 }
    guard windows.planes > 0, let count = lengths.max(), count > 0 else {
      return [LipschitzFactor(.zero, .exact, method: "empty")]
    }
    let overlaps = windows.cover > 1
    if !overlaps {
      let largest = zip(lengths, divisors).map { Rational($0) / (Rational($1) * Rational($1)) }.max()
      return [LipschitzFactor(.squareRoot(largest ?? .zero), .exact, method: "√length / divisor")]
    }
    var columns = [Double](repeating: 0, count: windows.planeSize)
    for list in 0..<windows.listCount {
      for entry in windows.entries[windows.starts[list]..<windows.starts[list + 1]] {
        columns[entry] = (columns[entry] + (1 / divisors[list]).nextUp).nextUp
      }
    }
    let row = zip(lengths, divisors).map { (Double($0) / $1).nextUp }.max() ?? 0
    let norm = (row * (columns.max() ?? 0)).nextUp.squareRoot().nextUp
    return [LipschitzFactor(.above(norm), .upper, method: "√(row sum · column sum)")]
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    guard let tangent = tangents[0] else {
      return Tensor(repeating: 0, shape: acceptedShape([arguments[0].shape]))
    }
    return sum(tangent.elements, tangent.shape)
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let shape = arguments[0].shape
    let windows = windows(shape)
    let divisors = divisors(shape)
    var result = Tensor(repeating: 0, shape: shape)
    windows.eachList { index, base, list in
      let part = cotangent.elements[index] / (divisors?[index % windows.listCount] ?? 1)
      for entry in list { result.elements[base + entry] += part }
    }
    return result
  }

  public func isAffine(_ isConstant: [Bool]) -> Bool { true }
}

/// An operator whose elements are the largest, or smallest, of windows of its argument.
public protocol WindowMaximum: GraphOperator {
  var isMinimum: Bool { get }
  /// None is empty.
  func windows(_ shape: [Int]) -> Windows
}

extension WindowMaximum {
  private func extreme(_ elements: [Double], _ argument: [Int]) -> Tensor {
    var result = Tensor(repeating: 0, shape: acceptedShape([argument]))
    windows(argument).eachList { index, base, list in
      var best = elements[base + list[list.startIndex]]
      for entry in list.dropFirst() {
        let element = elements[base + entry]
        if isMinimum ? element < best : element > best { best = element }
      }
      result.elements[index] = best
    }
    return result
  }

  public func forward(_ arguments: [Tensor]) -> Tensor { extreme(arguments[0].elements, arguments[0].shape) }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    let (low, high) = (
      extreme(arguments[0].lower, arguments[0].shape), extreme(arguments[0].upper, arguments[0].shape)
    )
    return TensorRange(shape: low.shape, lower: low.elements, upper: high.elements)
  }

  /// √(the largest number of windows that have one element as their maximum): overlapping windows are not 1-Lipschitz in the 2-norm. An
  /// element counts where its range reaches above every other's lower end.
  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let range = arguments[0].range
    let windows = windows(range.shape)
    if windows.cover <= 1 {
      let isEmpty = windows.planes == 0 || windows.listCount == 0
      return [LipschitzFactor(isEmpty ? .zero : .one, .exact, method: "windows apart")]
    }
    let (near, far) = isMinimum ? (range.upper.map(-), range.lower.map(-)) : (range.lower, range.upper)
    var wins = [Int](repeating: 0, count: range.lower.count)
    windows.eachList { _, base, list in
      let least = list.reduce(-Double.infinity) { max($0, near[base + $1]) }
      for entry in list where far[base + entry] >= least { wins[base + entry] += 1 }
    }
    let isFree =
      range.lower.allSatisfy { $0 == -.infinity } && range.upper.allSatisfy { $0 == .infinity }
    return [
      LipschitzFactor(
        .squareRoot(wins.max() ?? 0), isFree ? .exact : .upper, method: "√windows sharing an element")
    ]
  }

  /// The argument's index of each extreme, the first of equals.
  private func places(_ argument: Tensor) -> [Int] {
    var result: [Int] = []
    windows(argument.shape).eachList { _, base, list in
      var best = base + list[list.startIndex]
      for entry in list.dropFirst() {
        let (new, old) = (argument.elements[base + entry], argument.elements[best])
        if isMinimum ? new < old : new > old { best = base + entry }
      }
      result.append(best)
    }
    return result
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    let shape = acceptedShape([arguments[0].shape])
    guard let tangent = tangents[0] else { return Tensor(repeating: 0, shape: shape) }
    return Tensor(shape: shape, elements: places(arguments[0]).map { tangent.elements[$0] })
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    var result = Tensor(repeating: 0, shape: arguments[0].shape)
    for (place, part) in zip(places(arguments[0]), cotangent.elements) { result.elements[place] += part }
    return result
  }
}

/// Where the windows of a pooling lie: over all axes but the batch and the channels.
public struct PoolWindows: Sendable, Equatable {
  public struct Axis: Sendable, Equatable {
    public var kernel: Int
    public var stride: Int
    public var dilation: Int
    /// Places outside the picture.
    public var before: Int
    public var after: Int

    public init(kernel: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0) {
      self.kernel = kernel
      self.stride = stride
      self.dilation = dilation
      self.before = before
      self.after = after
    }

    /// From the window's first place to its last.
    var reach: Int { (kernel - 1) * dilation + 1 }

    /// The windows' first places.
    func starts(_ length: Int, roundsUp: Bool) -> [Int] {
      let room = length + before + after - reach
      guard room >= 0 else { return [] }
      var count = (room + (roundsUp ? stride - 1 : 0)) / stride + 1
      // The last one begins within the picture, or before it.
      if roundsUp, (count - 1) * stride >= length + before { count -= 1 }
      return (0..<count).map { $0 * stride - before }
    }
  }

  public let axes: [Axis]
  /// Whether a last window that reaches beyond the padding counts.
  public let roundsUp: Bool

  public init(_ axes: [Axis], roundsUp: Bool = false) {
    self.axes = axes
    self.roundsUp = roundsUp
  }

  func shape(_ name: String, of argument: [Int]) throws(GraphError) -> [Int] {
    let small = 1...1 << 30
    guard argument.count == axes.count + 2, !axes.isEmpty,
      argument.allSatisfy({ $0 <= small.upperBound }),
      axes.allSatisfy({
        small.contains($0.kernel) && small.contains($0.stride) && small.contains($0.dilation)
          && (0...small.upperBound).contains($0.before) && (0...small.upperBound).contains($0.after)
      })
    else { throw GraphError("\(name) over \(axes.count) axes of a shape \(argument)") }
    var shape = Array(argument[..<2])
    for (axis, length) in zip(axes, argument[2...]) {
      guard axis.reach <= length + axis.before + axis.after else {
        throw GraphError("\(name) with windows of \(axis.reach) on an axis of \(length)")
      }
      let starts = axis.starts(length, roundsUp: roundsUp)
      let isInside = starts.allSatisfy { start in
        (0..<axis.kernel).contains { (0..<length).contains(start + $0 * axis.dilation) }
      }
      guard isInside else { throw GraphError("\(name) with a window in the padding") }
      shape.append(starts.count)
    }
    return shape
  }

  func windows(_ argument: [Int]) -> Windows {
    var lists = [[0]]
    for (axis, length) in zip(axes, argument[2...]) {
      let lines = axis.starts(length, roundsUp: roundsUp).map { start in
        (0..<axis.kernel).map { start + $0 * axis.dilation }.filter { (0..<length).contains($0) }
      }
      lists = lists.flatMap { list in
        lines.map { line in list.flatMap { base in line.map { base * length + $0 } } }
      }
    }
    return Windows(
      planes: argument[0] * argument[1], planeSize: argument[2...].reduce(1, *), lists: lists)
  }

  /// For each window its places within the padding, too.
  func paddedCounts(_ argument: [Int]) -> [Int] {
    var counts = [1]
    for (axis, length) in zip(axes, argument[2...]) {
      let own = axis.starts(length, roundsUp: roundsUp).map { start in
        (0..<axis.kernel).count { start + $0 * axis.dilation < length + axis.after }
      }
      counts = counts.flatMap { count in own.map { count * $0 } }
    }
    return counts
  }
}
