import BigInt
import ExactArithmetic
import RandomNumbers
import Testing

/// Doubles of every size and sign, special ones first.
func doubles(seed: UInt64, count: Int) -> [Double] {
  var random = SplitMix64(seed: seed)
  let special = [
    0, -0.0, 1, -1, 3, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
    Double.leastNormalMagnitude.nextDown, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0.1, 1.nextUp,
    1.nextDown,
    0x1p52, 0x1p53, 0x1.fffffffffffffp53, 0x1p63, -0x1p63, 0x1p64, .ulpOfOne, .pi,
  ]
  var result = special
  while result.count < count {
    let value = Double(bitPattern: random.next())
    if value.isFinite { result.append(value) }
  }
  return result
}

@Suite struct DyadicTests {
  @Test("Every finite double is a dyadic number and comes back, seed 1")
  func roundTrip() {
    for value in doubles(seed: 1, count: 3000) {
      let exact = Dyadic(value)
      #expect(exact.truncated == value, "\(value)")
      #expect(exact.signum == (value > 0 ? 1 : value < 0 ? -1 : 0), "\(value)")
      #expect(exact.isZero == (value == 0), "\(value)")
      #expect(exact.fraction.approximation == value, "\(value)")
    }
  }

  @Test("Sums, differences, products and order are those of the fractions, seed 2")
  func arithmetic() {
    let values = doubles(seed: 2, count: 60)
    for x in values {
      for y in values {
        let (a, b) = (Dyadic(x), Dyadic(y))
        let (p, q) = (Rational(x), Rational(y))
        let common = p.denominator * q.denominator
        let left = p.numerator * q.denominator
        let right = q.numerator * p.denominator
        #expect((a + b).fraction == Rational(left + right, common), "\(x) + \(y)")
        #expect((a - b).fraction == Rational(left - right, common), "\(x) - \(y)")
        #expect((a * b).fraction == Rational(p.numerator * q.numerator, common), "\(x) · \(y)")
        #expect((a < b) == (x < y) && (a == b) == (x == y), "\(x) < \(y)")
        #expect((p < q) == (x < y) && (p == q) == (x == y), "\(x) < \(y)")
      }
    }
  }

  @Test("Truncation takes the nearest double towards zero, seed 3")
  func truncation() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<500 {
      let mantissa = BigInt(random.next()) * BigInt(random.next()) * (random.next() & 1 == 0 ? 1 : -1)
      let exact = Dyadic(mantissa: mantissa, exponent: Int.random(in: -600...600, using: &random))
      let value = exact.truncated
      let (near, far) = value < 0 ? (exact, Dyadic(value.nextDown)) : (Dyadic(value), exact)
      if value < 0 {
        #expect(near <= Dyadic(value) && far < exact)
      } else {
        #expect(near <= far && exact < Dyadic(value.nextUp))
      }
    }
  }

  @Test func equalNumbersWithOtherExponents() {
    #expect(Dyadic(mantissa: 12, exponent: 0) == Dyadic(mantissa: 3, exponent: 2))
    #expect(Dyadic(mantissa: 0, exponent: 900) == Dyadic.zero)
    #expect(Dyadic(mantissa: 3, exponent: 2).scaled(to: -1) == 24)
  }
}
