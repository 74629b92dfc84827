/// Double arithmetic that notices whether any result differs from the exact one.
///
/// The error terms come from fused multiply-add and from Knuth's two-sum. Results so small that an error term
/// could underflow count as rounded.
package struct FormatRounding: Sendable {
  /// True once some result was not exact.
  package private(set) var hasRounded = false

  package init() {}

  package mutating func add(_ a: Double, _ b: Double) -> Double {
    let (sum, error) = Self.twoSum(a, b)
    if error != 0 { hasRounded = true }
    return sum
  }

  package mutating func multiply(_ a: Double, _ b: Double) -> Double {
    let product = a * b
    if a != 0, b != 0, Self.multiplicationError(a, b, product) != 0 || Self.isTiny(product) {
      hasRounded = true
    }
    return product
  }

  package mutating func divide(_ a: Double, _ b: Double) -> Double {
    let quotient = a / b
    if a != 0, a.addingProduct(-quotient, b) != 0 || Self.isTiny(a) || Self.isTiny(quotient) {
      hasRounded = true
    }
    return quotient
  }

  /// Σ a_i b_i, summed in twice the working precision.
  package mutating func dot(_ a: some Sequence<Double>, _ b: some Sequence<Double>) -> Double {
    var sum = 0.0
    var correction = 0.0
    var isExact = true
    for (x, y) in zip(a, b) where x != 0 && y != 0 {
      isExact = Self.accumulate(x, y, &sum, &correction) && isExact
    }
    return total(sum, correction, isExact: isExact)
  }

  /// Adds x · y, neither of them zero, to a sum that is kept in twice the working precision.
  ///
  /// - Returns: Whether nothing was lost.
  static func accumulate(_ x: Double, _ y: Double, _ sum: inout Double, _ correction: inout Double) -> Bool {
    let product = x * y
    let (next, sumError) = twoSum(sum, product)
    sum = next
    let error = twoSum(multiplicationError(x, y, product), sumError)
    let total = twoSum(correction, error.sum)
    correction = total.sum
    return error.error == 0 && total.error == 0 && (!isTiny(product) || x.magnitude == 1 || y.magnitude == 1)
  }

  /// The double nearest to such a sum; `isExact` says whether nothing was lost before.
  mutating func total(_ sum: Double, _ correction: Double, isExact: Bool) -> Double {
    let (result, lost) = Self.twoSum(sum, correction)
    if lost != 0 || !isExact { hasRounded = true }
    return result
  }

  private static func twoSum(_ a: Double, _ b: Double) -> (sum: Double, error: Double) {
    let sum = a + b
    let bPart = sum - a
    return (sum, (a - (sum - bPart)) + (b - bPart))
  }

  private static func multiplicationError(_ a: Double, _ b: Double, _ product: Double) -> Double {
    (-product).addingProduct(a, b)
  }

  private static func isTiny(_ value: Double) -> Bool { value.magnitude < 0x1p-960 }
}
