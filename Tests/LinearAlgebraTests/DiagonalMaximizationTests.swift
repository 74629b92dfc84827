import LinearAlgebra
import RandomNumbers
import Testing

/// max over vertices σ of ‖A diag(σ) B‖, looked for by ascent and flips.
@Suite struct DiagonalMaximizationTests {
  private func gaussian(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> Matrix {
    Matrix(rows: rows, columns: columns) { _, _ in random.gaussian() }
  }

  private func norm(_ outer: Matrix, _ sigma: [Double], _ inner: Matrix) throws -> Double {
    try (outer * inner.scalingRows(by: sigma)).spectralNorm()
  }

  private func bruteForce(_ outer: Matrix, _ inner: Matrix, _ low: Double, _ high: Double) throws -> Double {
    try (0..<1 << inner.rows).reduce(0.0) { best, bits in
      max(best, try norm(outer, (0..<inner.rows).map { bits >> $0 & 1 == 1 ? high : low }, inner))
    }
  }

  @Test(
    "Small random pairs: at the maximum in all but few cases, never above",
    arguments: [(0.0, 1.0), (-0.5, 1), (0.2, 3)])
  func smallPairs(low: Double, high: Double) throws {
    var random = SplitMix64(seed: 5)
    var missed = 0
    for _ in 0..<40 {
      let size = Int.random(in: 1...9, using: &random)
      let outer = gaussian(Int.random(in: 1...5, using: &random), size, &random)
      let inner = gaussian(size, Int.random(in: 1...12, using: &random), &random)
      let found = try DiagonalMaximization(outer: outer, inner: inner, lower: low, upper: high)
        .maximum(using: &random)
      let best = try bruteForce(outer, inner, low, high)
      #expect(found.value <= best * (1 + 1e-12))
      #expect(found.sigma.allSatisfy { $0 == low || $0 == high })
      #expect(abs(try norm(outer, found.sigma, inner) - found.value) <= 1e-12 * best)
      if found.value < best * (1 - 1e-9) { missed += 1 }
    }
    #expect(missed <= 1, "missed \(missed) of 40")
  }

  @Test func pairsOnWhichFlipsFromAllOnesStop() throws {
    let ones = [Double](repeating: 1, count: 21)
    for (outer, inner, maximum) in [
      (
        Matrix([[1.9] + [Double](repeating: -0.05, count: 20)]), Matrix(rows: 21, columns: 1, elements: ones),
        1.9
      ),
      (Matrix([[2, 2, -2], [-1, -3, 1]]), Matrix([[1, -1], [-2, 1], [-1, 1]]), 65.0.squareRoot()),
      (Matrix([[3, 1, 0, 1]]), Matrix([[-1, -3], [2, 2], [-1, 0], [3, 3]]), 90.0.squareRoot()),
      (Matrix([[-3, 2, 2]]), Matrix([[0, -2], [0, -1], [0, -1]]), 6),
    ] {
      var random = SplitMix64(seed: 0)
      let found = try DiagonalMaximization(outer: outer, inner: inner).maximum(using: &random)
      #expect(abs(found.value - maximum) < 1e-12 * maximum)
    }
  }

  @Test func edges() throws {
    var random = SplitMix64(seed: 0)
    func value(_ outer: Matrix, _ inner: Matrix, _ lower: Double = 0, _ upper: Double = 1) throws -> Double {
      try DiagonalMaximization(outer: outer, inner: inner, lower: lower, upper: upper).maximum(using: &random)
        .value
    }
    #expect(try value(Matrix(rows: 2, columns: 3), gaussian(3, 2, &random)) == 0)
    #expect(try value(Matrix(rows: 2, columns: 0), Matrix(rows: 0, columns: 2)) == 0)
    #expect(try value(Matrix([[3]]), Matrix([[-2]])) == 6)
    #expect(try value(Matrix([[3]]), Matrix([[-2]]), -4, 1) == 24)
    // A B = 0, and the maximum is not.
    #expect(try value(Matrix([[1, 1]]), Matrix([[1], [-1]])) == 1)
    // Far from one.
    #expect(abs(try value(Matrix([[1e200]]), Matrix([[1e100]])) / 1e300 - 1) < 1e-12)
  }

  /// Σ̃Vᵀ and UΣ̃ of a large convolution in small: few rows, many units.
  @Test func wide() throws {
    var random = SplitMix64(seed: 1)
    let (outer, inner) = (gaussian(20, 2000, &random), gaussian(2000, 20, &random))
    let found = try DiagonalMaximization(outer: outer, inner: inner).maximum(using: &random)
    let plain = try (outer * inner).spectralNorm()
    #expect(found.value > 1.2 * plain)
    // No single flip is better.
    for i in stride(from: 0, to: 2000, by: 97) {
      var sigma = found.sigma
      sigma[i] = 1 - sigma[i]
      #expect(try norm(outer, sigma, inner) <= found.value * (1 + 1e-9))
    }
  }
}
