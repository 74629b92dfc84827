import LinearAlgebra
import RandomNumbers
import Testing

extension SplitMix64 {
  /// Entries uniform in [-1, 1].
  mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(
      rows: rows, columns: columns,
      elements: (0..<rows * columns).map { _ in .random(in: -1...1, using: &self) })
  }

  /// Whole numbers from -3 to 3.
  mutating func integers(_ count: Int) -> [Double] {
    (0..<count).map { _ in Double(Int.random(in: -3...3, using: &self)) }
  }
}

/// |v|² I - 2 v vᵀ: whole numbers, orthogonal up to the factor |v|², which is the second result.
private func reflection(_ v: [Double]) -> (matrix: Matrix, norm: Double) {
  let square = v.reduce(0) { $0 + $1 * $1 }
  return (Matrix(rows: v.count, columns: v.count) { ($0 == $1 ? square : 0) - 2 * v[$0] * v[$1] }, square)
}

/// Whole-number matrices whose spectral norm is a known whole number.
private func knownNorm(rows: Int, columns: Int, seed: UInt64, rank: Int) -> (matrix: Matrix, norm: Double)? {
  var generator = SplitMix64(seed: seed)
  let (left, p) = reflection(generator.integers(rows))
  let (right, q) = reflection(generator.integers(columns))
  let values = (0..<min(rows, columns)).map {
    Double($0 < rank ? Int.random(in: 1...9, using: &generator) : 0)
  }
  guard p > 0, q > 0 else { return nil }
  let middle = Matrix(rows: rows, columns: columns) { $0 == $1 ? values[$0] : 0 }
  return (left * middle * right, p * q * values.max()!)
}

@Suite struct SpectralNormTests {
  @Test("On whole-number matrices of known norm the upper bound holds, within 1e-11", arguments: 0..<100)
  func wholeNumbers(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let (rows, columns) = (
      Int.random(in: 1...25, using: &generator), Int.random(in: 1...25, using: &generator)
    )
    let rank = Int.random(in: 1...min(rows, columns), using: &generator)
    guard let (matrix, norm) = knownNorm(rows: rows, columns: columns, seed: seed, rank: rank) else { return }
    let bound = try matrix.spectralNormUpperBound()
    #expect(bound >= norm && bound <= norm * (1 + 1e-11), "seed \(seed)")
    #expect(abs(try matrix.spectralNorm() - norm) <= 1e-12 * norm, "seed \(seed)")
    // Powers of two scale without rounding.
    for power in [-1000, -700, 700, 900] {
      let scale = Double(sign: .plus, exponent: power, significand: 1)
      let scaled = try (matrix * scale).spectralNormUpperBound()
      #expect(scaled >= norm * scale && scaled <= norm * scale * (1 + 1e-11), "seed \(seed), 2^\(power)")
    }
  }

  @Test(
    "Random, 1e±200-scaled and rank-deficient matrices: norm ≤ bound ≤ norm (1 + 1e-11)", arguments: 0..<60)
  func randomMatrices(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let (rows, columns) = (
      Int.random(in: 1...20, using: &generator), Int.random(in: 1...20, using: &generator)
    )
    let base =
      seed % 3 == 0
      ? generator.matrix(rows, 1) * generator.matrix(1, columns) : generator.matrix(rows, columns)
    for scale in [1, 1e-200, 1e200, 1e-140, 3e290] {
      let matrix = base * scale
      let norm = try matrix.singularValueDecomposition().singularValues[0]
      let bound = try matrix.spectralNormUpperBound()
      // The singular value is itself good to about 1e-14.
      #expect(bound >= norm * (1 - 1e-14) && bound <= norm * (1 + 1e-11), "seed \(seed), scale \(scale)")
      #expect(abs(try matrix.spectralNorm() - norm) <= 1e-12 * norm, "seed \(seed), scale \(scale)")
      #expect(matrix.frobeniusNormUpperBound() >= norm * (1 - 1e-14), "seed \(seed), scale \(scale)")
    }
  }

  @Test("Where power methods stop early: diag(1, c, …, c)", arguments: [0.999, 0.9999, 0.999999, 1])
  func slowPowerMethods(c: Double) throws {
    let bound = try Matrix.diagonal([1] + [Double](repeating: c, count: 99)).spectralNormUpperBound()
    #expect(bound >= 1 && bound < 1 + 1e-11)
    let mixed = try Matrix.diagonal([1, 0.999] + [Double](repeating: 0.5, count: 98)).spectralNormUpperBound()
    #expect(mixed >= 1 && mixed < 1 + 1e-11)
  }

  @Test func zeroAndEmptyMatrices() throws {
    for matrix in [Matrix(rows: 3, columns: 2), Matrix(rows: 0, columns: 4), Matrix(rows: 4, columns: 0)] {
      #expect(try matrix.spectralNorm() == 0)
      #expect(try matrix.spectralNormUpperBound() == 0)
      #expect(matrix.frobeniusNormUpperBound() == 0)
    }
  }

  @Test("Numbers as small as doubles get", arguments: [1e-300, 1e-308, 0x1p-1030, .leastNonzeroMagnitude])
  func smallestNumbers(x: Double) throws {
    let matrix = Matrix([[x], [0]])
    let bound = try matrix.spectralNormUpperBound()
    #expect(bound >= x && bound <= x * (1 + 1e-11) + 4 * Double.leastNonzeroMagnitude)
    #expect(matrix.frobeniusNormUpperBound() >= x)
    #expect(abs(try matrix.spectralNorm() - x) <= 1e-12 * x + .leastNonzeroMagnitude)
  }

  @Test("Numbers as large as doubles get")
  func largestNumbers() throws {
    let x = Double.greatestFiniteMagnitude
    #expect(try Matrix([[x / 2, 0]]).spectralNormUpperBound() >= x / 2)
    #expect(try Matrix([[x / 2, 0]]).spectralNormUpperBound() < x * 0.5001)
    // Beyond the largest double only infinity is an upper bound.
    #expect(try Matrix([[x, x]]).spectralNormUpperBound() == .infinity)
  }

  @Test("The Frobenius bound holds and is tight: √Σ of squares that are whole numbers", arguments: 0..<20)
  func frobenius(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let entries = generator.integers(30)
    let square = entries.reduce(0) { $0 + $1 * $1 }
    let bound = Matrix(rows: 5, columns: 6, elements: entries).frobeniusNormUpperBound()
    #expect(bound * bound >= square && bound <= square.squareRoot() * (1 + 1e-13), "seed \(seed)")
  }
}
