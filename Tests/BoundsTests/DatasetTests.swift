import Bounds
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import TestSupport
import Testing

@Suite struct DatasetTests {
  /// |x| + 3 max(y, 0): gradients (±1, 0) for y < 0 and (±1, 3) for y > 0.
  static let kinks = try! MultilayerPerceptron(
    name: "kinks",
    layers: [
      AffineLayer(weights: Matrix([[1, 0], [-1, 0], [0, 1]])), AffineLayer(weights: Matrix([[1, 1, 3]])),
    ],
    activations: [.relu])

  static func run(_ points: [[Double]], domain: Domain = .all, norm: OperatorNorm = .two) throws
    -> LabelledBound
  {
    var question = try BoundQuestion(kinks, domain: domain, norm: norm)
    question.points = points
    return Dataset().run(question)
  }

  @Test("The norm of the Jacobian at the best point, in every norm")
  func values() throws {
    let points: [[Double]] = [[1, -1], [2, -5]]
    #expect(try Self.run(points).value == 1)
    let better = points + [[-1, 2]]
    let value = try #require(try Self.run(better).value)
    #expect(abs(value - 10.squareRoot()) < 1e-14)
    #expect(try Self.run(better, norm: .infinity).value == 4)
    #expect(try Self.run(better, norm: .one).value == 3)
    #expect(try Self.run(better, norm: .largestEntry).value == 3)
    #expect(try Self.run(better).detail == "3 points; largest at point 3")
  }

  @Test("Points outside the domain do not count; where none is left there is no value")
  func outside() throws {
    let box = Domain.box(lower: [0, -2], upper: [2, -1])
    let bound = try Self.run([[1, 1], [1, -1]], domain: box)
    #expect(bound.value == 1 && bound.detail?.contains("1 outside the domain") == true)
    let none = try Self.run([[1, 1]], domain: box)
    #expect(none.value == nil && none.reason?.contains("outside") == true)
    let half = Domain.polytope(rows: Matrix([[0, 1]]), bounds: [0], lower: nil, upper: nil)
    #expect(try Self.run([[1, 1], [1, -1]], domain: half).value == 1)
  }

  @Test("Where all Jacobians are zero the bound is 0")
  func zero() throws {
    let network = try MultilayerPerceptron(
      name: "dead", layers: [AffineLayer(weights: Matrix([[1]])), AffineLayer(weights: Matrix([[1]]))],
      activations: [.relu])
    var question = try BoundQuestion(network)
    question.points = [[-1], [-2]]
    #expect(Dataset().run(question).value == 0)
  }

  @Test("What a limit left out is said")
  func limits() throws {
    var question = try BoundQuestion(Self.kinks)
    question.points = [[1, 1], [1, -1]]
    question.settings.timeLimit = 0
    let none = Dataset().run(question)
    #expect(none.value == nil && none.reason?.contains("2 after a limit") == true)
  }

  @Test("On a kink only a side that the domain attains counts")
  func attainedSides() throws {
    let below = Domain.box(lower: [-1, -1], upper: [1, 0])
    for points: [[Double]] in [[[0.5, 0]], [[0, 0]], [[1, 0]]] {
      let bound = try Self.run(points, domain: below)
      #expect(bound.value == 1)
      #expect(bound.detail?.contains("1 on a kink") == true)
      guard case .witness(let witness)? = bound.evidence else {
        Issue.record("no witness")
        continue
      }
      #expect(below.contains(witness.x ?? []))
    }
    // The edge of a polytope through the kink.
    let half = Domain.polytope(rows: Matrix([[0, 1]]), bounds: [0], lower: nil, upper: nil)
    #expect(try Self.run([[0.5, 0]], domain: half).value == 1)
    #expect(try Self.run([[0.5, 0]]).value.map { $0 == 1 || $0 > 3 } == true)
  }

  @Test("A kink on a fixed input is no kink of the domain's")
  func fixedInputs() throws {
    let line = Domain.box(lower: [-1, 0], upper: [1, 0])
    let bound = try Self.run([[0.5, 0]], domain: line)
    #expect(bound.value == 1 && bound.detail?.contains("kink") == false)
    #expect(try Self.run([[0.5, 0.1]], domain: line).value == nil)
  }

  @Test("Never above the constant, in any norm and on any kind of domain", arguments: OperatorNorm.all, 0..<4)
  func isALowerBound(_ norm: OperatorNorm, _ kind: Int) throws {
    var random = SplitMix64(seed: UInt64(kind) + 91)
    for _ in 0..<30 {
      let network = try OperatorNormTests.network(&random)
      let domain = simpleDomain(kind, inputs: network.inputs)
      var question = try BoundQuestion(network, domain: domain, norm: norm)
      // Small integers and halves: many of them on kinks, and some outside.
      let points = (0..<20).map { _ in
        (0..<network.inputs).map { _ in (6 * random.uniform() - 2).rounded() / 2 }
      }
      question.points = points
      question.settings.startingPoints = points
      let found = try question.attainableProblem.solve(question.settings)
      #expect(Dataset().run(question).value ?? 0 <= found.enclosure.lower * (1 + 1e-6))
      var plain = question.settings
      plain.startingPoints = []
      let again = try question.attainableProblem.solve(plain)
      #expect(abs(again.enclosure.lower - found.enclosure.lower) <= 2e-6 * again.enclosure.lower)
    }
  }

  @Test("A search that is stopped at once holds the best of its starting points")
  func startingPoints() throws {
    var random = SplitMix64(seed: 8)
    let network = try OperatorNormTests.network(&random)
    var question = try BoundQuestion(network)
    let points = (0..<50).map { _ in (0..<network.inputs).map { _ in random.gaussian() } }
    question.points = points
    let bound = try #require(Dataset().run(question).value)
    // Points of another dimension, and of outside, are left alone.
    question.settings.startingPoints = points + [[], [0, 0, 0, 0, 0, 0]]
    question.settings.nodeLimit = 0
    question.settings.engine = .cells
    let result = try question.attainableProblem.solve(question.settings)
    #expect(result.enclosure.lower == bound)
  }
}
