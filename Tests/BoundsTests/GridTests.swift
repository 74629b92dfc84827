import Bounds
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import TestSupport
import Testing

/// The lower bounds that are there to be compared with: grids and annealing.
@Suite struct GridTests {
  private func question(_ inputs: Int, outputs: Int, seed: UInt64, norm: OperatorNorm = .two) throws
    -> BoundQuestion
  {
    var random = SplitMix64(seed: seed)
    let sizes = [inputs, 5, 4, outputs]
    let weights = zip(sizes, sizes.dropFirst()).map { gaussian($1, $0, &random) }
    let net = try network(weights, biasesFrom: &random, hasBias: true)
    return try BoundQuestion(
      net,
      domain: .box(
        lower: [Double](repeating: -1, count: inputs), upper: [Double](repeating: 1.5, count: inputs)),
      norm: norm)
  }

  @Test("The grid's largest norm is the largest at its points, one by one", arguments: 1...12)
  func againstSingleEvaluations(seed: UInt64) throws {
    let inputs = Int(seed % 3) + 1
    for norm in [OperatorNorm.two, .one, .infinity] {
      let question = try question(inputs, outputs: Int(seed / 3 % 3) + 1, seed: seed, norm: norm)
      let problem = question.attainableProblem
      let perAxis = 7
      let found = problem.bestGridPoint(pointsPerAxis: perAxis, settings: question.settings)
      var largest = 0.0
      var points = 0
      func visit(_ x: [Double]) {
        if x.count == inputs {
          points += 1
          largest = max(largest, problem.normEstimate(at: x))
          return
        }
        for k in 0..<perAxis { visit(x + [-1 + 2.5 * (Double(k) + 0.5) / Double(perAxis)]) }
      }
      visit([])
      #expect(found.points == points)
      #expect(abs(found.largest - largest) <= 1e-12 * largest)
      // No point of this grid lies on a kink: exact arithmetic confirms it.
      #expect(abs((found.witness?.lower ?? 0) - largest) <= 1e-12 * largest)
      #expect(!found.isStopped)
    }
  }

  @Test("Grid and annealing never exceed the exact constant, and come close to it", arguments: 20...31)
  func belowExact(seed: UInt64) throws {
    var question = try question(Int(seed % 2) + 1, outputs: 2, seed: seed)
    let exact = try question.attainableProblem.solve().enclosure
    question.gridPointsPerAxis = seed % 2 == 0 ? 20_000 : 200
    for bound in [GridSearch().run(question), Annealing().run(question)] {
      let value = try #require(bound.value)
      #expect(value <= exact.upper)
      #expect(value >= 0.9 * exact.lower, "\(bound.method)")
      #expect(bound.side == .lower && !bound.isStopped)
    }
  }

  @Test("Annealing on all inputs is a lower bound, too", arguments: 40...45)
  func everywhere(seed: UInt64) throws {
    let boxed = try question(3, outputs: 2, seed: seed)
    let all = try BoundQuestion(boxed.network)
    let exact = try all.attainableProblem.solve().enclosure
    let value = try #require(Annealing().run(all).value)
    #expect(value <= exact.upper && value > 0.5 * exact.lower)
  }

  @Test("A coordinate that does not vary is not an axis of the grid")
  func fixedCoordinate() throws {
    let boxed = try question(3, outputs: 1, seed: 3)
    let domain = Domain.box(lower: [-1, 0.25, -1], upper: [1, 0.25, 1])
    let question = try BoundQuestion(boxed.network, domain: domain)
    let problem = question.attainableProblem
    let found = problem.bestGridPoint(pointsPerAxis: 9, settings: question.settings)
    #expect(found.points == 81)
    #expect(found.witness?.x?[1] == 0.25)
  }

  @Test("Without a box, or with too many inputs, there is no grid")
  func refusals() throws {
    let boxed = try question(2, outputs: 1, seed: 4)
    #expect(GridSearch().run(try BoundQuestion(boxed.network)).reason?.contains("bounded domain") == true)
    var fine = try question(3, outputs: 1, seed: 4)
    fine.gridPointsPerAxis = 20_000_000
    #expect(GridSearch().run(fine).reason?.contains("more than a billion") == true)
    let wide = try question(4, outputs: 1, seed: 4)
    #expect(GridSearch().run(wide).reason?.contains("at most 3") == true)
  }

  @Test("An interruption leaves a stopped, valid bound")
  func interrupted() throws {
    var question = try question(2, outputs: 1, seed: 5)
    question.settings.isInterrupted = { true }
    for bound in [GridSearch().run(question), Annealing().run(question)] {
      #expect(bound.isStopped && bound.value != nil)
    }
  }

  @Test("The maximum of a smooth hill is found by annealing")
  func annealing() {
    let hill = { (x: [Double]) in 1 / (1 + (x[0] - 1) * (x[0] - 1) + (x[1] + 2) * (x[1] + 2)) }
    let ends = SimulatedAnnealing(chains: 3, steps: 3000, seed: 1).maximize(
      hill, from: [[-4, -4], [4, -4], [0, 4]], widths: [10, 10], clamp: { $0.map { min(max($0, -5), 5) } })
    #expect(ends.count == 3 && ends[0].value > 0.9999)
    #expect(zip(ends, ends.dropFirst()).allSatisfy { $0.value >= $1.value })
  }
}
