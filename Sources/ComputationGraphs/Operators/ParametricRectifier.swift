import ExactArithmetic

/// x for x ≥ 0 and a x below, the slopes a broadcast to x: PReLU.
///
/// Arguments: x, a.
public struct ParametricRectifier: GraphOperator {
  public let name = "PRelu"

  public init() {}

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    guard arguments.count == 2, Broadcasting.shape(of: arguments) == arguments[0] else {
      throw GraphError("\(name) of shapes \(arguments.map { "\($0)" }.joined(separator: " and "))")
    }
    return arguments[0]
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    BroadcastPair(arguments.map(\.shape)).combine(arguments) { $0 >= 0 ? $0 : $0 * $1 }
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    BroadcastPair(arguments.map(\.shape)).combine(arguments) { x, slope in
      if x.lowerBound >= 0 { return x }
      let below = (x.lowerBound...min(0, x.upperBound)) * slope
      if x.upperBound < 0 { return below }
      return min(0, below.lowerBound)...max(x.upperBound, below.upperBound)
    }
  }

  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let pair = BroadcastPair(arguments.map(\.range.shape))
    let (x, slopes) = (arguments[0].range, arguments[1].range)
    let sizes = Broadcasting(slopes.shape, to: pair.shape)
      .expand(zip(slopes.lower, slopes.upper).map { max(abs($0), abs($1)) })
    var largest = 0.0
    for index in x.lower.indices {
      if x.upper[index] > 0 || x.lower[index] >= 0 { largest = max(largest, 1) }
      if x.lower[index] < 0 { largest = max(largest, sizes[index]) }
    }
    let lowest = zip(x.lower, x.upper).reduce(0) { max($0, -$1.0) }
    return [
      LipschitzFactor(
        Rational(finite: largest).map(UpperNumber.exact) ?? .infinity, .exact, method: "largest slope"),
      LipschitzFactor(
        pair.second.norm * (Rational(finite: lowest).map(UpperNumber.exact) ?? .infinity), .upper,
        method: "lowest element · √copies"),
    ]
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    let pair = BroadcastPair(arguments.map(\.shape))
    let x = arguments[0].elements
    let slopes = pair.second.expand(arguments[1].elements)
    let changes = tangents[1].map { pair.second.expand($0.elements) }
    return Tensor(
      shape: pair.shape,
      elements: x.indices.map { k in
        let own = tangents[0]?.elements[k] ?? 0
        return x[k] >= 0 ? own : slopes[k] * own + x[k] * (changes?[k] ?? 0)
      })
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let pair = BroadcastPair(arguments.map(\.shape))
    let x = arguments[0].elements
    if argument == 1 {
      return pair.second.sum(zip(x, cotangent.elements).map { $0 >= 0 ? 0 : $0 * $1 })
    }
    let slopes = pair.second.expand(arguments[1].elements)
    return Tensor(
      shape: pair.shape, elements: x.indices.map { (x[$0] >= 0 ? 1 : slopes[$0]) * cotangent.elements[$0] })
  }
}
