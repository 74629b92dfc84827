import Bounds
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import TestSupport
import Testing

@Suite struct CellWalkTests {
  static func network(seed: UInt64, sizes: [Int]) throws -> MultilayerPerceptron {
    var random = SplitMix64(seed: seed)
    let layers = zip(sizes, sizes.dropFirst()).map { columns, rows in
      AffineLayer(
        weights: Matrix(rows: rows, columns: columns) { _, _ in
          1.5 * random.gaussian() / Double(columns).squareRoot()
        },
        bias: (0..<rows).map { _ in 0.5 * random.gaussian() })
    }
    return try MultilayerPerceptron(
      name: "seed \(seed)", layers: layers,
      activations: [Activation](
        repeating: seed % 3 == 0 ? .leakyReLU(slope: 0.1) : .relu, count: sizes.count - 2))
  }

  @Test(
    "Never above the constant, and in the domain; often the constant",
    arguments: DyadicExample.DomainKind.allCases)
  func bruteForce(_ kind: DyadicExample.DomainKind) throws {
    var found = 0
    var all = 0
    for seed in 0..<60 as Range<UInt64> {
      let example = try DyadicExample(seed: seed, kind)
      let jacobians = BruteForce(example.network, domain: example.domain, isExact: true).attainable()
      let norm = OperatorNorm.all[Int(seed % 6)]
      let question = try BoundQuestion(example.network, domain: example.domain, norm: norm)
      let value = jacobians.answer(norm).maximum
      let witness = question.attainableProblem.bestWalk(budget: 600, settings: SearchSettings()).witness
      let lower = witness?.lower ?? 0
      #expect(lower <= value * (1 + 1e-12), "\(kind), seed \(seed): \(lower) above \(value)")
      if let x = witness?.x { #expect(example.domain.contains(x), "\(kind), seed \(seed)") }
      all += 1
      if lower >= value * (1 - 1e-9) { found += 1 }
    }
    #expect(found >= all * 9 / 10, "\(kind): \(found) of \(all)")
  }

  private func problem(seed: UInt64, _ domain: Domain, _ norm: OperatorNorm = .two) throws -> PatternProblem {
    let network = try Self.network(seed: seed, sizes: [3, 8, 6, 6, 2])
    return try BoundQuestion(network, domain: domain, norm: norm).attainableProblem
  }

  @Test("A larger budget is never worse, and the same seed does the same", arguments: 0..<4, UInt64(1)...4)
  func budgets(kind: Int, seed: UInt64) throws {
    let domain = simpleDomain(kind, inputs: 3)
    let problem = try problem(seed: seed, domain, OperatorNorm.all[Int(seed % 4)])
    var last = 0.0
    for budget in [0, 50, 200, 250, 400, 1000] {
      func walk() -> Witness? {
        problem.bestWalk(budget: budget, settings: SearchSettings(seed: seed)).witness
      }
      let (witness, again) = (walk(), walk())
      #expect(witness?.x == again?.x && witness?.ratioSquared == again?.ratioSquared)
      let lower = witness?.lower ?? 0
      #expect(lower >= last, "budget \(budget)")
      last = lower
      if let x = witness?.x { #expect(domain.contains(x)) }
    }
  }

  @Test("It finds the constant of deep networks, over all of Rⁿ as in boxes", arguments: 0..<4)
  func constants(kind: Int) throws {
    var found = 0
    for seed in 1...10 as ClosedRange<UInt64> {
      let problem = try problem(seed: seed, simpleDomain(kind, inputs: 3))
      let exact = try problem.solve().enclosure
      let lower = problem.bestWalk(budget: 2000, settings: SearchSettings()).witness?.lower ?? 0
      #expect(lower <= exact.upper)
      if lower >= exact.lower * (1 - 1e-9) { found += 1 }
    }
    #expect(found >= 7, "\(found) of 10")
  }

  @Test("Points of the user's are starts")
  func data() throws {
    // Steep only where 1000 < x < 1001.
    let network = try MultilayerPerceptron(
      name: "step",
      layers: [
        AffineLayer(weights: Matrix([[1], [1], [1]]), bias: [-1000, -1001, 0]),
        AffineLayer(weights: Matrix([[50, -50, 1]])),
      ], activations: [.relu])
    var question = try BoundQuestion(network)
    question.settings.startingPoints = [[1000.25]]
    let bound = CellWalk(budget: 10).run(question)
    #expect(bound.value == 51)
    guard case .witness? = bound.evidence else {
      Issue.record("no witness")
      return
    }
  }

  @Test("Stopped at once it still answers")
  func limits() throws {
    let problem = try problem(seed: 1, .all)
    let (witness, isStopped) = problem.bestWalk(budget: 100, settings: SearchSettings(timeLimit: 0))
    #expect(witness == nil && isStopped)
    #expect(!problem.bestWalk(budget: 100, settings: SearchSettings()).isStopped)
  }
}
