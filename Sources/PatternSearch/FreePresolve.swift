import ExactArithmetic
import LinearAlgebra

/// Safe reductions of max ‖A D(σ) B‖ over free patterns of two layers, σ ∈ {0,1}ⁿ with ReLU slopes, before branch and bound.
/// With the rank-one terms Mᵢ = aᵢ bᵢᵀ:
///
///     zero           Mᵢ = 0: the phase does not matter
///     tied           Mⱼ = c Mᵢ, c > 0: the norm is convex along σᵢMᵢ + σⱼMⱼ, whose ends have σⱼ = σᵢ
///     complementary  Mⱼ = c Mᵢ, c < 0: the ends are Mᵢ and Mⱼ alone, so σⱼ = 1 - σᵢ
///     dominated      one output or one input, Mᵢ = gᵢ: ‖gᵢ‖² + 2 Σⱼ min(0, gᵢ·gⱼ) ≥ 0: switching i on never lowers the norm
///
/// Units are compared as terms, not as weights: two units on one hyperplane with different outputs stay two.
struct FreePresolve: Sendable {
  /// The problem with merged units' rows added up; all units keep their places.
  let problem: PatternProblem
  /// What is decided for the reduced problem: merged and settled units.
  let root: PartialPattern
  /// How far, in norm, rounding the merged rows can move any J(σ).
  let rounding: Double
  /// For each unit the one that it follows, and whether it is its complement.
  private let leader: [(unit: Int, isComplement: Bool)]

  /// Nil where nothing can be reduced.
  init?(_ original: PatternProblem) {
    guard !original.isAttainable, original.hiddenLayers == 1, original.slopes.allSatisfy({ $0 == .relu })
    else { return nil }
    let n = original.units
    let (inner, outer) = (original.weights[0], original.weights[1].transposed())
    var root = PartialPattern(repeating: .undecided, count: n)
    var leader = (0..<n).map { (unit: $0, isComplement: false) }
    var merged = inner
    var size = 0.0
    for i in 0..<n {
      if inner.row(i).allSatisfy({ $0 == 0 }) || outer.row(i).allSatisfy({ $0 == 0 }) { root[i] = .off }
      size += norm(Array(inner.row(i))) * norm(Array(outer.row(i)))
    }
    for i in 0..<n where root[i] == .undecided {
      for j in i + 1..<n where root[j] == .undecided {
        guard let s = ratio(outer.row(j), outer.row(i)), let t = ratio(inner.row(j), inner.row(i)) else {
          continue
        }
        let isComplement = (s > 0) != (t > 0)
        leader[j] = (i, isComplement)
        // aᵢ (bᵢ + s bⱼ)ᵀ is their sum. Complements: Mⱼ is always on, and σᵢ switches Mᵢ - Mⱼ.
        let factor = isComplement ? -s : s
        for k in 0..<inner.columns {
          merged[i, k] += factor * inner[j, k]
          if !isComplement { merged[j, k] = 0 }
        }
        root[j] = isComplement ? .on : .off
      }
    }
    let reduced = PatternProblem(
      weights: [merged, original.weights[1]], biases: original.biases, slopes: [.relu],
      patterns: .free, norm: original.norm)
    for i in Self.dominated(reduced, root) { root[i] = .on }
    guard root.contains(where: { $0 != .undecided }) else { return nil }
    self.root = root
    self.leader = leader
    problem = reduced
    // A leader adds up at most n rows.
    rounding = 4 * Double(n + 4) * unitRoundoff * size
  }

  /// The original problem's pattern that a reduced one stands for; undecided where it is.
  func lift(_ pattern: PartialPattern) -> PartialPattern {
    leader.map { unit, isComplement in
      switch pattern[unit] {
      case .undecided: .undecided
      case .on: isComplement ? .off : .on
      case .off: isComplement ? .on : .off
      }
    }
  }

  /// Units that are on in some best pattern, one after the other: each is proved with those before it on.
  private static func dominated(_ problem: PatternProblem, _ root: PartialPattern) -> [Int] {
    guard let vectors = ZonotopeForm(problem)?.vectors else { return [] }
    // Units that are on for good (halves of complements) count with their whole product, others with its negative part.
    let products = Matrix.product(vectors, transposed: false, vectors, transposed: true)
    let lengths = (0..<vectors.rows).map { norm(Array(vectors.row($0))) }
    let total = lengths.reduce(0, +)
    return root.indices.filter { i in
      guard root[i] == .undecided else { return false }
      var gain = products[i, i]
      for j in root.indices where j != i && root[j] != .off {
        gain += 2 * (root[j] == .on ? products[i, j] : min(0, products[i, j]))
      }
      return gain > 4 * Double(vectors.columns + root.count + 8) * unitRoundoff * lengths[i] * total
    }
  }
}

/// The quotient, rounded, where x is an exact multiple of y and neither is zero; nil elsewhere.
private func ratio(_ x: ArraySlice<Double>, _ y: ArraySlice<Double>) -> Double? {
  guard let first = y.indices.first(where: { y[$0] != 0 }) else { return nil }
  let offset = x.startIndex - y.startIndex
  let (a, b) = (x[first + offset], y[first])
  guard a != 0 else { return nil }
  for k in y.indices {
    let (left, right) = (x[k + offset] * b, a * y[k])
    // Cheap before exact.
    guard abs(left - right) <= 4 * unitRoundoff * abs(left) + .leastNormalMagnitude else { return nil }
    guard Dyadic(x[k + offset]) * Dyadic(b) == Dyadic(a) * Dyadic(y[k]) else { return nil }
  }
  // Beyond the range of doubles its sign and size would be lost.
  return (a / b).isNormal ? a / b : nil
}
