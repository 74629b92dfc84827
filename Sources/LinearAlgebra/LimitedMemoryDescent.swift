/// Minimises smooth convex functions by L-BFGS with halved steps.
///
/// - Cost: O(memory · n) and one or a few evaluations an iteration.
/// - Reference: Liu & Nocedal, On the limited memory BFGS method, 1989.
public struct LimitedMemoryDescent: Sendable {
  /// Pairs of steps and changes of the gradient that are kept.
  public var memory = 12
  public var iterations = 100
  /// Ends where a step is expected to gain less than this.
  public var tolerance = 1e-10

  public init() {}

  /// The best point found from `start`; `function` gives value and gradient.
  public func minimize(
    from start: [Double], shouldStop: () -> Bool = { false },
    _ function: ([Double]) throws -> (value: Double, gradient: [Double])
  ) rethrows -> [Double] {
    var x = start
    var (value, gradient) = try function(x)
    var pairs: [(step: [Double], change: [Double], curvature: Double)] = []
    for _ in 0..<iterations where !shouldStop() {
      var direction = Self.direction(gradient, pairs)
      var slope = dot(direction[...], gradient[...])
      if !(slope < 0) {
        pairs = []
        direction = gradient.map { -$0 }
        slope = dot(direction[...], gradient[...])
      }
      guard -slope > tolerance else { break }
      var length = pairs.isEmpty ? min(1, 1 / norm(gradient)) : 1
      var next = x
      var (nextValue, nextGradient) = (Double.infinity, gradient)
      for _ in 0..<30 {
        next = zip(x, direction).map { $0 + length * $1 }
        (nextValue, nextGradient) = try function(next)
        if nextValue <= value + 1e-4 * length * slope || shouldStop() { break }
        length /= 2
      }
      guard nextValue < value else { break }
      let step = zip(next, x).map { $0 - $1 }
      let change = zip(nextGradient, gradient).map { $0 - $1 }
      let curvature = dot(step[...], change[...])
      if curvature > 1e-14 * norm(step) * norm(change) {
        pairs.append((step, change, curvature))
        if pairs.count > memory { pairs.removeFirst() }
      }
      (x, value, gradient) = (next, nextValue, nextGradient)
    }
    return x
  }

  /// The two loops: minus the approximate inverse Hessian times the gradient.
  private static func direction(
    _ gradient: [Double], _ pairs: [(step: [Double], change: [Double], curvature: Double)]
  ) -> [Double] {
    var result = gradient.map { -$0 }
    var factors: [Double] = []
    for pair in pairs.reversed() {
      let factor = dot(pair.step[...], result[...]) / pair.curvature
      factors.append(factor)
      for i in result.indices { result[i] -= factor * pair.change[i] }
    }
    if let last = pairs.last {
      let scale = last.curvature / dot(last.change[...], last.change[...])
      for i in result.indices { result[i] *= scale }
    }
    for (pair, factor) in zip(pairs, factors.reversed()) {
      let correction = factor - dot(pair.change[...], result[...]) / pair.curvature
      for i in result.indices { result[i] += correction * pair.step[i] }
    }
    return result
  }
}
