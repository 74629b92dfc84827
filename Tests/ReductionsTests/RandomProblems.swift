import BigInt
import ExactArithmetic
import Problems
import RandomNumbers

/// Small random problems of every kind, with integers, fractions and dyadic doubles.
enum RandomProblems {
  static func number(_ random: inout SplitMix64, _ seed: UInt64) -> Rational {
    let integer = BigInt(Int.random(in: -6...6, using: &random))
    switch seed % 3 {
    case 0: return Rational(integer)
    case 1: return Rational(integer, BigInt(Int.random(in: 1...5, using: &random)))
    default: return Rational(Double.random(in: -2...2, using: &random))
    }
  }

  static func pairs(_ n: Int, _ seed: UInt64, _ random: inout SplitMix64, nonnegative: Bool = false)
    -> [PairTerm]
  {
    var terms: [PairTerm] = []
    for i in 0..<n {
      for j in i + 1..<n where Int.random(in: 0..<3, using: &random) > 0 {
        let value = number(&random, seed)
        terms.append(PairTerm(i, j, nonnegative ? value.magnitude : value))
      }
    }
    return terms
  }

  /// A problem of this kind with one to six variables. `nonnegative` where the reductions from it need that.
  static func problem(_ kind: ProblemKind, seed: UInt64) -> any Problem {
    var random = SplitMix64(seed: seed)
    let n = Int.random(in: 1...6, using: &random)
    let sense: Sense = Bool.random(using: &random) ? .minimize : .maximize
    func vector() -> [Rational] { (0..<n).map { _ in number(&random, seed) } }
    switch kind {
    case .maxCut: return MaxCut(vertices: n, edges: pairs(n, seed, &random, nonnegative: seed % 2 == 0))
    case .ising:
      let couplings = pairs(n, seed, &random)
      return Ising(spins: n, couplings: couplings, fields: seed % 2 == 0 ? nil : vector(), sense: sense)
    case .qubo:
      let products = pairs(n, seed, &random)
      return QUBO(bits: n, products: products, linear: vector(), sense: sense)
    case .partition: return Partition(numbers: vector())
    case .qcmh:
      let rank = Int.random(in: 0...n, using: &random)
      let factor = RationalMatrix(rows: n, columns: rank) { _, _ in number(&random, seed) }
      let linear = seed % 4 < 2 ? nil : vector()
      guard let problem = try? QCMH(factor * factor.transposed(), linear: linear) else {
        preconditionFailure("a Gram matrix is semidefinite")
      }
      return problem
    case .lipCST:
      let inputs = Int.random(in: 1...4, using: &random)
      let inner = RationalMatrix(rows: n, columns: inputs) { _, _ in number(&random, seed) }
      return LipCST(
        inner: inner, outer: RationalMatrix(rows: 1, columns: n) { _, _ in number(&random, seed).magnitude })
    case .milp:
      preconditionFailure("no reduction starts from a milp")
    }
  }
}
