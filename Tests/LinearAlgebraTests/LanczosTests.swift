import LinearAlgebra
import RandomNumbers
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func cosine(_ x: Double) -> Double { cos(x) }

@Suite struct LanczosTests {
  static func gaussian(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var random = SplitMix64(seed: seed)
    return Matrix(rows: rows, columns: columns) { _, _ in random.gaussian() }
  }

  @Test("A map that is not finite has no triplets, and ends")
  func notFinite() throws {
    #expect(try Lanczos().triplets(of: Matrix([[Double.infinity, 1], [1, 1]])).values.isEmpty)
  }

  @Test(
    "Values and vectors are those of the full decomposition",
    arguments: [(1, 1, 1), (5, 3, 3), (3, 5, 2), (40, 40, 1), (60, 30, 10), (200, 150, 20), (150, 300, 150)])
  func triplets(rows: Int, columns: Int, count: Int) throws {
    let matrix = Self.gaussian(rows, columns, seed: UInt64(rows + columns))
    let exact = try matrix.singularValueDecomposition()
    let found = try Lanczos(count: count, tolerance: 1e-10).triplets(of: matrix)
    #expect(found.isConverged && found.values.count == count)
    for index in 0..<count {
      let value = exact.singularValues[index]
      #expect(abs(found.values[index] - value) <= 1e-9 * exact.singularValues[0])
      let image = matrix * Array(found.right.row(index))
      for (a, b) in zip(image, found.left.row(index)) {
        #expect(abs(a - found.values[index] * b) <= 1e-8 * value)
      }
    }
    for vectors in [found.left, found.right] {
      let gram = Matrix.product(vectors, transposed: false, vectors, transposed: true)
      for i in 0..<count { for j in 0..<count { #expect(abs(gram[i, j] - (i == j ? 1 : 0)) <= 1e-10) } }
    }
  }

  @Test("Small bases restart and find the same")
  func restarts() throws {
    let matrix = Self.gaussian(300, 200, seed: 7)
    let exact = try matrix.singularValueDecomposition().singularValues
    let found = try Lanczos(count: 5, tolerance: 1e-9, basisLimit: 12).triplets(of: matrix)
    #expect(found.isConverged && found.steps > 12)
    for (a, b) in zip(found.values, exact) { #expect(abs(a - b) <= 1e-8 * exact[0]) }
  }

  @Test("Multiple and vanishing values")
  func multiplicity() throws {
    let identity = try Lanczos(count: 7).triplets(of: Matrix.identity(20))
    #expect(identity.values.count == 7 && identity.values.allSatisfy { abs($0 - 1) < 1e-12 })
    let zero = try Lanczos(count: 3).triplets(of: Matrix(rows: 4, columns: 6))
    #expect(zero.values == [0, 0, 0])
    let rankOne = Matrix(rows: 6, columns: 5) { Double($0 + 1) * Double($1 + 1) }
    let found = try Lanczos(count: 3).triplets(of: rankOne)
    #expect(abs(found.values[0] - (91.0 * 55).squareRoot()) < 1e-9 && found.values[1] < 1e-9)
    #expect(try Lanczos().triplets(of: Matrix(rows: 0, columns: 3)).norm == 0)
  }

  @Test("The power method stays below: diagonals on which it is 1e-5 and more off, and Lanczos is not")
  func powerMethodFromBelow() throws {
    let slow = Matrix.diagonal([1, 0.999] + [Double](repeating: 0.5, count: 98))
    let flat = Matrix.diagonal([1] + [Double](repeating: 0.9999, count: 99))
    var worst = 0.0
    for seed in UInt64(0)..<8 {
      let power = PowerMethod(iterations: 500, seed: seed)
      for matrix in [slow, flat] {
        let value = power.norm(of: matrix)
        #expect(value <= 1)
        worst = max(worst, 1 - value)
        let lanczos = try Lanczos(tolerance: 1e-9, seed: seed).triplets(of: matrix).norm
        #expect(lanczos <= 1 + 1e-14 && lanczos >= 1 - 1e-9)
        #expect(try matrix.spectralNormUpperBound() >= 1)
      }
    }
    #expect(worst > 1e-5)
  }

  @Test("Deflated power iterations come out sorted, near the values")
  func powerMethodOfSeveral() throws {
    let matrix = Self.gaussian(12, 9, seed: 4)
    let exact = try matrix.singularValueDecomposition().singularValues
    let found = PowerMethod(iterations: 2000).leadingSingularValues(of: matrix, count: 6)
    #expect(found == found.sorted(by: >))
    for (a, b) in zip(found, exact) { #expect(a <= b * (1 + 1e-12) && a >= b * 0.99) }
  }

  @Test(
    "Gram iteration is an upper bound, within n^(1/2^(t+1))",
    arguments: [(1, 1), (3, 7), (20, 20), (60, 10), (50, 64)])
  func gramIteration(rows: Int, columns: Int) throws {
    for scale in [1.0, 1e-150, 3e120] {
      let matrix = Self.gaussian(rows, columns, seed: 11) * scale
      let norm = try matrix.singularValueDecomposition().singularValues[0]
      for iterations in [1, 4, 8, 14] {
        let bound = matrix.gramIterationUpperBound(iterations: iterations)
        #expect(bound >= norm * (1 - 1e-14))
        let room = pow(Double(min(rows, columns)), pow(0.5, Double(iterations + 1)))
        #expect(bound <= norm * room * (1 + 1e-10), "\(iterations) iterations")
      }
    }
    #expect(Matrix(rows: 3, columns: 2).gramIterationUpperBound() == 0)
    #expect(Matrix.diagonal([3, .infinity]).gramIterationUpperBound() == .infinity)
  }

  @Test("Sizes at which the largest eigenvalue is found by Lanczos: still an upper bound, still sharp")
  func largeUpperBound() throws {
    let matrix = Self.gaussian(700, 650, seed: 3)
    let norm = try Lanczos(tolerance: 1e-10).triplets(of: matrix).norm
    let bound = try matrix.spectralNormUpperBound()
    #expect(bound >= norm && bound <= norm * (1 + 1e-8))
  }
}
