public import ExactArithmetic

/// Number partitioning: split numbers in two heaps whose sums are as equal as can be.
///
///     value(s) = |Σ a_i s_i|, minimised         s in {-1,1}ⁿ
///
/// Karp's problem PARTITION asks whether the minimum is 0.
public struct Partition: Problem {
  public static let kind = ProblemKind.partition
  public static let alphabet = Alphabet.spins

  public let numbers: [Rational]

  public init(numbers: [Rational]) { self.numbers = numbers }

  public var sense: Sense { .minimize }
  public var size: ProblemSize { ProblemSize(variables: numbers.count, terms: numbers.count) }

  public func value(of spins: [Int]) -> Rational? {
    precondition(spins.count == numbers.count)
    return numbers.value(of: spins).magnitude
  }
}
