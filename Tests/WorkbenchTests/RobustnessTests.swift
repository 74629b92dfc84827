import Bounds
import ExactArithmetic
import Foundation
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import Synchronization
import TestSupport
import Testing
import Workbench

@Suite struct RobustnessTests {
  static let norms = ["2", "1", "inf"]

  static func data(_ points: [[Double]], labels: [Int]? = nil) throws -> DataFile {
    let lines = points.indices.map { i in
      (points[i].map(\.description) + (labels.map { ["\($0[i])"] } ?? [])).joined(separator: ",")
    }
    return try DataFileTests.read(lines.joined(separator: "\n"), inputs: points[0].count)
  }

  static func network(_ weights: [[[Double]]], biases: [[Double]]? = nil) throws -> MultilayerPerceptron {
    let layers = weights.indices.map { AffineLayer(weights: Matrix(weights[$0]), bias: biases?[$0]) }
    return try MultilayerPerceptron(
      name: "test", layers: layers, activations: layers.dropFirst().map { _ in .relu })
  }

  /// Of a vector, in the P-norm.
  static func length(_ v: [Double], _ norm: OperatorNorm) -> Double {
    switch norm {
    case .one: v.reduce(0) { $0 + abs($1) }
    case .infinity: v.reduce(0) { max($0, abs($1)) }
    default: v.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
  }

  @Test(
    "Of a linear network the radius is the margin by the dual norm of the weights' difference",
    arguments: [("2", 7.0 / 5), ("1", 7.0 / 4), ("inf", 1.0)])
  func linear(norm: String, radius: Double) throws {
    let network = try Self.network([[[3, 4], [0, 0]]])
    for limit in [100, radius / 2] {
      let answer = try Robustness(
        network, data: try Self.data([[1, 1]]), radius: limit, norm: OperatorNorm(norm)!)
      let row = answer.rows[0]
      let expected = min(limit, radius)
      #expect(row.label == 0 && row.nearest?.label == 1 && row.nearest?.margin == 7 && row.isClosed)
      #expect(row.certifiedRadius <= expected && row.certifiedRadius > expected * (1 - 1e-9))
      #expect((answer.certifiedCount == 1) == (limit < radius))
    }
  }

  @Test("Three classes: the nearest one limits, and each pair has its own radius")
  func threeClasses() throws {
    // Margins at (1, 0): 10 over class 1 with gradient (12, 0), 9 over class 2 with gradient (9, 0).
    let network = try Self.network([[[10, 0], [-2, 0], [1, 0]]], biases: [[0, 2, 0]])
    let answer = try Robustness(network, data: try Self.data([[1, 0]], labels: [0]), radius: 5)
    #expect(answer.rows[0].nearest?.label == 1)
    #expect(answer.pairs.map { [$0.label, $0.rival, $0.points] } == [[0, 1, 1], [0, 2, 1]])
    for (pair, expected) in zip(answer.pairs, [(10.0 / 12, 12.0), (1, 9)]) {
      #expect(pair.smallestRadius <= expected.0 && pair.smallestRadius > expected.0 * (1 - 1e-9))
      #expect(pair.largestConstant >= expected.1 && pair.largestConstant < expected.1 * (1 + 1e-5))
    }
  }

  @Test("Misclassified, tied and outside points have no radius and say so")
  func outcomes() throws {
    let network = try Self.network([[[1, 0], [0, 1]]])
    let data = try Self.data([[2, 0], [2, 0], [1, 1], [1, 1], [9, 0]], labels: [0, 1, 0, 1, 0])
    let answer = try Robustness(
      network, data: data, radius: 0.5, domain: .box(lower: [0, 0], upper: [4, 4]))
    #expect(
      answer.rows.map(\.outcome) == [
        .certified, .misclassified(as: 0), .tie(with: 1), .tie(with: 0), .outside,
      ])
    #expect(answer.rows.map(\.certifiedRadius) == [0.5, 0, 0, 0, 0])
    #expect(answer.pointCount == 4 && answer.certifiedCount == 1 && answer.misclassifiedCount == 1)
    let shares: [Double] = answer.certifiedAccuracy.map(\.share)
    #expect(shares == [0.25, 0.25])
    #expect(answer.tieCount == 2 && answer.outsideCount == 1 && answer.medianRadius == 0)
    for word in ["misclassified as 0", "tied with 1", "outside the domain", "1 of 4 points (25.0 %)"] {
      #expect(answer.text.contains(word), "\(word)")
    }
    #expect(throws: InputError.self) {
      try Robustness(network, data: try Self.data([[2, 0]], labels: [2]), radius: 1)
    }
  }

  @Test("One output: its sign decides")
  func oneOutput() throws {
    let network = try Self.network([[[2, 0]]], biases: [[-1]])
    let answer = try Robustness(network, data: try Self.data([[1, 0], [0, 5], [0.5, 0]]), radius: 3)
    #expect(answer.rows.map(\.label) == [1, 0, 0])
    #expect(answer.rows.map(\.outcome) == [.certified, .certified, .tie(with: 1)])
    for row in answer.rows.prefix(2) {
      #expect(row.certifiedRadius <= 0.5 && row.certifiedRadius > 0.5 * (1 - 1e-9))
    }
    let shares: [Double] = answer.certifiedAccuracy.map(\.share)
    #expect(shares.map { $0 * 3 } == [2, 2, 0, 0])
    let radii: [Double] = answer.certifiedAccuracy.map(\.radius)
    #expect(radii.first == 0 && radii.last == 3)
    let wrong = try Robustness(network, data: try Self.data([[1, 0]], labels: [0]), radius: 3)
    #expect(wrong.rows[0].outcome == .misclassified(as: 1))
  }

  @Test(
    "Smaller boxes give larger radii: 2 + x - 9 max(-x - 1, 0) has slope 1 up to a distance of 1, and 10 beyond"
  )
  func bisection() throws {
    let network = try Self.network([[[1], [-1], [-1]], [[1, -1, -9]]], biases: [[0, 0, -1], [2]])
    let data = try Self.data([[0]])
    func radius(_ steps: Int) throws -> Double {
      try Robustness(network, data: data, radius: 3, steps: steps).rows[0].certifiedRadius
    }
    #expect(try abs(radius(0) - 0.2) < 1e-6)
    var last = 0.0
    for steps in 0...30 {
      let next = try radius(steps)
      #expect(next >= last && next <= 1 + 1e-6)
      last = next
    }
    #expect(try radius(5) > 0.95)
    #expect(last > 1 - 1e-6)
  }

  static func random(_ random: inout SplitMix64, inputs: Int? = nil) throws -> MultilayerPerceptron {
    func below(_ n: Int) -> Int { Int(random.next() % UInt64(n)) }
    let sizes = [inputs ?? 1 + below(3), 2 + below(4), 2 + below(3), 1 + below(3)]
    let layers = zip(sizes, sizes.dropFirst()).map { columns, rows in
      AffineLayer(
        weights: Matrix(rows: rows, columns: columns) { _, _ in Double(below(7) - 3) },
        bias: (0..<rows).map { _ in Double(below(5) - 2) })
    }
    let kinds: [Activation] = [.relu, .leakyReLU(slope: 0.25), .abs]
    return try MultilayerPerceptron(
      name: "random", layers: layers, activations: [kinds[below(3)], kinds[below(3)]],
      passing: below(3) == 0 ? [[0], []] : [])
  }

  static func classOf(_ network: MultilayerPerceptron, _ x: [Double]) -> (scores: [Double], best: Int) {
    let outputs = network(x)
    let scores = outputs.count == 1 ? [0] + outputs : outputs
    return (scores, scores.indices.reduce(0) { scores[$0] < scores[$1] ? $1 : $0 })
  }

  @Test("No sampled point of a certified ball has another class", arguments: norms, 0..<4)
  func balls(_ name: String, _ kind: Int) throws {
    let norm = try #require(OperatorNorm(name))
    var random = SplitMix64(seed: UInt64(kind) + 400)
    var certified = 0
    for _ in 0..<40 {
      let network = try Self.random(&random)
      let domain = simpleDomain(kind, inputs: network.inputs)
      let points = (0..<4).map { _ in
        (0..<network.inputs).map { _ in (8 * random.uniform() - 4).rounded() / 4 }
      }
      let answer = try Robustness(
        network, data: try Self.data(points), radius: 2, domain: domain, norm: norm,
        settings: SearchSettings(relativeGap: 1e-4))
      for (row, x) in zip(answer.rows, points) where row.certifiedRadius > 0 {
        certified += 1
        #expect(row.isClosed)
        // Random directions, and coordinates alone: at distances just below the radius and anywhere within.
        for trial in 0..<300 {
          var v = (0..<x.count).map { _ in trial % 3 == 0 ? Double(random.next() % 3) - 1 : random.gaussian()
          }
          let length = Self.length(v, norm)
          if length == 0 { continue }
          let reach = row.certifiedRadius * (trial % 2 == 0 ? 1 - 1e-9 : random.uniform()) / length
          v = v.map { $0 * reach }
          let y = zip(x, v).map { $0 + $1 }
          guard domain.contains(y) else { continue }
          let (scores, _) = Self.classOf(network, y)
          let others = scores.indices.filter { $0 != row.label }
          #expect(
            others.allSatisfy { scores[row.label] >= scores[$0] - 1e-9 }, "\(network.layers) \(x) \(y) \(row)"
          )
        }
      }
    }
    #expect(certified > 20)
  }

  @Test("The constants are those that every engine finds, and no gradient nearby is larger", arguments: norms)
  func constants(_ name: String) throws {
    let norm = try #require(OperatorNorm(name))
    var random = SplitMix64(seed: 61)
    for _ in 0..<25 {
      let network = try Self.random(&random)
      guard network.outputs > 1 else { continue }
      let x = (0..<network.inputs).map { _ in 2 * random.uniform() - 1 }
      let radius = 0.75
      let answer = try Robustness(network, data: try Self.data([x]), radius: radius, norm: norm)
      let row = answer.rows[0]
      for rival in row.rivals {
        let box = Domain.box(lower: x.map { $0 - radius }, upper: x.map { $0 + radius })
        let question = try BoundQuestion(
          network, domain: box, norm: norm, outputs: OutputChoice(output: row.label, minus: rival.label))
        for engine in [Engine.enumerate, .cells] {
          let exact = try question.attainableProblem.solve(SearchSettings(engine: engine)).enclosure
          #expect(exact.lower <= rival.largestConstant)
          #expect(rival.largestConstant <= exact.lower * (1 + 1e-5) + 1e-12)
        }
        question.network.checkGradients(box, norm, below: rival.largestConstant, &random)
        #expect(rival.constant <= rival.largestConstant * (1 + 2e-6) && rival.radius <= radius)
      }
    }
  }

  @Test("The box around a point is no larger than asked where doubles hold its ends, and never smaller")
  func boxes() throws {
    let network = try Self.network([[[1, 1]]])
    let exact = try DataFileTests.withFile("0.5 1") {
      try DomainText.ball(center: $0, radius: 0.25, inputs: network.inputs)
    }
    #expect(exact == .box(lower: [0.25, 0.75], upper: [0.75, 1.25]))
    let rounded = try DataFileTests.withFile("0.1 1e10") {
      try DomainText.ball(center: $0, radius: 0.7, inputs: network.inputs)
    }
    let (lower, upper) = try #require(rounded.box)
    for (i, c) in [0.1, 1e10].enumerated() {
      #expect(
        Rational(lower[i]) <= Rational(c) - Rational(0.7) && Rational(c) + Rational(0.7) <= Rational(upper[i])
      )
      #expect(lower[i] >= (c - 0.7).nextDown && upper[i] <= (c + 0.7).nextUp)
    }
  }

  @Test("Never below what AutoLip's constants give, whatever stops the search", arguments: norms)
  func autolip(_ name: String) throws {
    let norm = try #require(OperatorNorm(name))
    var random = SplitMix64(seed: 15)
    for trial in 0..<30 {
      let network = try Self.random(&random)
      guard network.outputs > 1 else { continue }
      let points = (0..<4).map { _ in (0..<network.inputs).map { _ in random.gaussian() } }
      let answer = try Robustness(
        network, data: try Self.data(points), radius: 1, norm: norm,
        settings: SearchSettings(timeLimit: trial % 2 == 0 ? 0 : nil))
      for (row, x) in zip(answer.rows, points) where row.outcome == .certified {
        let (scores, _) = Self.classOf(network, x)
        var least = 1.0
        for j in scores.indices where j != row.label {
          let question = try BoundQuestion(
            network, norm: norm, outputs: OutputChoice(output: row.label, minus: j))
          let bound = try #require(AutoLip().run(question).value)
          least = min(least, bound > 0 ? (scores[row.label] - scores[j]) / bound : 1)
        }
        #expect(row.certifiedRadius >= least * (1 - 1e-9))
      }
    }
  }

  @Test("An interruption leaves the rows that were finished")
  func interruption() throws {
    let network = try Self.network([[[1, 0], [0, 1]]])
    let points = (1...20).map { [Double($0), 0] }
    let finished = Counter()
    let answer = try Robustness(
      network, data: try Self.data(points), radius: 0.5,
      settings: SearchSettings(isInterrupted: { finished.value >= 7 })
    ) { _ in finished.increase() }
    #expect(answer.isInterrupted && answer.rows.count == 7)
    #expect(answer.text.contains("interrupted: 7 of 20 points"))
  }

  @Test("Global constants of the pairs, against the exact constant of each difference")
  func pairs() throws {
    var random = SplitMix64(seed: 77)
    for _ in 0..<10 {
      let network = try Self.random(&random)
      let box = simpleDomain(1, inputs: network.inputs)
      let answer = try ClassPairConstants(network, domain: box)
      let classes = max(2, network.outputs)
      #expect(answer.pairs.count == classes * (classes - 1) / 2)
      for pair in answer.pairs {
        let choice = network.outputs == 1 ? nil : OutputChoice(output: pair.first, minus: pair.second)
        let exact = try ExactConstant(try BoundQuestion(network, domain: box, outputs: choice))
        #expect(abs(pair.upper - exact.value) <= 1e-5 * exact.value + 1e-12)
        #expect(pair.lower <= pair.upper && pair.upper <= pair.autolip * (1 + 1e-9) && pair.isClosed)
      }
    }
  }
}

final class Counter: Sendable {
  private let count = Atomic(0)
  var value: Int { count.load(ordering: .relaxed) }
  func increase() { count.add(1, ordering: .relaxed) }
}

extension MultilayerPerceptron {
  /// Difference quotients of a network with one output, in the dual norm.
  fileprivate func checkGradients(
    _ box: Domain, _ norm: OperatorNorm, below constant: Double, _ random: inout SplitMix64
  ) {
    guard let (lower, upper) = box.box else { return }
    for _ in 0..<200 {
      let x = lower.indices.map { lower[$0] + (upper[$0] - lower[$0]) * random.uniform() }
      let y = lower.indices.map { lower[$0] + (upper[$0] - lower[$0]) * random.uniform() }
      let step = RobustnessTests.length(zip(x, y).map { $0 - $1 }, norm)
      #expect(abs(self(x)[0] - self(y)[0]) <= constant * step * (1 + 1e-9) + 1e-9)
    }
  }
}
