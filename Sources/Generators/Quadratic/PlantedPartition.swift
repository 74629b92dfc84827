import BigInt
import ExactArithmetic
public import Networks
import Problems
import RandomNumbers

/// Number partitioning with a perfect partition built in: Σ t_i a_i = 0 for planted signs t.
///
/// Numbers uniform in 1…2^b and random signs are drawn until one number can absorb the difference of the two heaps
/// and stay in range; which one is random. Minimum 0, at t.
public struct PlantedPartition: InstanceFamily {
  public static let name = "partition-planted"
  public static let kind = InstanceKind.problem(.partition)
  public static let summary = "number partitioning with a perfect partition built in; minimum 0"
  public static let reference =
    "Karp, Reducibility among combinatorial problems, 1972 (the problem); optimum by construction"
  public static let parameters: [FamilyParameter] = [
    .count("numbers", 2...10_000, default: 20),
    FamilyParameter("bits", "the numbers are at most 2^bits", .integer(1...10_000), default: "20"),
  ]

  private let n: Int
  private let bits: Int

  public init(_ values: ParameterValues) throws(InputError) {
    n = values.integer("n")
    bits = values.integer("bits")
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    while true {
      if let instance = attempt(&random) { return instance }
    }
  }

  private func attempt(_ random: inout SplitMix64) -> GeneratedInstance? {
    let signs = random.signs(n)
    var numbers = signs.map { _ in random.positiveInteger(bits: bits) }
    let difference = zip(numbers, signs).reduce(BigInt(0)) { $0 + $1.0 * BigInt($1.1) }
    let largest = BigInt(1) << bits
    func absorbed(_ i: Int) -> BigInt { numbers[i] - BigInt(signs[i]) * difference }
    let able = numbers.indices.filter { absorbed($0) >= 1 && absorbed($0) <= largest }
    guard !able.isEmpty else { return nil }
    let chosen = able[random.integer(below: able.count)]
    numbers[chosen] = absorbed(chosen)
    let optimum = PlantedOptimum(
      value: 0, solution: signs, proof: "the two heaps are equal, and no absolute value is below 0")
    return .problem(
      ProblemInstance(
        name: Self.name, problem: Partition(numbers: numbers.map { Rational($0) }), planted: optimum))
  }
}
