import BigInt
public import ExactArithmetic
public import Problems

/// An Ising problem in integers, to be maximised:
///
///     E(s) = Σ_{i<j} c_ij s_i s_j + Σ h_i s_i         value = unit · E, with unit < 0 where the value is minimised
///
/// Coefficients are divided by their greatest common divisor, so all values of E have the same parity.
struct SpinForm<Scalar: FixedWidthInteger & SignedInteger & Sendable>: Sendable {
  struct Neighbour: Sendable {
    let spin: Int
    let coupling: Scalar
  }

  let spins: Int
  /// For each spin its couplings.
  let neighbours: [[Neighbour]]
  let fields: [Scalar]
  let unit: Rational

  /// Couplings and fields.
  var edges: Int { neighbours.reduce(0) { $0 + $1.count } / 2 + fields.count { $0 != 0 } }
  var hasFields: Bool { fields.contains { $0 != 0 } }

  /// Values of E differ by multiples of this. A flip changes E by twice a local field, so it is 4 where all local fields are
  /// even, as on the ±1 torus, and 2 elsewhere.
  let step: Scalar

  /// Nil where Σ |c| + Σ |h| is too large for the type.
  init?(_ ising: Ising) {
    let unit = ising.coefficientUnit
    let signed = ising.sense == .maximize ? unit : -unit
    func integer(_ coefficient: Rational) -> BigInt { (coefficient / signed).numerator }
    let fields = ising.fields.map(integer)
    var total: BigInt = fields.reduce(0) { $0 + abs($1) }
    var lists = [[Neighbour]](repeating: [], count: ising.spins)
    for coupling in ising.couplings {
      let c = integer(coupling.coefficient)
      total += abs(c)
      // Room for sums of four times the total.
      guard total < BigInt(Scalar.max) / 8, let c = Scalar(fitting: c) else { return nil }
      lists[coupling.i].append(Neighbour(spin: coupling.j, coupling: c))
      lists[coupling.j].append(Neighbour(spin: coupling.i, coupling: c))
    }
    let fixed = fields.compactMap { Scalar(fitting: $0) }
    guard total < BigInt(Scalar.max) / 8, fixed.count == fields.count else { return nil }
    self.init(spins: ising.spins, neighbours: lists, fields: fixed, unit: signed)
  }

  /// - Parameter step: what is known of the differences of values: 2 or a larger power of two.
  init(spins: Int, neighbours: [[Neighbour]], fields: [Scalar], unit: Rational, step: Scalar = 2) {
    self.spins = spins
    self.neighbours = neighbours
    self.fields = fields
    self.unit = unit
    let isOdd = { (i: Int) in neighbours[i].reduce(fields[i]) { $0 ^ $1.coupling } & 1 == 1 }
    self.step = max(step, (0..<spins).contains(where: isOdd) ? 2 : 4)
  }

  func energy(_ s: [Int8]) -> Scalar {
    let local = localFields(s)
    // Every coupling is counted at both its ends, every field once in `local`.
    return (0..<spins).reduce(Scalar(0)) { $0 + Scalar(s[$1]) * (local[$1] + fields[$1]) } / 2
  }

  /// The local fields Σⱼ c_ij sⱼ + h_i: flipping spin i changes E by -2 s_i times its own.
  func localFields(_ s: [Int8]) -> [Scalar] {
    (0..<spins).map { i in
      neighbours[i].reduce(into: fields[i]) { $0 += $1.coupling * Scalar(s[$1.spin]) }
    }
  }

  /// The largest number up to `bound` that differs from the values of E by a multiple of the step.
  func roundedDown(_ bound: Scalar) -> Scalar {
    let rest = (bound - energy([Int8](repeating: 1, count: spins))) % step
    return bound - (rest < 0 ? rest + step : rest)
  }

  /// The same of a bound of any size: E lies between -Σ and Σ of all magnitudes.
  func roundedDown(clamping bound: Int128) -> Scalar {
    let total = absoluteSum
    return roundedDown(min(total, max(-total, Scalar(clamping: bound))))
  }

  /// The spin with the heaviest couplings: fixed first where there are no fields.
  var heaviestSpin: Int {
    let weights = neighbours.map { $0.reduce(Scalar(0)) { $0 + abs($1.coupling) } }
    return weights.indices.max { weights[$0] < weights[$1] } ?? 0
  }

  /// An upper bound on E that needs no search: Σ |c| + Σ |h|.
  var absoluteSum: Scalar {
    fields.reduce(0) { $0 + abs($1) }
      + neighbours.reduce(0) { $0 + $1.reduce(0) { $0 + abs($1.coupling) } } / 2
  }
}

extension Ising {
  /// The greatest common divisor of all couplings and fields; 1 where there are none.
  public var coefficientUnit: Rational {
    let all = couplings.map(\.coefficient) + fields.filter { !$0.isZero }
    guard let first = all.first else { return 1 }
    var numerator = BigInt(first.numerator.magnitude)
    var denominator = first.denominator
    for coefficient in all.dropFirst() {
      // gcd(a/b, c/d) = gcd(ad, cb) / (bd), in lowest terms.
      let divisor = Rational(
        (numerator * coefficient.denominator).greatestCommonDivisor(
          with: coefficient.numerator * denominator),
        denominator * coefficient.denominator)
      (numerator, denominator) = (divisor.numerator, divisor.denominator)
    }
    return Rational(numerator, denominator)
  }

  /// Two values of this problem differ by an integer multiple of this: every flip changes the value by twice a sum of
  /// coefficients.
  public var valueStep: Rational { Rational(2) * coefficientUnit }
}
