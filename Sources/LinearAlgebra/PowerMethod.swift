import RandomNumbers

/// The power method by application and transpose, as published: an estimate of ‖A‖₂ from below, however often it is iterated.
///
///     for i = 1 … iterations:  v ← Aᵀ A v;  λ ← ‖v‖;  v ← v / λ
///     return √λ
///
/// - Cost: one application and one transpose an iteration.
/// - Reference: Scaman & Virmaux 2018, Algorithm 2.
public struct PowerMethod: Sendable {
  public var iterations: Int
  public var seed: UInt64

  public init(iterations: Int = 500, seed: UInt64 = 0) {
    self.iterations = iterations
    self.seed = seed
  }

  /// ‖A‖₂ from below; 0 where A is zero.
  public func norm(of map: some LinearOperator) -> Double {
    leadingSingularValues(of: map, count: 1)[0]
  }

  /// The largest singular values one after the other, each in the complement of the right vectors before it, to which every iterate is
  /// made orthogonal again: estimates, sorted.
  public func leadingSingularValues(of map: some LinearOperator, count: Int) -> [Double] {
    var random = SplitMix64(seed: seed)
    var basis = RowBasis(length: map.inputCount)
    var values: [Double] = []
    for _ in 0..<count {
      var vector = (0..<map.inputCount).map { _ in random.gaussian() }
      basis.orthogonalize(&vector)
      var value = normalize(&vector) > 0 ? 1.0 : 0
      for _ in 0..<iterations where value > 0 {
        vector = map.applyTransposed(map.apply(vector))
        basis.orthogonalize(&vector)
        value = normalize(&vector)
      }
      basis.append(vector)
      values.append(value.squareRoot())
    }
    return values.sorted(by: >)
  }
}
