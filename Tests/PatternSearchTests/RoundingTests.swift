import ExactArithmetic
import LinearAlgebra
import PatternSearch
import Testing

/// Networks where double precision sees other signs than there are, and cells too thin to meet by chance.
@Suite struct RoundingTests {
  private func problem(
    _ weights: [[[Double]]], biases: [[Double]], lower: [Double], upper: [Double]
  ) -> PatternProblem {
    PatternProblem(
      weights: weights.map { Matrix($0) }, biases: biases, slopes: weights.dropLast().map { _ in .relu },
      patterns: .attainable(.box(lower: lower, upper: upper)))
  }

  @Test("The steepest piece is 2⁻²⁰ wide", arguments: Engine.forAttainable)
  func thinPiece(engine: Engine) throws {
    // ρ(x - ½) - ρ(x - ½ - 2⁻²⁰) climbs between the kinks only.
    let thin = problem(
      [[[1], [1]], [[1, -1]]], biases: [[-0.5, -0.5 - 0x1p-20]], lower: [-1], upper: [1])
    let found = try thin.solve(SearchSettings(engine: engine)).enclosure
    #expect(found.witness?.ratioSquared == Rational(1.0))
    #expect(found.upper < 1.000_01)
  }

  @Test("The steepest piece is 2⁻⁵⁰ wide", arguments: Engine.forAttainable)
  func thinnestPiece(engine: Engine) throws {
    let thin = problem(
      [[[1], [1]], [[1, -1]]], biases: [[-0.5, -0.5 - 0x1p-50]], lower: [-1], upper: [1])
    let found = try thin.solve(SearchSettings(engine: engine)).enclosure
    #expect(found.upper >= 1)
  }

  @Test(
    "A second-layer unit that is constant at -0.9e-9 is off, and a later weight of ±1e9 does not wake it",
    arguments: Engine.forAttainable, [1e9, -1e9])
  func barelyOff(engine: Engine, weight: Double) throws {
    // Layer 1: the kinks x - ½ and x - ½ - 2⁻²⁰. Layer 2: a bump that climbs between them, and a constant just below
    // zero. Layer 3: ½ + bump/10 + weight · ρ(constant) = ½ + bump/10 is positive: slope 1/10 in the thin piece.
    let barely = problem(
      [[[1], [1]], [[0.1, -0.1], [0, 0]], [[1, weight]], [[1]]],
      biases: [[-0.5, -0.5 - 0x1p-20], [0, -0.9e-9], [0.5]], lower: [-1], upper: [1])
    let found = try barely.solve(SearchSettings(engine: engine)).enclosure
    #expect(found.upper >= 0.0999)
  }

  @Test(
    "A second-layer form whose terms cancel in double precision is on, not off",
    arguments: Engine.forAttainable)
  func cancelledForm(engine: Engine) throws {
    // Layer 1: ρ(0.1 x), ρ(0.3 x), and a bump's two kinks. As stored, 3·0.1 - 0.3 = 2⁻⁵⁵ > 0, so
    // 3e17·0.1 x - 1e17·0.3 x - 1 ≥ 1.7 on [1, 2]; in double precision the terms cancel and leave -1.
    let cancelled = problem(
      [[[0.1], [0.3], [1], [1]], [[3e17, -1e17, 0.1, -0.1]], [[1]]],
      biases: [[0, 0, -1.5, -1.5 - 0x1p-20], [-1]], lower: [1], upper: [2])
    let found = try cancelled.solve(SearchSettings(engine: engine)).enclosure
    #expect(found.upper >= 2.775 + 0.0999)
    #expect(found.lower <= found.upper)
  }

  @Test(
    "A Jacobian whose terms cancel in double precision is not zero", arguments: Engine.forAttainable)
  func cancelledJacobian(engine: Engine) throws {
    let cancelled = problem(
      [[[0.1], [0.3]], [[3e17, -1e17]]], biases: [[0, 0]], lower: [1], upper: [2])
    let found = try cancelled.solve(SearchSettings(engine: engine)).enclosure
    // 3e17·0.1 - 1e17·0.3 = 1e17·2⁻⁵⁵ = 2.7755…
    #expect(found.upper >= 2.775)
  }

  @Test("Weights near the ends of the exponent range", arguments: [0x1p-500, 0x1p-300, 0x1p300, 0x1p500])
  func extremeScales(scale: Double) throws {
    for engine in Engine.forAttainable {
      let scaled = problem(
        [[[scale, 0], [0, -scale]], [[1, 1]]], biases: [[scale, scale]], lower: [-2, -2], upper: [2, 2])
      let found = try scaled.solve(SearchSettings(engine: engine)).enclosure
      let truth = 2.0.squareRoot() * scale
      #expect(found.lower <= truth.nextUp && found.upper >= truth.nextDown, "\(engine)")
      #expect(found.relativeGap <= 1e-6, "\(engine)")
    }
  }
}
