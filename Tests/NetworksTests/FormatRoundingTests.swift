import Networks
import Testing

@Suite struct FormatRoundingTests {
  @Test func exactResultsDoNotCount() {
    var rounding = FormatRounding()
    #expect(rounding.add(1, 0x1p-52) == 1.0.nextUp)
    #expect(rounding.multiply(0.1, 4) == 0.4)
    #expect(rounding.divide(0.75, 3) == 0.25)
    #expect(rounding.divide(0, 3) == 0)
    // The partial sums round but the sum is a double.
    #expect(rounding.dot([1, 0x1p60, 1, -0x1p60], [1, 1, 1, 1]) == 2)
    #expect(!rounding.hasRounded)
  }

  @Test(arguments: 0..<4)
  func roundedResultsCount(operation: Int) {
    var rounding = FormatRounding()
    switch operation {
    case 0: _ = rounding.add(1, 0x1p-60)
    case 1: _ = rounding.multiply(0.1, 0.1)
    case 2: _ = rounding.divide(1, 3)
    default: _ = rounding.dot([1, 1], [1, 0x1p-60])
    }
    #expect(rounding.hasRounded)
  }
}
