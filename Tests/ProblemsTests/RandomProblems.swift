import BigInt
import ExactArithmetic
import Problems
import RandomNumbers

/// The coefficients that a format can hold.
enum Coefficients: CaseIterable {
  case integers
  /// Integers and doubles with a fraction.
  case dyadic
  /// Any fraction, and integers of 30 digits.
  case rational

  func next(_ generator: inout SplitMix64) -> Rational {
    let small = Int.random(in: -50...50, using: &generator)
    switch self {
    case .integers: return Rational(small)
    case .dyadic:
      return Bool.random(using: &generator) ? Rational(small) : Rational(generator.gaussian() * 1e-3)
    case .rational:
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: return Rational(BigInt(small) * BigInt(10).power(29) + 1)
      case 1: return Rational(BigInt(small), BigInt(Int.random(in: 1...40, using: &generator)))
      default: return Rational(generator.gaussian() * 1e-3)
      }
    }
  }
}

/// Seeded problems of every kind, some without variables or entries.
struct RandomProblems {
  private var generator: SplitMix64
  private let coefficients: Coefficients

  init(seed: UInt64, _ coefficients: Coefficients) {
    generator = SplitMix64(seed: seed)
    self.coefficients = coefficients
  }

  mutating func number() -> Rational { coefficients.next(&generator) }

  mutating func vector(_ count: Int) -> [Rational] { (0..<count).map { _ in number() } }

  mutating func matrix(_ rows: Int, _ columns: Int) -> RationalMatrix {
    RationalMatrix(rows: rows, columns: columns, elements: vector(rows * columns))
  }

  mutating func size(from least: Int = 0) -> Int { Int.random(in: least...7, using: &generator) }

  mutating func sense() -> Sense { Bool.random(using: &generator) ? .minimize : .maximize }

  mutating func pairs(_ n: Int) -> [PairTerm] {
    var terms: [PairTerm] = []
    for i in 0..<n {
      for j in 0..<i where Bool.random(using: &generator) { terms.append(PairTerm(i, j, number())) }
    }
    return terms
  }

  mutating func maxCut() -> MaxCut {
    let n = size()
    return MaxCut(vertices: n, edges: pairs(n))
  }

  mutating func ising() -> Ising {
    let n = size()
    let fields = Bool.random(using: &generator) ? vector(n) : nil
    return Ising(spins: n, couplings: pairs(n), fields: fields, sense: sense())
  }

  mutating func qubo(_ sense: Sense) -> QUBO {
    let n = size()
    return QUBO(bits: n, products: pairs(n), linear: vector(n), sense: sense)
  }

  /// H is a Gram matrix.
  mutating func qcmh() throws -> QCMH {
    let n = size()
    let factor = matrix(n, n)
    return try QCMH(factor * factor.transposed(), linear: Bool.random(using: &generator) ? vector(n) : nil)
  }

  mutating func lipCST() -> LipCST {
    let units = size(from: 1)
    return LipCST(inner: matrix(units, size(from: 1)), outer: matrix(size(from: 1), units))
  }

  mutating func every() throws -> [any Problem] {
    [
      maxCut(), ising(), qubo(sense()), Partition(numbers: vector(size())), try qcmh(), lipCST(),
    ]
  }
}

/// Whether two problems are of one kind and equal.
func areEqual(_ a: any Problem, _ b: any Problem) -> Bool {
  func isEqual<A: Problem>(_ a: A) -> Bool { (b as? A) == a }
  return isEqual(a)
}
