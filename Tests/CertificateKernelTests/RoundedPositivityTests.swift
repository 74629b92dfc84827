import CertificateKernel
import RandomNumbers
import Testing

@Suite("Rounded positivity")
struct RoundedPositivityTests {
  private static let one = Int128(1) << Int128(RoundedPositivity.fraction)

  private static func fixed(_ matrix: [Double]) -> [Int128] {
    matrix.map { Int128(($0 * 0x1p60).rounded()) << 40 }
  }

  @Test("Gram matrices need next to nothing, and what is given is enough", arguments: [1, 2, 5, 20, 60])
  func gram(n: Int) {
    var random = SplitMix64(seed: UInt64(n))
    let factor = (0..<n * n).map { _ in (random.uniform() - 0.5) / Double(n).squareRoot() }
    var matrix = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        matrix[i * n + j] = (0..<n).reduce(0) { $0 + factor[i * n + $1] * factor[j * n + $1] }
      }
      matrix[i * n + i] += 1
    }
    let missing = RoundedPositivity.missing(Self.fixed(matrix), size: n, error: 1)
    #expect(missing.allSatisfy { (0...Self.one >> 35).contains($0) })
  }

  @Test("A matrix that is not positive needs at least its least eigenvalue")
  func indefinite() {
    // Eigenvalues 3 and -1.
    let missing = RoundedPositivity.missing(Self.fixed([1, 2, 2, 1]), size: 2, error: 0)
    #expect(missing[0] + missing[1] >= 2 * Self.one - 1)
    #expect(missing[0] + missing[1] <= 4 * Self.one + Self.one >> 30)
    // (1 + δ₀)(1 + δ₁) ≥ 4, for the determinant.
    let (a, b) = (Double(missing[0] >> 60) * 0x1p-40, Double(missing[1] >> 60) * 0x1p-40)
    #expect((1 + a) * (1 + b) >= 4 - 1e-9)
  }

  @Test("Nonsense is paid for: negative, zero and huge entries")
  func nonsense() {
    let one = Self.one
    #expect(RoundedPositivity.missing([-one], size: 1, error: 0)[0] >= one)
    let ofZero = RoundedPositivity.missing([0, 0, 0, 0], size: 2, error: 1)
    #expect(ofZero.allSatisfy { (1...one >> 30).contains($0) })
    let huge = Int128(1) << 110
    let missing = RoundedPositivity.missing([0, huge, huge, 0], size: 2, error: 0)
    #expect(missing[0] > huge >> 1 && missing[1] > huge >> 1)
    #expect(RoundedPositivity.missing([], size: 0, error: 0).isEmpty)
  }
}
