import Bounds
import ExactArithmetic
import Foundation
public import Pictures
import RandomNumbers

/// Lemma 2: max over σ in [0,1]ⁿ of |⟨σ·u, v⟩| of independent uniform unit vectors tends to 1/π.
///
/// The maximum is ½(Σ|u_i v_i| + |⟨u, v⟩|); its mean is exactly ½(n c² + c), with c = Γ(n/2) / (√π Γ((n+1)/2)) the mean of a
/// coordinate's magnitude, which is that of |⟨u, v⟩|, too.
///
/// - Cost: `samples` times 2n normal numbers a size.
/// - Reference: Scaman & Virmaux 2018, Lemma 2.
public struct LemmaTwo: Sendable {
  public struct Row: Sendable {
    public let n: Int
    public let mean: Double
    public let standardDeviation: Double
    public let standardError: Double
    public let expected: Double
  }

  public let rows: [Row]
  private let samples: Int

  /// - Parameters:
  ///   - sizes: n, each at least 1.
  ///   - samples: pairs of vectors of each size, at least 2.
  public init(
    sizes: [Int] = [10, 20, 50, 100, 1000, 10_000], samples: Int = 2000, seed: UInt64 = 0,
    progress: (_ n: Int) -> Void = { _ in }
  ) {
    precondition(samples >= 2 && sizes.allSatisfy { $0 >= 1 })
    self.samples = samples
    rows = sizes.map { n in
      progress(n)
      // Every size has a stream of its own, so that its row does not depend on the others.
      var random = SplitMix64(seed: seed ^ UInt64(n) &* 0x9E37_79B9)
      var (mean, squares) = (0.0, 0.0)
      for sample in 1...samples {
        let value = TheoremThree.alignment(
          Self.unitVector(n, using: &random), Self.unitVector(n, using: &random))
        // Welford's update.
        let step = value - mean
        mean += step / Double(sample)
        squares += step * (value - mean)
      }
      let deviation = (squares / Double(samples - 1)).squareRoot()
      return Row(
        n: n, mean: mean, standardDeviation: deviation,
        standardError: deviation / Double(samples).squareRoot(), expected: Self.expected(n))
    }
  }

  /// The mean for vectors of Rⁿ, in closed form.
  public static func expected(_ n: Int) -> Double {
    // c is 1 for n = 1 and 2/π for n = 2, and n/(n+1) times itself two dimensions on.
    let start = n.isMultiple(of: 2) ? 2 : 1
    let c = stride(from: start, to: n, by: 2).reduce(start == 1 ? 1 : 2 / Double.pi) { c, k in
      c * Double(k) / Double(k + 1)
    }
    return (Double(n) * c * c + c) / 2
  }

  /// Uniform on the sphere.
  private static func unitVector(_ n: Int, using random: inout SplitMix64) -> [Double] {
    while true {
      let vector = (0..<n).map { _ in random.gaussian() }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 0 { return vector.map { $0 / length } }
    }
  }

  public var table: ExperimentTable {
    var table = ExperimentTable(
      title: "Lemma 2: max over σ of |⟨σ·u, v⟩| for random unit vectors u, v of Rⁿ",
      columns: [
        .init("n", "dimension"), .init("samples", "pairs of vectors"),
        .init("mean", "of the samples (estimate)"),
        .init("error", "standard error of that mean"), .init("deviation", "standard deviation of one sample"),
        .init("expected", "the mean in closed form, (n c² + c)/2 with c = Γ(n/2) / (√π Γ((n+1)/2))"),
        .init("off by", "(mean - expected) in standard errors"), .init("limit", "1/π"),
      ])
    for row in rows {
      table.append([
        .integer(row.n), .integer(samples), .nearest(row.mean), .nearest(row.standardError),
        .nearest(row.standardDeviation), .nearest(row.expected),
        .nearest((row.mean - row.expected) / row.standardError), .nearest(1 / Double.pi),
      ])
    }
    return table
  }

  public var picture: Chart {
    Chart(
      title: "Lemma 2: overlap of random directions", xLabel: "n", yLabel: "max over σ of |⟨σ·u, v⟩|",
      xScale: .logarithmic,
      series: [
        Chart.Series(
          "mean ± deviation", .bars,
          rows.map {
            Chart.Point(
              Double($0.n), $0.mean, low: $0.mean - $0.standardDeviation,
              high: $0.mean + $0.standardDeviation)
          }),
        Chart.Series("expected", .line, rows.map { Chart.Point(Double($0.n), $0.expected) }),
        Chart.Series("1/π", .dashedLine, rows.map { Chart.Point(Double($0.n), 1 / Double.pi) }),
      ])
  }
}
