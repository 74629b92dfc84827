import LinearAlgebra
public import Networks
public import PatternSearch
import RandomNumbers

/// A small network of halves and a domain, so that Jacobians, ties and the places where cells meet are exact in doubles.
/// Dead, zero, equal, opposite and passing units, faces on kinks and repeated rows are common.
public struct DyadicExample {
  public let network: MultilayerPerceptron
  public let domain: Domain

  public enum DomainKind: Int, CaseIterable, Sendable {
    case all, box, slice, polytope, polytopeInBox
  }

  public init(seed: UInt64, _ kind: DomainKind) throws {
    var random = SplitMix64(seed: seed &* 8 &+ UInt64(kind.rawValue))
    let network = try Self.network(&random, "seed \(seed)")
    self.network = network
    domain = Self.domain(kind, network, &random)
  }

  private init(_ network: MultilayerPerceptron, _ domain: Domain) {
    (self.network, self.domain) = (network, domain)
  }

  /// The same with inputs y = scale · x + shift, and outputs times `scale`, so that no norm of a Jacobian changes.
  public func moved(by shift: Double, scale: Double) throws -> DyadicExample {
    let shifts = (0..<network.inputs).map { shift * Double($0 % 2 == 0 ? 1 + $0 : -$0) }
    var layers = network.layers
    let weights = layers[0].weights * (1 / scale)
    layers[0] = AffineLayer(weights: weights, bias: zip(layers[0].bias, weights * shifts).map { $0 - $1 })
    let last = layers.removeLast()
    layers.append(AffineLayer(weights: last.weights * scale, bias: last.bias))
    let network = try MultilayerPerceptron(
      name: "\(network.name), moved", layers: layers, activations: network.activations,
      passing: network.passing)
    func move(_ x: [Double]) -> [Double] { zip(x, shifts).map { scale * $0 + $1 } }
    switch domain {
    case .all: return DyadicExample(network, .all)
    case .box(let lower, let upper):
      return DyadicExample(network, .box(lower: move(lower), upper: move(upper)))
    case .polytope(let rows, let bounds, let lower, let upper):
      let bounds = zip(bounds, rows * shifts).map { scale * $0 + $1 }
      return DyadicExample(
        network, .polytope(rows: rows, bounds: bounds, lower: lower.map(move), upper: upper.map(move)))
    }
  }

  // MARK: Networks

  private static func network(_ random: inout SplitMix64, _ name: String) throws -> MultilayerPerceptron {
    func below(_ n: Int) -> Int { Int(random.next() % UInt64(n)) }
    func number() -> Double { Double(below(9) - 4) / 2 }
    let depth = 1 + below(3)
    // At most eight units.
    let widths = (0..<depth).map {
      depth == 1 ? 2 + below(7) : depth == 2 ? 2 + below(3) : $0 < 2 ? 1 + below(3) : 2
    }
    let sizes = [1 + below(4)] + widths + [1 + below(3)]
    let hasBias = below(4) > 0
    var layers: [AffineLayer] = []
    for (columns, rows) in zip(sizes, sizes.dropFirst()) {
      var weights = Matrix(rows: rows, columns: columns) { _, _ in number() }
      var bias = (0..<rows).map { _ in hasBias ? number() : 0 }
      for _ in 0..<2 {
        let (unit, other) = (below(rows), below(rows))
        var factor: Double?
        switch below(18) {
        case 0: factor = 1
        case 1: factor = -1
        case 2: factor = -0.5
        case 3:
          factor = 0
          bias[other] = number()
        case 4: bias[unit] = -64
        case 5: bias[unit] = 64
        default: break
        }
        guard let factor, unit != other || factor == 0 else { continue }
        for j in 0..<columns { weights[unit, j] = factor * weights[other, j] }
        bias[unit] = factor == 0 ? number() : factor * bias[other]
      }
      layers.append(AffineLayer(weights: weights, bias: bias))
    }
    var activations: [Activation] = []
    var passing: [Set<Int>] = []
    for width in widths {
      let slope = [0.5, 0.25, -0.5, 2][below(4)]
      activations.append([.relu, .relu, .relu, .leakyReLU(slope: slope), .abs][below(5)])
      passing.append(below(4) == 0 ? Set((0..<width).filter { _ in below(3) == 0 }) : [])
    }
    return try MultilayerPerceptron(name: name, layers: layers, activations: activations, passing: passing)
  }

  // MARK: Domains

  private static func domain(
    _ kind: DomainKind, _ network: MultilayerPerceptron, _ random: inout SplitMix64
  ) -> Domain {
    func below(_ n: Int) -> Int { Int(random.next() % UInt64(n)) }
    let inputs = network.inputs
    let widths = (0..<inputs).map { _ in [0.5, 1, 2, 4][below(4)] }
    let lower = (0..<inputs).map { _ in Double(below(9) - 6) / 2 }
    var upper = zip(lower, widths).map { $0 + $1 }
    if kind == .slice || kind == .polytopeInBox && below(3) == 0 {
      let fixed = below(inputs)
      for j in 0..<inputs where j == fixed || below(3) == 0 { upper[j] = lower[j] }
      if lower == upper, below(8) > 0 { upper[below(inputs)] += 1 }
    }
    switch kind {
    case .all: return .all
    case .box, .slice: return .box(lower: lower, upper: upper)
    case .polytope, .polytopeInBox: break
    }
    // Around a point inside: rows of small integers, hyperplanes of the first layer's units, rows that stand twice.
    let inside = zip(lower, upper).map { $0 / 2 + $1 / 2 }
    func value(_ row: [Double]) -> Double { zip(row, inside).reduce(0) { $0 + $1.0 * $1.1 } }
    var rows: [[Double]] = []
    var bounds: [Double] = []
    for _ in 0..<1 + below(4) {
      var row = (0..<inputs).map { _ in Double(below(5) - 2) }
      if !row.contains(where: { $0 != 0 }) { row[below(inputs)] = 1 }
      var bound = value(row) + [0.25, 0.5, 1, 2][below(4)]
      let first = network.layers[0]
      let unit = below(first.weights.rows)
      let weights = Array(first.weights.row(unit))
      let pre = value(weights) + first.bias[unit]
      if below(3) == 0, pre != 0, weights.contains(where: { $0 != 0 }) {
        row = pre > 0 ? weights.map { -$0 } : weights
        bound = pre > 0 ? first.bias[unit] : -first.bias[unit]
      }
      for _ in 0...(below(4) == 0 ? 1 : 0) {
        rows.append(row)
        bounds.append(bound)
      }
    }
    let isInBox = kind == .polytopeInBox
    return .polytope(
      rows: Matrix(rows), bounds: bounds, lower: isInBox ? lower : nil, upper: isInBox ? upper : nil)
  }
}
