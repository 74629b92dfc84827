import Bounds
import ExactArithmetic
import LinearAlgebra
import Networks
import PatternSearch

/// The differences f_c - f_j that decide between two classes, and their Lipschitz constants. A network with one output has the classes
/// 0 and 1: its sign, and f_1 - f_0 is f.
///
/// The constant of a difference in the operator norm P → P is the largest dual norm of its gradient: what a change of x
/// by r in the P-norm can take from the margin is at most r times that.
struct ClassDifferences {
  let network: MultilayerPerceptron
  let domain: Domain
  let norm: OperatorNorm
  let settings: SearchSettings
  private var differences: [OutputChoice: (network: MultilayerPerceptron, autolip: Double)] = [:]

  init(_ network: MultilayerPerceptron, domain: Domain, norm: OperatorNorm, settings: SearchSettings) {
    self.network = network
    self.domain = domain
    self.norm = norm
    self.settings = settings
  }

  static func classes(_ network: MultilayerPerceptron) -> Int { max(2, network.outputs) }

  /// - Parameter upper: at least the constant; `lower` is at most it.
  typealias Constant = (lower: Double, upper: Double, isClosed: Bool)

  /// Nodes of the first try, which follows the cells of a small box one by one and samples nothing.
  private static let fewCells = 64

  /// The constant on a part of the domain.
  mutating func constant(_ c: Int, _ j: Int, on part: Domain) throws -> Constant {
    let (network, autolip) = try difference(c, j)
    if let closed = try fewCells(network, part) { return closed }
    let exact = try ExactConstant(try question(network, part, settings)).result
    let enclosure = exact.enclosure
    return (enclosure.lower, max(enclosure.lower, min(enclosure.upper, autolip)), exact.isOptimal)
  }

  /// AutoLip's bound on the whole domain.
  mutating func autolip(_ c: Int, _ j: Int) throws -> Double { try difference(c, j).autolip }

  private func fewCells(_ network: MultilayerPerceptron, _ part: Domain) throws -> Constant? {
    guard settings.engine == nil, settings.proof == nil else { return nil }
    var few = settings
    few.engine = .cells
    few.nodeLimit = min(settings.nodeLimit ?? Self.fewCells, Self.fewCells)
    let found = try question(network, part, few).attainableProblem.solve(few)
    return found.isOptimal ? (found.enclosure.lower, found.enclosure.upper, true) : nil
  }

  private func question(
    _ network: MultilayerPerceptron, _ part: Domain, _ settings: SearchSettings
  ) throws -> BoundQuestion {
    try BoundQuestion(network, domain: part, norm: norm, settings: settings)
  }

  private mutating func difference(
    _ c: Int, _ j: Int
  ) throws -> (network: MultilayerPerceptron, autolip: Double) {
    // Its sign changes no constant.
    let choice = OutputChoice(output: min(c, j), minus: max(c, j))
    if let known = differences[choice] { return known }
    let scalar = network.outputs == 1 ? network : try network.choosing(choice)
    let bound = AutoLip().run(try question(scalar, domain, settings))
    let made = (network: scalar, autolip: bound.value ?? .infinity)
    differences[choice] = made
    return made
  }
}

extension Domain {
  /// Whether x is in it, exactly.
  func containsExactly(_ x: [Double]) -> Bool {
    if let (lower, upper) = box {
      guard x.count == lower.count, x.indices.allSatisfy({ lower[$0] <= x[$0] && x[$0] <= upper[$0] }) else {
        return false
      }
    }
    guard case .polytope(let rows, let bounds, _, _) = self else { return true }
    return x.count == rows.columns
      && bounds.indices.allSatisfy { i in
        let value = x.indices.reduce(Dyadic.zero) { $0 + Dyadic(rows[i, $1]) * Dyadic(x[$1]) }
        return value <= Dyadic(bounds[i])
      }
  }

  /// What lies in the box of this half-width around a point of the domain; rounding makes it no smaller.
  func around(_ x: [Double], halfWidth: Double) -> Domain {
    var (lower, upper) = DomainText.interval(around: x, radius: halfWidth)
    if let (low, high) = box {
      for i in x.indices {
        lower[i] = max(lower[i], low[i])
        upper[i] = min(upper[i], high[i])
      }
    }
    guard case .polytope(let rows, let bounds, _, _) = self else { return .box(lower: lower, upper: upper) }
    return .polytope(rows: rows, bounds: bounds, lower: lower, upper: upper)
  }
}
