import RandomNumbers

/// n orthonormal vectors of Rⁿ, uniformly distributed: Gaussian vectors orthonormalised one after another, twice
/// each for accuracy (Gram and Schmidt). Plain loops, so that the result does not depend on a LAPACK.
struct OrthonormalFrame {
  private(set) var vectors: [[Double]] = []

  init(_ n: Int, using random: inout SplitMix64) {
    while vectors.count < n {
      let gaussian = (0..<n).map { _ in random.gaussian() }
      var vector = gaussian
      for _ in 0..<2 {
        for other in vectors {
          let component = Self.dot(vector, other)
          for i in 0..<n { vector[i] -= component * other[i] }
        }
      }
      let length = Self.dot(vector, vector).squareRoot()
      // A draw that lies almost in the span of the others loses too many digits: draw again.
      guard length > 1e-6 * Self.dot(gaussian, gaussian).squareRoot() else { continue }
      vectors.append(vector.map { $0 / length })
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }
}
