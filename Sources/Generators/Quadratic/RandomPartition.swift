import ExactArithmetic
public import Networks
import Problems
import RandomNumbers

/// Number partitioning with numbers uniform in 1…2^b. With κ = b/n below about 1 there are exponentially many
/// perfect partitions (difference 0 or 1), above it none: the phase transition, near which instances are hardest.
public struct RandomPartition: InstanceFamily {
  public static let name = "partition"
  public static let kind = InstanceKind.problem(.partition)
  public static let summary =
    "number partitioning, numbers uniform in 1…2^bits; phase transition near bits = n"
  public static let reference =
    "Mertens, Phase transition in the number partitioning problem, 1998; "
    + "Borgs, Chayes, Pittel, Phase transition and finite-size scaling for the integer partitioning problem, 2001"
  private static let bitLimit = 10_000
  public static let parameters: [FamilyParameter] = [
    .count("numbers", 1...10_000, default: 20),
    FamilyParameter(
      "bits", "the numbers are at most 2^bits; 0 for bits = kappa·n", .integer(0...bitLimit), default: "0"),
    FamilyParameter("kappa", "bits a number, bits/n; used where bits is 0", .real(0...10), default: "1.0"),
  ]

  private let n: Int
  private let bits: Int

  public init(_ values: ParameterValues) throws(InputError) {
    n = values.integer("n")
    let bits = values.integer("bits")
    let derived = max(1, Int((values.real("kappa") * Double(n)).rounded()))
    self.bits = bits > 0 ? bits : derived
    guard self.bits <= Self.bitLimit else {
      throw InputError(
        "kappa·n = \(derived) bits a number",
        remedy: "at most \(Self.bitLimit) bits; take a smaller kappa or n")
    }
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    let numbers = (0..<n).map { _ in Rational(random.positiveInteger(bits: bits)) }
    return .problem(ProblemInstance(name: Self.name, problem: Partition(numbers: numbers)))
  }
}
