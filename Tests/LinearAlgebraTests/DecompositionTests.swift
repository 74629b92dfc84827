import Foundation
import LinearAlgebra
import RandomNumbers
import Testing

/// The largest |a - b| of two matrices.
private func distance(_ a: Matrix, _ b: Matrix) -> Double { (a + b * -1).largestMagnitude }

/// A product by the definition.
private func naive(_ a: Matrix, _ b: Matrix) -> Matrix {
  Matrix(rows: a.rows, columns: b.columns) { i, j in (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] } }
}

@Suite struct DecompositionTests {
  @Test("Products, transposes and scalings are those of the definition", arguments: 0..<30)
  func products(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let (m, k, n) = (Int(seed % 4) + 1, Int(seed % 5) + 1, Int(seed % 3) + 1)
    let a = Matrix(rows: m, columns: k, elements: generator.integers(m * k))
    let b = Matrix(rows: k, columns: n, elements: generator.integers(k * n))
    #expect(a * b == naive(a, b), "seed \(seed)")
    #expect(
      Matrix.product(a, transposed: true, a, transposed: false) == naive(a.transposed(), a), "seed \(seed)")
    #expect(
      Matrix.product(b, transposed: false, b, transposed: true) == naive(b, b.transposed()), "seed \(seed)")
    #expect(
      Matrix.product(b, transposed: true, a, transposed: true) == naive(b.transposed(), a.transposed()),
      "seed \(seed)")
    let (x, y) = (generator.integers(k), generator.integers(m))
    #expect(a * x == naive(a, Matrix(rows: k, columns: 1, elements: x)).elements, "seed \(seed)")
    #expect(a.transposeTimes(y) == naive(a.transposed(), Matrix(rows: m, columns: 1, elements: y)).elements)
    #expect(
      a.scalingRows(by: y) == naive(.diagonal(y), a) && a.scalingColumns(by: x) == naive(a, .diagonal(x)))
    #expect(a.gram() == (m <= k ? naive(a, a.transposed()) : naive(a.transposed(), a)), "seed \(seed)")
    #expect(a.transposed().transposed() == a && a.column(0) == Array(a.transposed().row(0)))
  }

  @Test("W = U diag(s) Vᵀ with orthonormal U and V and s descending", arguments: 0..<30)
  func singularValues(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let (m, n) = (Int(seed % 7) + 1, Int(seed % 5) + 1)
    let matrix = seed % 4 == 0 ? generator.matrix(m, 1) * generator.matrix(1, n) : generator.matrix(m, n)
    let svd = try matrix.singularValueDecomposition()
    let (u, s, vt) = (svd.leftVectors, svd.singularValues, svd.rightVectorsTransposed)
    #expect(distance(u.scalingColumns(by: s) * vt, matrix) < 1e-13, "seed \(seed)")
    #expect(distance(u.transposed() * u, .identity(s.count)) < 1e-13, "seed \(seed)")
    #expect(distance(vt * vt.transposed(), .identity(s.count)) < 1e-13, "seed \(seed)")
    #expect(zip(s, s.dropFirst()).allSatisfy { $0 >= $1 } && s.allSatisfy { $0 >= 0 }, "seed \(seed)")
  }

  @Test("S = Q diag(λ) Qᵀ with λ ascending; the largest alone is the same", arguments: 0..<30)
  func eigenvalues(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let n = Int(seed % 6) + 1
    let half = generator.matrix(n, n)
    let matrix = half + half.transposed()
    let eigen = try matrix.symmetricEigendecomposition()
    let q = eigen.vectors
    #expect(distance(q.scalingColumns(by: eigen.values) * q.transposed(), matrix) < 1e-13, "seed \(seed)")
    #expect(distance(q.transposed() * q, .identity(n)) < 1e-13, "seed \(seed)")
    #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 <= $1 }, "seed \(seed)")
    #expect(abs(try matrix.largestEigenvalue() - eigen.values[n - 1]) < 1e-13, "seed \(seed)")
  }

  @Test("Inverse, Cholesky solve, Cholesky inverse and log-determinant", arguments: 0..<30)
  func definiteMatrices(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let n = Int(seed % 8) + 1
    let half = generator.matrix(n, n)
    let matrix = naive(half, half.transposed()) + Matrix.identity(n) * 0.5
    let inverse = try #require(matrix.inverse())
    #expect(distance(inverse * matrix, .identity(n)) < 1e-12, "seed \(seed)")

    var factor = matrix.elements
    #expect(PositiveDefinite.factor(&factor, size: n), "seed \(seed)")
    var x = generator.integers(n)
    let right = x
    PositiveDefinite.solve(factor: factor, size: n, &x)
    #expect(zip(matrix * x, right).allSatisfy { abs($0 - $1) < 1e-11 }, "seed \(seed)")

    let block = generator.matrix(3, n)
    var rows = block.elements
    PositiveDefinite.solveTriangular(factor: factor, size: n, rows: &rows, count: 3)
    let solved = Matrix(rows: 3, columns: n, elements: rows)
    #expect(
      distance(solved * solved.transposed(), block * inverse * block.transposed()) < 1e-11, "seed \(seed)")

    let values = try matrix.symmetricEigendecomposition().values
    let determinant = PositiveDefinite.logDeterminant(factor: factor, size: n)
    let product = values.reduce(1, *)
    #expect(abs(determinant - log(product)) < 1e-10, "seed \(seed)")

    PositiveDefinite.invert(factor: &factor, size: n)
    #expect(distance(Matrix(rows: n, columns: n, elements: factor), inverse) < 1e-11, "seed \(seed)")
  }

  @Test func singularAndIndefiniteMatrices() {
    #expect(Matrix([[1, 2], [2, 4]]).inverse() == nil)
    #expect(Matrix(rows: 3, columns: 3).inverse() == nil)
    var indefinite: [Double] = [1, 2, 2, 1]
    #expect(!PositiveDefinite.factor(&indefinite, size: 2))
    var zero = [0.0]
    #expect(!PositiveDefinite.factor(&zero, size: 1))
    var nothing: [Double] = []
    #expect(PositiveDefinite.factor(&nothing, size: 0))
  }

  @Test("Compressing rows keeps WᵀW", arguments: 0..<20)
  func compressedRows(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let matrix = generator.matrix(Int(seed % 9) + 1, Int(seed % 4) + 1)
    let short = try matrix.compressingRows()
    #expect(short.rows <= min(matrix.rows, matrix.columns) || short == matrix, "seed \(seed)")
    #expect(
      distance(naive(short.transposed(), short), naive(matrix.transposed(), matrix)) < 1e-13, "seed \(seed)")
  }
}
