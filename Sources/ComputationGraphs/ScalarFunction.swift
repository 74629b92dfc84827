import ExactArithmetic

/// A function of one number, applied to every element: an activation, or an elementary function.
///
/// One is one file in `Functions`. It says where it changes its slope's direction; what its slopes and values lie between follows.
public protocol ScalarFunction: Sendable {
  /// In tables and messages.
  var name: String { get }

  func callAsFunction(_ x: Double) -> Double

  /// f'(x); at a kink the slope on the right.
  func slope(at x: Double) -> Double

  /// Points between which f' is monotone, in order: kinks, and turning points of f' rounded to a double.
  func turns(in range: ClosedRange<Double>) -> [Turn]

  /// f'(±∞), as limits; and lim f. Not a number where there is no limit.
  var slopeLimits: (low: Double, high: Double) { get }
  var limits: (low: Double, high: Double) { get }

  /// Points between which f is monotone, with values that enclose the extremes there.
  func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>]

  /// Whether `slope` rounds nothing: all pieces are straight.
  var hasExactSlopes: Bool { get }

  /// How far `callAsFunction` and `slope` may be off, relatively to max(1, |value|).
  var error: Double { get }
}

/// A point where a slope is largest, smallest, or jumps.
public struct Turn: Sendable {
  public let x: Double
  /// All slopes at x; as a real number, where `isExact`.
  public let slopes: ClosedRange<Double>
  public let isExact: Bool

  public init(_ x: Double, slopes: ClosedRange<Double>, isExact: Bool) {
    self.x = x
    self.slopes = slopes
    self.isExact = isExact
  }

  /// A kink between two straight pieces.
  public static func kink(_ x: Double, _ a: Double, _ b: Double) -> Turn {
    Turn(x, slopes: min(a, b)...max(a, b), isExact: true)
  }

  /// A turning point of the slope, known to double precision.
  public static func extreme(_ x: Double, _ slope: Double) -> Turn {
    let room = 0x1p-45 * max(1, abs(slope))
    return Turn(x, slopes: slope - room...slope + room, isExact: false)
  }
}

extension ScalarFunction {
  public func extremes(in range: ClosedRange<Double>) -> [ClosedRange<Double>] { [] }
  public func turns(in range: ClosedRange<Double>) -> [Turn] { [] }
  public var error: Double { 0x1p-48 }

  /// What the slopes over a range lie between; whether each end is the supremum itself.
  public func slopes(over range: ClosedRange<Double>) -> (
    range: ClosedRange<Double>, isExact: (low: Bool, high: Bool)
  ) {
    var low = (value: Double.infinity, isExact: false)
    var high = (value: -Double.infinity, isExact: false)
    func take(_ slopes: ClosedRange<Double>, isExact: Bool) {
      if (slopes.lowerBound, isExact ? 0 : 1) < (low.value, low.isExact ? 0 : 1) {
        low = (slopes.lowerBound, isExact)
      }
      if (slopes.upperBound, isExact ? 1 : 0) > (high.value, high.isExact ? 1 : 0) {
        high = (slopes.upperBound, isExact)
      }
    }
    let turns = turns(in: range)
    for end in [range.lowerBound, range.upperBound] {
      if end.isInfinite {
        let limit = end < 0 ? slopeLimits.low : slopeLimits.high
        guard !limit.isNaN else { return (.allNumbers, (false, false)) }
        take(limit...limit, isExact: true)
      } else {
        // At a kink of the side that lies in the range.
        let isLast = end == range.upperBound && turns.contains { $0.x == end }
        let slope = slope(at: isLast ? end.nextDown : end)
        guard slope.isFinite else { return (.allNumbers, (false, false)) }
        let room = hasExactSlopes ? 0 : error * max(1, abs(slope))
        take(slope - room...slope + room, isExact: hasExactSlopes)
      }
    }
    let isPoint = range.lowerBound == range.upperBound
    // No double lies inside: a turn that rounding put on an end may.
    let isNarrow = range.lowerBound.nextUp >= range.upperBound
    for turn in turns {
      if range.lowerBound < turn.x, turn.x < range.upperBound {
        take(turn.slopes, isExact: turn.isExact)
      } else if isNarrow, range.contains(turn.x) {
        take(turn.slopes, isExact: turn.isExact && isPoint)
      }
    }
    return (low.value...high.value, (low.isExact, high.isExact))
  }

  /// Whether `slope` rounds nothing: all pieces are straight.
  public var hasExactSlopes: Bool { false }

  /// What the values over a range lie between.
  public func values(over range: ClosedRange<Double>) -> ClosedRange<Double> {
    var low = Double.infinity
    var high = -Double.infinity
    for end in [range.lowerBound, range.upperBound] {
      let value = end.isInfinite ? (end < 0 ? limits.low : limits.high) : self(end)
      if value.isNaN { return .allNumbers }
      let room = value.isInfinite ? 0 : error * max(1, abs(value))
      (low, high) = (min(low, value - room), max(high, value + room))
    }
    for value in extremes(in: range) {
      (low, high) = (min(low, value.lowerBound), max(high, value.upperBound))
    }
    // What overflows is beyond all doubles, not infinite: its reciprocal is not 0.
    return min(low, .greatestFiniteMagnitude)...max(high, -.greatestFiniteMagnitude)
  }
}

/// A scalar function, element by element.
public struct Elementwise<Function: ScalarFunction>: GraphOperator {
  public let function: Function
  public var name: String { function.name }

  public init(_ function: Function) { self.function = function }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    guard arguments.count == 1 else { throw GraphError("\(name) of \(arguments.count) arguments") }
    return arguments[0]
  }

  public func forward(_ arguments: [Tensor]) -> Tensor { arguments[0].map { function($0) } }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    var (lower, upper): ([Double], [Double]) = ([], [])
    for run in arguments[0].runs {
      let values = function.values(over: run.range)
      lower += [Double](repeating: values.lowerBound, count: run.count)
      upper += [Double](repeating: values.upperBound, count: run.count)
    }
    return TensorRange(shape: arguments[0].shape, lower: lower, upper: upper)
  }

  /// The largest |slope| of any element over its range.
  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    var largest = UpperNumber.zero
    var isExact = true
    for run in arguments[0].range.runs {
      let (slopes, exact) = function.slopes(over: run.range)
      let isHigh = abs(slopes.upperBound) >= abs(slopes.lowerBound)
      let size = slopes.magnitude
      guard size.isFinite else {
        return [LipschitzFactor(.infinity, .upper, method: "largest slope")]
      }
      let isOwnExact = isHigh ? exact.high : exact.low
      let own = isOwnExact ? Rational(finite: size).map(UpperNumber.exact) ?? .above(size) : .above(size)
      if own.value > largest.value || own.value == largest.value && isOwnExact {
        (largest, isExact) = (own, isOwnExact)
      }
    }
    return [LipschitzFactor(largest, isExact ? .exact : .upper, method: "largest slope")]
  }

  public func slopeRange(_ arguments: [TensorRange]) -> ClosedRange<Double>? {
    let slopes = arguments[0].runs.map { function.slopes(over: $0.range).range }
    guard let low = slopes.map(\.lowerBound).min(), let high = slopes.map(\.upperBound).max() else {
      return nil
    }
    return low...high
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    guard let tangent = tangents[0] else { return Tensor(repeating: 0, shape: arguments[0].shape) }
    return adjoint(0, arguments, tangent, cotangent: tangent)
  }

  /// diag(f'(x)) is its own transpose.
  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    Tensor(
      shape: cotangent.shape,
      elements: zip(arguments[0].elements, cotangent.elements).map { function.slope(at: $0) * $1 })
  }
}
