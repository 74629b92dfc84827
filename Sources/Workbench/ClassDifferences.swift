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

  /// Its `upper` is at least the constant, its `lower` at most.
  typealias Constant = (lower: Double, upper: Double, isClosed: Bool)

  /// The constant on a part of the domain.
  mutating func constant(_ c: Int, _ j: Int, on part: Domain) throws -> Constant {
    let (network, autolip) = try difference(c, j)
    let exact = try ExactConstant(try question(network, part)).result
    let enclosure = exact.enclosure
    return (enclosure.lower, max(enclosure.lower, min(enclosure.upper, autolip)), exact.isOptimal)
  }

  /// Nodes of the first try, for each class: a small box has few cells, which are the same for all differences.
  private static let fewCells = 128

  /// At least the constants of f_c - f_j, for these j, on a small part of the domain; whether each was found to the asked gap.
  mutating func upperBounds(
    _ c: Int, _ others: [Int], on part: Domain
  ) throws -> [(value: Double, isClosed: Bool)] {
    var cells: [PartialPattern]?
    if settings.engine == nil {
      let limit = min(settings.nodeLimit ?? .max, Self.fewCells * others.count)
      cells = try question(network, part).attainableProblem.fewCells(limit: limit, settings: settings)
    }
    return try others.map { j in
      if let cells {
        let problem = try question(try difference(c, j).network, part).attainableProblem
        return (problem.upperBound(over: cells), true)
      }
      let found = try constant(c, j, on: part)
      return (found.upper, found.isClosed)
    }
  }

  /// AutoLip's bound on the whole domain.
  mutating func autolip(_ c: Int, _ j: Int) throws -> Double { try difference(c, j).autolip }

  private func question(_ network: MultilayerPerceptron, _ part: Domain) throws -> BoundQuestion {
    try BoundQuestion(network, domain: part, norm: norm, settings: settings)
  }

  private mutating func difference(
    _ c: Int, _ j: Int
  ) throws -> (network: MultilayerPerceptron, autolip: Double) {
    // Its sign changes no constant.
    let choice = OutputChoice(output: min(c, j), minus: max(c, j))
    if let known = differences[choice] { return known }
    let scalar = network.outputs == 1 ? network : try network.choosing(choice)
    let bound = AutoLip().run(try question(scalar, domain))
    let made = (network: scalar, autolip: bound.value ?? .infinity)
    differences[choice] = made
    return made
  }
}

extension Domain {
  /// Whether x is in it, exactly.
  func containsExactly(_ x: [Double]) -> Bool {
    guard boxContains(x) else { return false }
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
