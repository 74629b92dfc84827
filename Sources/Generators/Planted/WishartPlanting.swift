import ExactArithmetic
public import Networks
import Problems
import RandomNumbers

/// The Wishart planted ensemble. Minimise
///
///     Σ_{i<j} 2 (W Wᵀ)_ij s_i s_j = ‖Wᵀ s‖² - trace(W Wᵀ)
///
/// where the M columns of the integer matrix W are orthogonal to the planted spins t: Wᵀ t = 0. The minimum is
/// -trace(W Wᵀ), at t. The ratio M/n tunes how rugged the landscape is; M = 1 is number partitioning with a perfect
/// partition planted.
///
/// The columns are close to Gaussian: a Gaussian vector is projected off t, scaled and rounded; the product with t
/// that rounding leaves, a small integer, is then taken away by changing that many random entries by one.
public struct WishartPlanting: InstanceFamily {
  public static let name = "wishart"
  public static let kind = InstanceKind.problem(.ising)
  public static let summary =
    "Wishart planted ensemble: complete graph, ground state planted, ruggedness by alpha = M/n"
  public static let reference =
    "Hamze, Raymond, Pattison, Biswas, Katzgraber, Wishart planted ensemble: a tunably rugged pairwise "
    + "Ising model with a first-order phase transition, 2020"
  public static let parameters: [FamilyParameter] = [
    .count("spins", 2...1000, default: 32),
    FamilyParameter("alpha", "columns of W a spin, M/n; M is at least 1", .real(0...10), default: "0.75"),
    FamilyParameter("scale", "standard deviation of the entries of W", .integer(1...100_000), default: "100"),
  ]

  private let n: Int
  private let columns: Int
  private let scale: Double

  public init(_ values: ParameterValues) throws(InputError) {
    n = values.integer("n")
    columns = max(1, Int((values.real("alpha") * Double(n)).rounded()))
    scale = Double(values.integer("scale"))
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let (planted, w) = draw(seed: seed)
    let couplings = allPairs(n).map { i, j in
      WeightedEdge(i, j, 2 * w.reduce(0) { $0 + $1[i] * $1[j] })
    }
    let trace = w.reduce(0) { sum, column in column.reduce(sum) { $0 + $1 * $1 } }
    let optimum = PlantedOptimum(
      value: Rational(-trace), solution: planted,
      proof: "the value is ‖Wᵀs‖² - \(trace), a square minus a constant, and Wᵀt = 0 for the planted t")
    return ising(spins: n, couplings: couplings, planted: optimum)
  }

  /// The planted spins t and the columns of W.
  package func draw(seed: UInt64) -> (planted: [Int], columns: [[Int]]) {
    var random = SplitMix64(seed: seed)
    let planted = random.signs(n)
    let columns = (0..<columns).map { _ in orthogonalColumn(to: planted, using: &random) }
    return (planted, columns)
  }

  private func orthogonalColumn(to planted: [Int], using random: inout SplitMix64) -> [Int] {
    let gaussian = planted.map { _ in random.gaussian() }
    let mean = zip(gaussian, planted).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(n)
    var column = zip(gaussian, planted).map { Int((scale * ($0 - mean * Double($1))).rounded()) }
    var excess = zip(column, planted).reduce(0) { $0 + $1.0 * $1.1 }
    while excess != 0 {
      for i in random.shuffled(Array(0..<n)).prefix(abs(excess)) {
        column[i] -= excess.signum() * planted[i]
        excess -= excess.signum()
      }
    }
    return column
  }
}
