import BigInt
import ExactArithmetic
import RandomNumbers
import Testing

@Suite struct RationalTests {
  @Test func lowestTerms() {
    let half = Rational(-6, -12)
    #expect(half.numerator == 1 && half.denominator == 2 && half.description == "1/2")
    #expect(Rational(6, -4) == Rational(-3, 2) && Rational(6, -4).description == "-3/2")
    #expect(Rational(0, -7).denominator == 1 && Rational(10, 5).description == "2")
    #expect(Rational(Dyadic(0.75), Dyadic(-1.5)) == Rational(-1, 2))
    #expect(Rational(-1, 3) < Rational(-1, 4) && Rational(1, 3) < Rational(1, 2))
  }

  /// r² ≤ q < (r⁺)², exactly, r⁺ the next double.
  private func check(_ q: Rational) {
    let root = q.squareRootRoundedDown
    func square(_ x: Double) -> Rational { (Dyadic(x) * Dyadic(x)).fraction }
    #expect(!(q < square(root)), "\(q)")
    #expect(q < square(root.nextUp), "\(q)")
  }

  @Test("The rounded root is the largest double whose square is at most the number, seed 4")
  func roundedRoots() {
    var random = SplitMix64(seed: 4)
    for n in 0...200 { check(Rational(BigInt(n), 1)) }
    for _ in 0..<400 {
      let bits = Int.random(in: 0...180, using: &random)
      let numerator = BigInt(random.next() >> 1) << bits
      check(Rational(numerator, BigInt(random.next() | 1)))
    }
    for value in doubles(seed: 4, count: 200) where abs(value) > 1e-140 && abs(value) < 1e140 {
      let square = Dyadic(value) * Dyadic(value)
      #expect(square.fraction.squareRootRoundedDown == abs(value), "\(value)")
      check((square - Dyadic(mantissa: 1, exponent: square.exponent - 40)).fraction)
      check((square + Dyadic(mantissa: 1, exponent: square.exponent - 40)).fraction)
    }
  }

  @Test("Squares of the smallest and the largest doubles have their roots")
  func extremeRoots() {
    let values = [
      Double.leastNormalMagnitude, 1e-300, 1e-200, 1e200, 1e300, .greatestFiniteMagnitude.nextDown,
    ]
    for value in values {
      #expect((Dyadic(value) * Dyadic(value)).fraction.squareRootRoundedDown == value, "\(value)")
    }
  }

  @Test("The approximation is within two units in the last place, seed 5")
  func approximations() {
    var random = SplitMix64(seed: 5)
    for _ in 0..<500 {
      let q = Rational(BigInt(Int64(bitPattern: random.next())), BigInt(random.next() | 1))
      let x = q.approximation
      let step = x.ulp * 2
      #expect(Rational(x - step) < q && q < Rational(x + step), "\(q)")
    }
  }
}
