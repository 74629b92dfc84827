public import Networks
import Problems
import RandomNumbers

/// A random d-regular simple graph with unit weights.
///
/// The configuration model: d stubs a vertex are paired at random, then loops and parallel edges are switched away
/// against random other pairs. For 2d > n - 1 the complement is drawn. Nearly uniform, as the graphs switched are
/// few for small d.
public struct RegularGraph: InstanceFamily {
  public static let name = "regular"
  public static let kind = InstanceKind.problem(.maxCut)
  public static let summary = "random d-regular graph, unit weights"
  public static let reference =
    "Bollobás, A probabilistic proof of an asymptotic formula for the number of labelled regular graphs, 1980; "
    + "McKay and Wormald, Uniform generation of random regular graphs of moderate degree, 1990"
  public static let parameters: [FamilyParameter] = [
    .count("vertices", 2...3000, default: 30),
    .count("degree, below n; n·d even", 1...2999, default: 3, name: "d"),
  ]

  private let n: Int
  private let d: Int

  public init(_ values: ParameterValues) throws(InputError) {
    n = values.integer("n")
    d = values.integer("d")
    guard d < n, n * d % 2 == 0 else {
      throw InputError(
        "no graph on \(n) vertices is \(d)-regular", remedy: "give a degree below n with n·d even")
    }
  }

  public func instance(seed: UInt64) -> GeneratedInstance {
    var random = SplitMix64(seed: seed)
    let isComplement = 2 * d > n - 1
    let pairs = Self.simplePairing(n, isComplement ? n - 1 - d : d, using: &random)
    let edges = allPairs(n).filter { pairs.contains(Pair($0, $1)) != isComplement }
    return maxCut(vertices: n, edges: edges.map { WeightedEdge($0, $1) })
  }

  /// An unordered pair.
  private struct Pair: Hashable {
    let low: Int
    let high: Int

    init(_ i: Int, _ j: Int) {
      low = min(i, j)
      high = max(i, j)
    }

    var isLoop: Bool { low == high }
  }

  /// Starts over after many switches in a row were refused.
  private static func simplePairing(_ n: Int, _ d: Int, using random: inout SplitMix64) -> Set<Pair> {
    while true {
      if let pairs = attempt(n, d, using: &random) { return pairs }
    }
  }

  private static func attempt(_ n: Int, _ d: Int, using random: inout SplitMix64) -> Set<Pair>? {
    let stubs = random.shuffled((0..<n * d).map { $0 / d })
    var simple: Set<Pair> = []
    var good: [Pair] = []
    var bad: [Pair] = []
    for k in stride(from: 0, to: stubs.count, by: 2) {
      let pair = Pair(stubs[k], stubs[k + 1])
      if !pair.isLoop, simple.insert(pair).inserted { good.append(pair) } else { bad.append(pair) }
    }
    var refusals = 0
    while let pair = bad.last {
      guard !good.isEmpty, refusals < 100 * n else { return nil }
      let index = random.integer(below: good.count)
      let other = good[index]
      let isCrossed = random.sign() > 0
      let first = Pair(pair.low, isCrossed ? other.high : other.low)
      let second = Pair(pair.high, isCrossed ? other.low : other.high)
      guard !first.isLoop, !second.isLoop, first != second, !simple.contains(first), !simple.contains(second)
      else {
        refusals += 1
        continue
      }
      refusals = 0
      bad.removeLast()
      simple.remove(other)
      simple.formUnion([first, second])
      good[index] = first
      good.append(second)
    }
    return simple
  }
}
