import BigInt
import ExactArithmetic
import Testing

@Suite struct FixedWidthTests {
  @Test("Big integers of every length and sign fit a fixed width exactly or not at all")
  func fitting() {
    for bits in 0...130 {
      for offset in -2...2 {
        for sign in [1, -1] {
          let value = (BigInt(1) << bits + BigInt(offset)) * BigInt(sign)
          check(value, as: Int.self)
          check(value, as: Int128.self)
        }
      }
    }
    #expect(Int128(fitting: -(BigInt(1) << 100)) == -(1 << 100))
    #expect(Int128(fitting: BigInt(Int128.min)) == .min && Int(fitting: BigInt(Int.min)) == .min)
    #expect(Int128(fitting: BigInt(Int128.min) - 1) == nil && Int(fitting: BigInt(Int.max) + 1) == nil)
  }

  private func check<T: FixedWidthInteger & SignedInteger>(_ value: BigInt, as type: T.Type) {
    let fits = value >= -(BigInt(1) << (T.bitWidth - 1)) && value < BigInt(1) << (T.bitWidth - 1)
    let fixed = T(fitting: value)
    #expect((fixed != nil) == fits, "\(value)")
    // Decimal text shares no code with the conversion.
    if let fixed { #expect(String(fixed) == String(value) && BigInt(fixed) == value, "\(value)") }
  }
}
