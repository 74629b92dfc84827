import ExactArithmetic
import Foundation

/// exp xᵢ / Σⱼ exp xⱼ over axes, or its logarithm.
public struct Softmax: GraphOperator {
  public let axes: [Int]
  public let isLogarithm: Bool
  public var name: String { isLogarithm ? "LogSoftmax" : "Softmax" }

  /// - Parameter axes: from 0; together they make the vectors.
  public init(over axes: [Int], isLogarithm: Bool = false) {
    self.axes = axes
    self.isLogarithm = isLogarithm
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let argument = try onlyShape(arguments)
    _ = try ReducedAxes(axes).shape(name, of: argument)
    return argument
  }

  private func eachVector(_ shape: [Int], _ body: (ArraySlice<Int>) -> Void) {
    Windows(along: axes, of: shape).eachList { _, _, list in if !list.isEmpty { body(list) } }
  }

  private func softmax(_ x: [Double], _ list: ArraySlice<Int>) -> (values: [Double], logSum: Double) {
    let largest = list.reduce(-Double.infinity) { max($0, x[$1]) }
    let powers = list.map { exp(x[$0] - largest) }
    let sum = powers.reduce(0, +)
    return (powers.map { $0 / sum }, largest + log(sum))
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    var result = arguments[0]
    eachVector(result.shape) { list in
      let (values, logSum) = softmax(arguments[0].elements, list)
      for (index, value) in zip(list, values) {
        result.elements[index] = isLogarithm ? arguments[0].elements[index] - logSum : value
      }
    }
    return result
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    let argument = arguments[0]
    var lower = argument.lower
    var upper = argument.upper
    eachVector(argument.shape) { list in
      let low = Self.ends(list.map { argument.lower[$0] }, others: list.map { argument.upper[$0] })
      let high = Self.ends(list.map { argument.upper[$0] }, others: list.map { argument.lower[$0] })
      for (place, index) in list.enumerated() {
        if isLogarithm {
          lower[index] = low[place].lowerLogarithm
          upper[index] = high[place].upperLogarithm
        } else {
          lower[index] = low[place].lower
          upper[index] = high[place].upper
        }
      }
    }
    return TensorRange(shape: argument.shape, lower: lower, upper: upper)
  }

  /// A value where one element is at an end and all others are at theirs, rounded either way.
  private struct End {
    var lower = 0.0
    var upper = 1.0
    var lowerLogarithm = -Double.infinity
    var upperLogarithm = 0.0
  }

  /// exp xᵢ / (exp xᵢ + Σ_{j≠i} exp yⱼ), by sums before and after i.
  private static func ends(_ x: [Double], others y: [Double]) -> [End] {
    let count = x.count
    if count == 1 { return [End(lower: 1, upper: 1, lowerLogarithm: 0, upperLogarithm: 0)] }
    let largest = (x + y).max() ?? 0
    guard (x + y).allSatisfy(\.isFinite) else { return [End](repeating: End(), count: count) }
    let powers = y.map { exp($0 - largest) }
    var after = [Double](repeating: 0, count: count + 1)
    for k in (0..<count).reversed() { after[k] = after[k + 1] + powers[k] }
    var before = 0.0
    let room = Double(count + 16) * 0x1p-48
    return x.indices.map { k in
      defer { before += powers[k] }
      let own = exp(x[k] - largest)
      let sum = own + (before + after[k + 1])
      // Below this, powers have lost their digits.
      guard sum > 0x1p-900 else { return End() }
      var end = End()
      end.lower = own > 0x1p-900 ? own / sum * (1 - room) : 0
      end.upper = min(1, own / sum * (1 + room) + 0x1p-100)
      let logarithm = (x[k] - largest) - log(sum)
      let reach = room * max(1, abs(x[k]), abs(largest), abs(logarithm))
      end.lowerLogarithm = logarithm - reach
      end.upperLogarithm = min(0, logarithm + reach)
      return end
    }
  }

  /// diag(s) - s sᵀ has norm 1/2 at most, and no row whose sum of magnitudes is above max 2 sᵢ (1 - sᵢ). I - 1 sᵀ is largest where s is
  /// a unit vector: √n.
  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let argument = arguments[0].range
    let length = axes.reduce(1) { $0 * argument.shape[$1] }
    if length <= 1 || argument.lower.isEmpty {
      return [LipschitzFactor(.zero, .exact, method: "vectors of one element")]
    }
    let isFree = (argument.lower + argument.upper).allSatisfy(\.isInfinite)
    let side: LipschitzFactor.Side = isFree ? .exact : .upper
    if isLogarithm { return [LipschitzFactor(.squareRoot(length), side, method: "√length")] }
    let values = Softmax(over: axes).range([argument])
    let steepest = zip(values.lower, values.upper).reduce(0) { largest, ends in
      let s = ends.0 <= 0.5 && ends.1 >= 0.5 ? 0.5 : ends.1 < 0.5 ? ends.1 : ends.0
      return max(largest, s * (1 - s) * 2)
    }
    if steepest >= 0.5 {
      return [LipschitzFactor(.exact(Rational(1) / 2), side, method: "1/2")]
    }
    return [LipschitzFactor(.above(steepest * (1 + 0x1p-50)), .upper, method: "largest 2 s (1 - s)")]
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    var result = Tensor(repeating: 0, shape: arguments[0].shape)
    guard let tangent = tangents[0] else { return result }
    eachVector(result.shape) { list in
      let (values, _) = softmax(arguments[0].elements, list)
      let mean = zip(list, values).reduce(0) { $0 + tangent.elements[$1.0] * $1.1 }
      for (index, value) in zip(list, values) {
        result.elements[index] = (tangent.elements[index] - mean) * (isLogarithm ? 1 : value)
      }
    }
    return result
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    guard isLogarithm else { return differential(arguments, [cotangent]) }
    var result = cotangent
    eachVector(result.shape) { list in
      let (values, _) = softmax(arguments[0].elements, list)
      let sum = list.reduce(0) { $0 + cotangent.elements[$1] }
      for (index, value) in zip(list, values) { result.elements[index] -= value * sum }
    }
    return result
  }
}
