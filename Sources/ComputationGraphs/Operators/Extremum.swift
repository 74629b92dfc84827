import ExactArithmetic

/// The largest of its arguments, or the smallest, element by element, broadcast.
///
/// |max(a, b) - max(a', b')| ≤ max(|a - a'|, |b - b'|): the arguments' constants add up by squares.
public struct Extremum: GraphOperator {
  public let isMinimum: Bool
  public var name: String { isMinimum ? "Min" : "Max" }
  public var combination: Combination { .rootOfSquares }

  public init(isMinimum: Bool = false) { self.isMinimum = isMinimum }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    guard !arguments.isEmpty, let shape = Broadcasting.shape(of: arguments) else {
      throw GraphError("\(name) of shapes \(arguments.map { "\($0)" }.joined(separator: " and "))")
    }
    return shape
  }

  private func sides(_ shapes: [[Int]]) -> [Broadcasting] {
    let shape = acceptedShape(shapes)
    return shapes.map { Broadcasting($0, to: shape) }
  }

  private func extreme(_ parts: [[Double]], _ shapes: [[Int]]) -> [Double] {
    let all = zip(sides(shapes), parts).map { $0.expand($1) }
    return all.dropFirst().reduce(all[0]) { best, next in
      zip(best, next).map { isMinimum ? min($0, $1) : max($0, $1) }
    }
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    let shapes = arguments.map(\.shape)
    return Tensor(shape: acceptedShape(shapes), elements: extreme(arguments.map(\.elements), shapes))
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    let shapes = arguments.map(\.shape)
    return TensorRange(
      shape: acceptedShape(shapes), lower: extreme(arguments.map(\.lower), shapes),
      upper: extreme(arguments.map(\.upper), shapes))
  }

  /// √copies of an element, where it can be the extreme.
  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let shapes = arguments.map(\.range.shape)
    let sides = sides(shapes)
    let near = arguments.map { isMinimum ? $0.range.upper.map(-) : $0.range.lower }
    let far = arguments.map { isMinimum ? $0.range.lower.map(-) : $0.range.upper }
    let least = Extremum().extreme(near, shapes)
    return zip(sides, arguments.indices).map { side, argument in
      var wins = [Int](repeating: 0, count: far[argument].count)
      for (index, bar) in zip(side.indices, least) where far[argument][index] >= bar { wins[index] += 1 }
      let isFree = (arguments[argument].range.lower + arguments[argument].range.upper).allSatisfy(
        \.isInfinite)
      return LipschitzFactor(
        .squareRoot(wins.max() ?? 0), isFree ? .exact : .upper, method: "√copies that may be the extreme")
    }
  }

  /// Which argument has each element, the first of equals.
  private func winners(_ arguments: [Tensor], _ value: Tensor) -> [Int] {
    let all = zip(sides(arguments.map(\.shape)), arguments).map { $0.expand($1.elements) }
    return value.elements.indices.map { index in
      all.firstIndex { $0[index] == value.elements[index] } ?? 0
    }
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    let winners = winners(arguments, forward(arguments))
    let sides = sides(arguments.map(\.shape))
    let parts = zip(sides, tangents).map { side, tangent in tangent.map { side.expand($0.elements) } }
    return Tensor(
      shape: acceptedShape(arguments.map(\.shape)),
      elements: winners.enumerated().map { index, argument in parts[argument]?[index] ?? 0 })
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let winners = winners(arguments, value)
    return sides(arguments.map(\.shape))[argument].sum(
      zip(winners, cotangent.elements).map { $0 == argument ? $1 : 0 })
  }
}
