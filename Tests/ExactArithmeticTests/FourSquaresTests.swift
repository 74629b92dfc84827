import BigInt
import ExactArithmetic
import RandomNumbers
import Testing

@Suite struct FourSquaresTests {
  @Test("Every n below 5000 with as few squares as there are")
  func small() {
    var fewest = [Int](repeating: 5, count: 5000)
    fewest[0] = 0
    for n in 1..<5000 {
      var a = 1
      while a * a <= n {
        fewest[n] = min(fewest[n], fewest[n - a * a] + 1)
        a += 1
      }
    }
    for n in 0..<5000 {
      let squares = fourSquares(BigInt(n))
      #expect(squares.reduce(0) { $0 + $1 * $1 } == BigInt(n))
      #expect(squares.count == fewest[n], "\(n)")
      #expect(squares.allSatisfy { $0 > 0 })
    }
  }

  @Test("Large numbers, and hard forms 4ᵏ(8m + 7)", arguments: UInt64(1)...30)
  func large(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for bits in [20, 21, 40, 64, 100, 160] {
      var n = BigInt(random.next())
      while n.magnitude.bitWidth < bits { n = n << 61 + BigInt(random.next()) }
      n = (n >> (n.magnitude.bitWidth - bits)) | 7
      for number in [n, n << 6, n * n, n - 7] {
        let squares = fourSquares(number)
        #expect(squares.count <= 4)
        #expect(squares.reduce(0) { $0 + $1 * $1 } == number, "\(number)")
      }
    }
  }
}

@Suite struct RationalMatrixTests {
  @Test("L D Lᵀ is H; a refused H has vᵀHv < 0", arguments: UInt64(1)...200)
  func factorization(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let n = Int.random(in: 1...6, using: &random)
    let rank = Int.random(in: 0...n, using: &random)
    let g = RationalMatrix(rows: n, columns: rank) { _, _ in Rational(Int.random(in: -3...3, using: &random))
    }
    var h = g * g.transposed()
    if seed % 2 == 0 {
      let i = Int.random(in: 0..<n, using: &random)
      let j = Int.random(in: 0..<n, using: &random)
      let change = Rational(Int.random(in: -2...2, using: &random))
      h[i, j] += change
      if i != j { h[j, i] += change }
    }
    switch h.semidefiniteFactorization() {
    case .semidefinite(let l, let pivots):
      #expect(pivots.allSatisfy { $0.signum > 0 })
      let d = RationalMatrix(rows: pivots.count, columns: pivots.count) { $0 == $1 ? pivots[$0] : 0 }
      #expect(l * d * l.transposed() == h)
    case .indefinite(let v):
      #expect(seed % 2 == 0)
      let column = RationalMatrix(rows: n, columns: 1, elements: v)
      #expect((column.transposed() * h * column).elements[0].signum < 0)
    }
  }

  @Test("Low rank: the short way is taken only where it proves H = L D Lᵀ", arguments: UInt64(1)...60)
  func lowRank(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let n = Int.random(in: 8...18, using: &random)
    let rank = Int.random(in: 0...3, using: &random)
    let g = RationalMatrix(rows: n, columns: rank) { _, _ in
      Rational(Int.random(in: -9...9, using: &random)) / Rational(Int.random(in: 1...4, using: &random))
    }
    let h = g * g.transposed()
    guard let (factor, pivots) = h.lowRankFactorization(limit: 3) else {
      Issue.record("the rank is at most 3")
      return
    }
    #expect(pivots.count <= rank)
    let d = RationalMatrix(rows: pivots.count, columns: pivots.count) { $0 == $1 ? pivots[$0] : 0 }
    #expect(factor * d * factor.transposed() == h)
    if pivots.count == 3 { #expect(h.lowRankFactorization(limit: 2) == nil) }
    guard case .semidefinite(let l, let again) = h.semidefiniteFactorization() else {
      Issue.record("a Gram matrix is semidefinite")
      return
    }
    #expect(l == factor && again == pivots)
    // Changes that the pivots' columns and the diagonal do not show.
    let zeros = (0..<n).filter { h[$0, $0].isZero }
    let (i, j) = zeros.count > 1 ? (zeros[0], zeros[1]) : (n - 2, n - 1)
    var changed = h
    changed[i, j] += Rational(1) / 1000
    changed[j, i] = changed[i, j]
    guard case .indefinite(let v) = changed.semidefiniteFactorization() else {
      Issue.record("an entry beyond the rank makes H indefinite")
      return
    }
    let column = RationalMatrix(rows: n, columns: 1, elements: v)
    #expect((column.transposed() * changed * column).elements[0].signum < 0)
  }
}
