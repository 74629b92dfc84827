import ComputationGraphs
import Foundation
import RandomNumbers
import Testing

@Suite struct ScalarFunctionTests {
  static let catalogue: [any ScalarFunction] = [
    Softplus(), Sigmoid(), HyperbolicTangent(), Arctangent(), Softsign(), LeakyRectifier.relu,
    LeakyRectifier.absoluteValue, LeakyRectifier(negativeSlope: 0.1), LeakyRectifier(negativeSlope: 2),
    LeakyRectifier(negativeSlope: -0.5), ExponentialLinearUnit(), ExponentialLinearUnit(alpha: 2.5),
    ExponentialLinearUnit(alpha: 0.3), ScaledExponentialLinearUnit(), GaussianErrorLinearUnit(),
    TanhGaussianErrorLinearUnit(), SigmoidLinearUnit(), Mish(), HardSwish(), ClippedLine.hardTanh,
    ClippedLine.hardSigmoid(), ClippedLine(low: -0.5, high: .infinity), Sine(), Cosine(), Exponential(),
    Square(),
  ]

  @Test("Slopes and values over a range hold what sampling finds, and little more", arguments: 0..<26)
  func ranges(index: Int) {
    let function = Self.catalogue[index]
    var random = SplitMix64(seed: UInt64(index))
    for _ in 0..<60 {
      let low = 12 * random.uniform() - 7
      let high = low + pow(8, 2 * random.uniform() - 1)
      let (slopes, _) = function.slopes(over: low...high)
      let values = function.values(over: low...high)
      var (least, most) = (Double.infinity, -Double.infinity)
      let count = 2000
      var previous = function(low)
      for k in 1...count {
        let x = low + (high - low) * Double(k) / Double(count)
        let y = function(x)
        let quotient = (y - previous) / ((high - low) / Double(count))
        (least, most) = (min(least, quotient), max(most, quotient))
        let room = 1e-9 * (1 + abs(y))
        #expect(values.lowerBound - room <= y && y <= values.upperBound + room, "\(function.name) at \(x)")
        previous = y
      }
      let room = 1e-8 * (1 + max(abs(least), abs(most)))
      #expect(
        slopes.lowerBound <= least + room && most - room <= slopes.upperBound,
        "\(function.name) on \(low)...\(high)")
      // A quotient is a slope between two points: it comes near the extremes where slopes are continuous.
      let slack = 0.02 * (1 + max(abs(slopes.lowerBound), abs(slopes.upperBound)))
      #expect(
        least - slack <= slopes.lowerBound && slopes.upperBound <= most + slack,
        "\(function.name) on \(low)...\(high)")
    }
  }

  @Test(
    "Over all numbers: the known ends",
    arguments: [
      (0, 0, 1, true), (1, 0, 0.25, true), (2, 0, 1, true), (3, 0, 1, true), (4, 0, 1, true), (5, 0, 1, true),
      (6, -1, 1, true), (7, 0.1, 1, true), (8, 1, 2, true), (9, -0.5, 1, true), (10, 0, 1, true),
      (11, 0, 2.5, true),
      (12, 0, 1, true), (13, 0, 1.7580993408473766, false), (14, -0.1289041, 1.1289041, false),
      (15, -0.1289931, 1.1289931, false), (16, -0.0998393, 1.0998393, false),
      (17, -0.1125261, 1.0884982, false),
      (18, -0.5, 1.5, true), (19, 0, 1, true), (20, 0, 0.2, true), (21, 0, 1, true), (22, -1, 1, true),
      (23, -1, 1, true),
    ] as [(Int, Double, Double, Bool)])
  func everywhere(index: Int, low: Double, high: Double, isExact: Bool) {
    let function = Self.catalogue[index]
    let (slopes, exact) = function.slopes(over: -.infinity ... .infinity)
    if isExact {
      #expect(slopes == low...high && exact.high, "\(function.name): \(slopes)")
    } else {
      #expect(
        abs(slopes.lowerBound - low) < 1e-6 && abs(slopes.upperBound - high) < 1e-6,
        "\(function.name): \(slopes)")
      #expect(!exact.high)
    }
  }

  @Test("Values beyond all doubles are not infinite: √(exp x) has a slope there; x² that underflows is not 0")
  func beyondDoubles() throws {
    func bound(_ graph: ComputationGraph, _ low: Double, _ high: Double) throws -> Double {
      try GraphAutoLip(graph, over: TensorRange(shape: [], lower: [low], upper: [high])).constant.value
    }
    let x = ScalarExpression.input
    #expect(try bound(ScalarExpression(SquareRoot(), exp(x)).graph, 800, 900) > 0x1p500)
    #expect(try bound(ScalarExpression(Logarithm(), exp(x)).graph, 800, 900) >= 1)
    #expect(try bound(ScalarExpression(SquareRoot(), square(x)).graph, 1e200, 2e200) >= 1)
    let large = ScalarExpression(0x1p700)
    #expect(try bound(relu(x * x * large * large - 1).graph, 0x1p-690, 0x1p-680) >= 0x1p700)
  }

  @Test("Ranges that end where rounding puts a kink or a turn have the slopes on either side")
  func roundedTurns() {
    // 0.5 / factor lies a little above the double.
    let sigmoid = ClippedLine.hardSigmoid(alpha: Double(Float(0.2)))
    let kink = 2.4999999627470975
    for end in [5, kink.nextUp] {
      #expect(sigmoid.slopes(over: kink...end).range.upperBound == sigmoid.factor)
    }
    #expect(sigmoid.slopes(over: 3...5).range == 0...0)
    #expect(sigmoid.slopes(over: -.infinity ... .infinity).isExact.high)
    #expect(Sine().slopes(over: 1e16...1e16.nextUp).range.upperBound >= 1)
  }

  @Test("SELU with a negative γ falls without end")
  func fallingSELU() {
    let values = ScaledExponentialLinearUnit(alpha: 1, gamma: -1).values(over: -.infinity ... .infinity)
    #expect(values.lowerBound <= -.greatestFiniteMagnitude && values.upperBound >= 1)
  }

  @Test("What has no bound has none")
  func unbounded() {
    for function in [Exponential(), Square()] as [any ScalarFunction] {
      #expect(!function.slopes(over: 0 ... .infinity).range.upperBound.isFinite)
    }
  }
}
