import BigInt
import ExactArithmetic
import RandomNumbers
import Testing

@Suite struct ScaledIntegerMatrixTests {
  private func random(_ rows: Int, _ columns: Int, _ generator: inout SplitMix64) -> [Double] {
    (0..<rows * columns).map { _ in
      let number = Double.random(in: -1...1, using: &generator)
      return [0, 1, number, number * 1e-200, number * 1e200].randomElement(using: &generator)!
    }
  }

  @Test("Entries, products, scaled rows and sums are exact", arguments: 10..<30)
  func operations(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let (m, k, n) = (3, 4, 2)
    let (a, b) = (random(m, k, &generator), random(k, n, &generator))
    let factors = random(m, 1, &generator)
    let left = ScaledIntegerMatrix(rows: m, columns: k, doubles: a)
    let right = ScaledIntegerMatrix(rows: k, columns: n, doubles: b)
    let product = left * right
    let scaled = left.scalingRows(by: factors)
    let shifted = left.addingToLastColumn(factors)
    let image = right.times([Dyadic(0.1), Dyadic(-1e-300)])
    #expect(left.approximation == a, "seed \(seed)")
    for i in 0..<m {
      for j in 0..<k {
        #expect(left[i, j] == Dyadic(a[i * k + j]), "seed \(seed)")
        #expect(scaled[i, j] == Dyadic(a[i * k + j]) * Dyadic(factors[i]), "seed \(seed)")
        let added = j == k - 1 ? Dyadic(factors[i]) : .zero
        #expect(shifted[i, j] == Dyadic(a[i * k + j]) + added, "seed \(seed)")
      }
      for j in 0..<n {
        let sum = (0..<k).reduce(Dyadic.zero) { $0 + Dyadic(a[i * k + $1]) * Dyadic(b[$1 * n + j]) }
        #expect(product[i, j] == sum, "seed \(seed)")
      }
    }
    for i in 0..<k {
      let sum = Dyadic(b[i * n]) * Dyadic(0.1) + Dyadic(b[i * n + 1]) * Dyadic(-1e-300)
      #expect(image[i] == sum, "seed \(seed)")
    }
  }

  @Test func zeroRows() {
    let matrix = ScaledIntegerMatrix(rows: 2, columns: 3, doubles: [0, 0, 5, 0, .leastNonzeroMagnitude, 0])
    #expect(matrix.isZeroRow(0, columns: 2) && !matrix.isZeroRow(0, columns: 3))
    #expect(!matrix.isZeroRow(1, columns: 2) && matrix.isZeroRow(1, columns: 1))
    let zero = matrix.scalingRows(by: [0, 0])
    #expect(zero.isZeroRow(0, columns: 3) && zero.isZeroRow(1, columns: 3))
    let empty = ScaledIntegerMatrix(rows: 1, columns: 2, doubles: [0, 0])
    #expect(empty.addingToLastColumn([0.5])[0, 1] == Dyadic(0.5))
  }
}
