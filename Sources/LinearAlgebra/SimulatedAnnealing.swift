import Foundation
import RandomNumbers

/// Maximises a nonnegative function of points by simulated annealing: several chains, each from a start of its own.
///
///     for k = 1 … steps:  t ← t₀ (t₁/t₀)^(k/steps)
///       y ← x + a normal step of about the length t
///       x ← y, if f(y) ≥ f(x) or else with the probability (f(y)/f(x))^(1/t)
///
/// so that only ratios of values matter.
///
/// - Reference: Kirkpatrick, Gelatt & Vecchi 1983; as a lower bound in Scaman & Virmaux 2018, section 7.
public struct SimulatedAnnealing: Sendable {
  public var chains: Int
  /// Of each chain.
  public var steps: Int
  public var seed: UInt64
  /// Temperatures, and step sizes relative to `widths`, fall geometrically from the first to the second.
  private static let range = (first: 0.3, last: 0.003)

  public init(chains: Int = 4, steps: Int = 2500, seed: UInt64 = 0) {
    precondition(chains > 0 && steps > 0)
    self.chains = chains
    self.steps = steps
    self.seed = seed
  }

  /// The best point of each chain, the best chain first.
  ///
  /// - Parameters:
  ///   - value: f; at least 0.
  ///   - starts: one for each chain.
  ///   - widths: of the region, by coordinate: a step of length t moves by about t times them.
  ///   - clamp: takes a point into the region.
  public func maximize<Failure: Error>(
    _ value: ([Double]) throws(Failure) -> Double, from starts: [[Double]], widths: [Double],
    clamp: ([Double]) -> [Double], shouldStop: () -> Bool = { false }
  ) throws(Failure) -> [(value: Double, x: [Double])] {
    precondition(starts.count == chains)
    var random = SplitMix64(seed: seed)
    // In many dimensions the length of a normal step is its size times the root of their number.
    let reach = (1 / Double(max(1, widths.count))).squareRoot()
    var found: [(value: Double, x: [Double])] = []
    for start in starts {
      if !found.isEmpty, shouldStop() { break }
      var (x, current) = (start, try value(start))
      var best = (value: current, x: x)
      for step in 1...steps {
        if shouldStop() { break }
        let share = Double(step) / Double(steps)
        let temperature = Self.range.first * pow(Self.range.last / Self.range.first, share)
        let next = clamp(zip(x, widths).map { $0 + temperature * reach * $1 * random.gaussian() })
        let candidate = try value(next)
        guard candidate >= current || random.uniform() < pow(candidate / current, 1 / temperature) else {
          continue
        }
        (x, current) = (next, candidate)
        if current > best.value { best = (current, x) }
      }
      found.append(best)
    }
    return found.sorted { $0.value > $1.value }
  }
}
