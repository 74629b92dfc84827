import Foundation
import Networks
import RandomNumbers

/// A sample of a Gaussian process with mean 0 and a squared exponential kernel, s² exp(-‖x - y‖² / 2ℓ²), by random Fourier features:
///
///     f(x) = s/√m Σ a_j cos⟨ω_j, x⟩ + b_j sin⟨ω_j, x⟩,   ω_j ~ N(0, I/ℓ²),  a_j, b_j ~ N(0, 1)
///
/// Given the frequencies it is Gaussian; its covariance tends to the kernel with m, 2000 by default.
///
/// - Reference: Scaman & Virmaux 2018, section 7; Rahimi & Recht 2007 for the features.
public struct GaussianProcess: Sendable {
  public let dimension: Int
  public let lengthScale: Double
  public let standardDeviation: Double
  private let frequencies: [Double]
  private let amplitudes: [(cosine: Double, sine: Double)]

  public init(
    dimension: Int = 2, lengthScale: Double = 1, standardDeviation: Double = 1, features: Int = 2000,
    seed: UInt64 = 0
  ) {
    precondition(dimension > 0 && lengthScale > 0 && standardDeviation > 0 && features > 0)
    var random = SplitMix64(seed: seed, stream: Stream.surface)
    let size = standardDeviation / Double(features).squareRoot()
    frequencies = (0..<features * dimension).map { _ in random.gaussian() / lengthScale }
    amplitudes = (0..<features).map { _ in (size * random.gaussian(), size * random.gaussian()) }
    self.dimension = dimension
    self.lengthScale = lengthScale
    self.standardDeviation = standardDeviation
  }

  /// f(x). O(features).
  public func callAsFunction(_ x: some Collection<Double>) -> Double {
    precondition(x.count == dimension)
    let point = Array(x)
    var sum = 0.0
    for (j, amplitude) in amplitudes.enumerated() {
      var angle = 0.0
      for i in 0..<dimension { angle += frequencies[j * dimension + i] * point[i] }
      sum += amplitude.cosine * cos(angle) + amplitude.sine * sin(angle)
    }
    return sum
  }

  /// `count` points uniform in [-radius, radius]ⁿ with the surface's values; the paper has 15,000 in the plane.
  public func samples(count: Int = 15_000, radius: Double = 3, seed: UInt64 = 0) -> DataSet {
    var random = SplitMix64(seed: seed, stream: Stream.points)
    let inputs = (0..<count * dimension).map { _ in radius * (2 * random.uniform() - 1) }
    let values = (0..<count).map { self(inputs[$0 * dimension..<($0 + 1) * dimension]) }
    let box = InputBox(
      lower: [Double](repeating: -radius, count: dimension),
      upper: [Double](repeating: radius, count: dimension))
    return DataSet(
      name: "gaussian-process", sampleShape: [dimension], inputs: inputs,
      targets: .values(values, outputs: 1),
      box: box)
  }
}
